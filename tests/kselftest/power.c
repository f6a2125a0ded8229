// SPDX-License-Identifier: GPL-2.0
/* What power.h says. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "fixture.h"
#include "ktap.h"
#include "power.h"

#define STATE	"/sys/power/state"
#define TEST	"/sys/power/pm_test"
#define DELAY	"/sys/module/suspend/parameters/pm_test_delay"
#define AWAKE	"gpiohub-vmawake"
#define ALARMS	"/sys/module/gpiohub_vmawake/parameters/alarms"
#define SECONDS	"/sys/module/gpiohub_vmawake/parameters/seconds"

static bool file_has(const char *path, const char *text)
{
	char line[4096];
	FILE *file = fopen(path, "r");
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, text);
	if (file)
		fclose(file);
	return found;
}

/* The files that all this runs from must be there afterwards. */
static void keep_files(const char *parameters)
{
	char seconds[16];
	int error;

	if (!*parameters && !fixture_read(SECONDS, seconds, sizeof(seconds)) &&
	    !strcmp(seconds, "0"))
		return;
	error = fixture_module_unload("gpiohub_vmawake");
	if (error && error != ENOENT)
		KTAP_FAIL_WITH("rmmod %s: %s", AWAKE, strerror(error));
	if (!fixture_module_load(AWAKE, parameters) &&
	    (*parameters || file_has("/proc/mounts", " 9p ")))
		ktap_skip("the machine would not come back without " AWAKE);
}

/* 0, or EBUSY: woken on the way there. */
static int go(void)
{
	int error;

	if (!file_has(STATE, "freeze"))
		ktap_skip("this kernel cannot suspend");
	error = fixture_write(STATE, "freeze");
	CHECK(!error || error == EBUSY);
	return error;
}

void power_test(const char *depth, unsigned int seconds)
{
	char text[16];

	if (!file_has(TEST, depth))
		ktap_skip("this kernel has no tests of suspending (CONFIG_PM_DEBUG)");
	keep_files("");
	snprintf(text, sizeof(text), "%u", seconds);
	CHECK_EQ(fixture_write(DELAY, text), 0);
	CHECK_EQ(fixture_write(TEST, depth), 0);
	CHECK_EQ(go(), 0);
	CHECK_EQ(fixture_write(TEST, "none"), 0);
}

bool power_sleep(unsigned int seconds)
{
	char text[32];

	snprintf(text, sizeof(text), "seconds=%u", seconds);
	keep_files(text);
	/* Where processors idle deeper than that, clocks may stand still. */
	if (access("/sys/devices/system/cpu/cpu0/cpuidle", F_OK) == 0)
		ktap_skip("nothing here could be trusted to wake this machine");
	if (!access(TEST, F_OK))
		CHECK_EQ(fixture_write(TEST, "none"), 0);
	go();
	CHECK_EQ(fixture_read(ALARMS, text, sizeof(text)), 0);
	keep_files("");
	return !strcmp(text, "0");
}
