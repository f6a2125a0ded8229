/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words that people read for the numbers of <linux/gpiohub.h>.
 */
#ifndef GPIOHUB_WORDS_H
#define GPIOHUB_WORDS_H

#include <linux/types.h>

const char *gpiohub_word_direction(u8 direction);
const char *gpiohub_word_bias(u8 bias);
const char *gpiohub_word_drive(u8 drive);
const char *gpiohub_word_guard(u8 guard);

#endif
