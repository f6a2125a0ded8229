/* SPDX-License-Identifier: MIT */
/*
 * Instructions that do nothing, by which a program in the guest tells the plugin
 * outside where it is: movz xzr, #mark.
 */
#ifndef MARKS_H
#define MARKS_H

#define MARK_INSTRUCTION(mark)	(0xd280001fU | (mark) << 5)

/* Marks are MARK_BASE + verb * 16 + who. */
#define MARK_BASE		0x6700
#define MARK_OF(verb, who)	(MARK_BASE + (verb) * 16 + (who))

enum {
	MARK_LOAD,	/* $out/symbols is written: from now on watch these functions */
	MARK_BEGIN,	/* what happens from now on belongs to who */
	MARK_END,	/* and no longer; writes $out/spans */
	MARK_AWAKE,	/* a program that slept until the last wfi is back */
	MARK_VERBS
};

/* On whose behalf. */
enum { WHO_NOBODY, WHO_HUB, WHO_CHARDEV, WHO_TIMER, WHO_COUNT };

#endif
