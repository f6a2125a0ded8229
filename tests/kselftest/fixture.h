/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every program stands on: the two modules loaded, a virtual board, and
 * for each case a new hub over all lines of the board. Unless said otherwise,
 * what fails here ends the case.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <linux/types.h>
#include <stdbool.h>
#include <sys/types.h>

/* Users of nobody's. */
#define USER_A		61001
#define USER_B		61002

/*
 * For struct ktap_suite. The sleeping one makes a board that cannot be reached
 * from interrupts. Skips all where the modules are missing or in use already.
 */
void fixture_setup(void);
void fixture_setup_sleeping(void);
/* Deletes all hubs, puts the board back as it was new, makes BOARD_HUB. */
void fixture_before(void);
void fixture_teardown(void);

/* The case's hub: "/dev/gpiohub0". */
const char *fixture_node(void);
/* Looks again for the hub, after another was made; false if there is not exactly one. */
bool fixture_find_hub(void);

/* 0 or a positive errno. */
int fixture_hub_make(const char *text);
int fixture_hub_delete_named(const char *name);
/* The case's hub. */
void fixture_hub_delete(void);
unsigned int fixture_hub_count(void);

/* modprobe, with parameters: did it work? rmmod: 0 or a positive errno. */
bool fixture_module_load(const char *name, const char *parameters);
int fixture_module_unload(const char *name);
/* gpiohub alone. */
void fixture_module_reload(const char *parameters);

/* A parameter of gpiohub's, for this case. */
void fixture_option(const char *name, const char *value);

/*
 * Whoever calls that function of gpiohub's is held up at its beginning, as long as this
 * case lasts, with interrupts off on some kernels. Skips the case where nothing does that.
 */
void fixture_hold_up(const char *function, unsigned int ms);
/* The same for several, and the kernel's: "gpiohub:NAME,NAME", "MS,MS". */
void fixture_hold_up_all(const char *functions, const char *ms);

/* One line of text into or from a file: 0 or a positive errno. */
int fixture_write(const char *path, const char *text);
int fixture_read(const char *path, char *text, unsigned int size);

/* CLOCK_MONOTONIC, in ns. */
__u64 fixture_now(void);

/* ktap_count(), but on a debug kernel always a tenth of what others do. */
unsigned long fixture_count(unsigned long quick);
/* GPIOHUB_SEED, or the usual one; says it. */
unsigned int fixture_seed(void);
/* Objects in use of a slab cache. */
unsigned long fixture_objects(const char *cache);
/* All of that slab cache are freed: by the worker, after their ends were told, so in a moment. */
void fixture_expect_freed(const char *cache);

/* Waits until that process sleeps in the kernel, or has ended. */
void fixture_await_sleep(pid_t process);

/* Becomes another user for good, with no capability; for helper processes. */
void fixture_become(unsigned int user);
/* Lets every user open the hub. */
void fixture_allow_all(void);

/* The whole of main() for the cases in this array. */
#define FIXTURE_MAIN_WITH(array, setup_function)			\
int main(int argc, char **argv)						\
{									\
	static const struct ktap_suite suite = {			\
		.cases = array,						\
		.count = ARRAY_SIZE(array),				\
		.before = fixture_before,				\
		.setup = setup_function,				\
		.teardown = fixture_teardown,				\
		.teardown_name = "the modules unload again",		\
	};								\
									\
	return ktap_main(argc, argv, &suite);				\
}

/* Programs are built a second time with FIXTURE_SLEEPING, as NAME_sleeping. */
#ifdef FIXTURE_SLEEPING
#define FIXTURE_MAIN(array)	FIXTURE_MAIN_WITH(array, fixture_setup_sleeping)
#else
#define FIXTURE_MAIN(array)	FIXTURE_MAIN_WITH(array, fixture_setup)
#endif

#endif /* FIXTURE_H */
