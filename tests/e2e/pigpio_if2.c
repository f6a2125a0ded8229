/* SPDX-License-Identifier: MIT */
/*
 * A C program with libpigpiod-if2, as people write them: levels, edges with a callback, a wave
 * and PWM. GPIO 4 is wired to 5. Exits with 0 if all is as asked, else says what is not.
 *
 * Debian's package has the library, but not all of its headers: what is used of it is
 * declared here.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef void (*edge_callback)(int pi, unsigned gpio, unsigned level, uint32_t tick);
struct pulse {
	uint32_t on, off, micros;
};
enum { OUTPUT = 1, EITHER_EDGE = 2, BAD_GPIO = -3 };

int pigpio_start(const char *address, const char *port);
void pigpio_stop(int pi);
int set_mode(int pi, unsigned gpio, unsigned mode);
int gpio_write(int pi, unsigned gpio, unsigned level);
int gpio_read(int pi, unsigned gpio);
int callback(int pi, unsigned gpio, unsigned edge, edge_callback on_edge);
int callback_cancel(unsigned handle);
int wave_clear(int pi);
int wave_add_generic(int pi, unsigned count, struct pulse *pulses);
int wave_create(int pi);
int wave_send_once(int pi, unsigned wave);
int wave_tx_busy(int pi);
int set_PWM_frequency(int pi, unsigned gpio, unsigned hz);
int set_PWM_dutycycle(int pi, unsigned gpio, unsigned duty);
int get_PWM_dutycycle(int pi, unsigned gpio);
void time_sleep(double seconds);

static int edges;

static void must(int right, const char *what)
{
	if (right)
		return;
	fprintf(stderr, "%s\n", what);
	exit(1);
}

static void on_edge(int pi, unsigned gpio, unsigned level, uint32_t tick)
{
	(void)pi;
	(void)gpio;
	(void)level;
	(void)tick;
	__atomic_fetch_add(&edges, 1, __ATOMIC_SEQ_CST);
}

/* The library calls back from a thread of its own. */
static int come_to(int count)
{
	for (int i = 0; i < 60000 && __atomic_load_n(&edges, __ATOMIC_SEQ_CST) < count; i++)
		time_sleep(0.01);
	return __atomic_load_n(&edges, __ATOMIC_SEQ_CST) == count;
}

int main(void)
{
	struct pulse pulses[] = {{1 << 4, 0, 500}, {0, 1 << 4, 500}};
	int wave, handle;
	int pi = pigpio_start(NULL, NULL);

	must(pi >= 0, "no connection");
	must(set_mode(pi, 4, OUTPUT) == 0, "no output");
	must(gpio_write(pi, 4, 0) == 0, "cannot be driven");
	must(gpio_read(pi, 5) == 0, "is not low");
	pigpio_stop(pi);
	pi = pigpio_start(NULL, NULL);

	handle = callback(pi, 5, EITHER_EDGE, on_edge);
	must(handle >= 0, "no callback");
	must(gpio_write(pi, 4, 1) == 0 && gpio_write(pi, 4, 0) == 0, "cannot be driven");
	must(come_to(2), "not two edges");

	must(wave_clear(pi) == 0 && wave_add_generic(pi, 2, pulses) == 2, "no pulses");
	wave = wave_create(pi);
	must(wave >= 0, "no wave");
	for (int i = 0; i < 10; i++) {
		must(wave_send_once(pi, (unsigned)wave) == 5, "the wave is not sent");
		while (wave_tx_busy(pi))
			time_sleep(0.001);
	}
	must(come_to(22), "not twenty edges of a wave sent ten times");

	must(set_PWM_frequency(pi, 4, 1000) == 1000, "no such frequency");
	must(set_PWM_dutycycle(pi, 4, 128) == 0, "no PWM");
	must(get_PWM_dutycycle(pi, 4) == 128, "another duty");
	must(gpio_write(pi, 4, 0) == 0, "PWM does not end");
	must(gpio_read(pi, 70) == BAD_GPIO, "there is no GPIO 70");
	callback_cancel((unsigned)handle);
	pigpio_stop(pi);
	return 0;
}
