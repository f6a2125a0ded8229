/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Putting the machine to sleep. What fails here ends the case; it is skipped where
 * the machine cannot, or would not come back. A guest's files are kept by
 * gpiohub-vmawake, from tests/vm.
 */
#ifndef POWER_H
#define POWER_H

#include <stdbool.h>

/*
 * How deep: the kernel's own tests of it, that come back after so many seconds.
 * POWER_PROCESSES stops only these.
 */
#define POWER_PROCESSES		"freezer"
#define POWER_DEVICES		"devices"

void power_test(const char *depth, unsigned int seconds);

/*
 * In earnest, until something wakes it. Returns false if nothing did and it took an
 * alarm, after so many seconds.
 */
bool power_sleep(unsigned int seconds);

#endif /* POWER_H */
