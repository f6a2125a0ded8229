/* SPDX-License-Identifier: MIT */
/*
 * peek HUB LINE COUNT: reads a line's level COUNT times from the hub's mapped state
 * page, between two calls of getppid(2) that mark the place for strace. Prints how
 * often it was high and how often low.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/gpiohub.h>

static const struct gpiohub_state *map_state(const char *hub)
{
	struct gpiohub_info info;
	void *state;
	int fd = open(hub, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, GPIOHUB_INFO, &info)) {
		perror(hub);
		exit(1);
	}
	state = mmap(NULL, info.state_size, PROT_READ, MAP_SHARED, fd, GPIOHUB_MMAP_STATE);
	if (state == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return state;
}

int main(int argc, char **argv)
{
	const struct gpiohub_state *state;
	unsigned long count, high = 0;
	unsigned int line;

	if (argc != 4) {
		fprintf(stderr, "usage: peek HUB LINE COUNT\n");
		return 1;
	}
	state = map_state(argv[1]);
	line = strtoul(argv[2], NULL, 10);
	count = strtoul(argv[3], NULL, 10);

	getppid();
	for (unsigned long i = 0; i < count; i++)
		high += __atomic_load_n(&state->levels, __ATOMIC_RELAXED) >> line & 1;
	getppid();

	printf("%lu high, %lu low\n", high, count - high);
	return 0;
}
