/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's parameters, see main.c. Constant after loading, but where main.c
 * says 0644: those are looked at anew each time.
 */
#ifndef GPIOHUB_PARAMS_H
#define GPIOHUB_PARAMS_H

#include <linux/types.h>

extern unsigned int gpiohub_records;
extern unsigned int gpiohub_user_files;
extern unsigned int gpiohub_user_requests;
extern unsigned int gpiohub_user_rules;
extern unsigned int gpiohub_user_steps;
extern unsigned int gpiohub_pattern_cpu;
extern unsigned int gpiohub_message_rate;
extern unsigned int gpiohub_storm_rate;
extern bool gpiohub_rt_safe;
extern unsigned long long gpiohub_first_seq;

#endif
