// SPDX-License-Identifier: GPL-2.0
/*
 * The words that people read for the numbers of <linux/gpiohub.h>. What they get is
 * never more than a number of ours, so an unknown one is only a precaution.
 */
#include <linux/gpiohub.h>
#include <linux/kernel.h>

#include "words.h"

static const char *word(const char * const *words, unsigned int count, u8 number)
{
	return number < count && words[number] ? words[number] : "unknown";
}

const char *gpiohub_word_direction(u8 direction)
{
	static const char * const words[] = {
		[GPIOHUB_DIRECTION_AS_IS] = "unknown",
		[GPIOHUB_DIRECTION_INPUT] = "input",
		[GPIOHUB_DIRECTION_OUTPUT] = "output",
	};

	return word(words, ARRAY_SIZE(words), direction);
}

const char *gpiohub_word_bias(u8 bias)
{
	static const char * const words[] = {
		[GPIOHUB_BIAS_AS_IS] = "as-is",
		[GPIOHUB_BIAS_DISABLE] = "disabled",
		[GPIOHUB_BIAS_PULL_UP] = "pull-up",
		[GPIOHUB_BIAS_PULL_DOWN] = "pull-down",
	};

	return word(words, ARRAY_SIZE(words), bias);
}

const char *gpiohub_word_drive(u8 drive)
{
	static const char * const words[] = {
		[GPIOHUB_DRIVE_AS_IS] = "as-is",
		[GPIOHUB_DRIVE_PUSH_PULL] = "push-pull",
		[GPIOHUB_DRIVE_OPEN_DRAIN] = "open-drain",
		[GPIOHUB_DRIVE_OPEN_SOURCE] = "open-source",
	};

	return word(words, ARRAY_SIZE(words), drive);
}

const char *gpiohub_word_guard(u8 guard)
{
	static const char * const words[] = {
		[0] = "none",
		[GPIOHUB_GUARD_INPUT] = "input",
		[GPIOHUB_GUARD_KEEP] = "keep",
		[GPIOHUB_GUARD_LEVELS] = "levels",
	};

	return word(words, ARRAY_SIZE(words), guard);
}
