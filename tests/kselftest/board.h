/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual board from the outside: its wires, its pins, its generator. What
 * fails here ends the case. The board's own words: docs/vboard.md.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>

/* The board's lines, which are the hub's, and what is wired to what. */
#define BOARD_LINES	16
#define LINE_OUT	0	/* wired to LINE_IN */
#define LINE_IN		1
#define LINE_OUT2	2	/* wired to LINE_IN2 */
#define LINE_IN2	3
#define LINE_FREE	8	/* this and those above: not wired */
#define BOARD_LABEL	"gpiohub-vboard.0"
#define BOARD_HUB	BOARD_LABEL ":0-15"

/* As it was when new, and wired as above. */
void board_reset(void);
/* A parameter of its module that the next board_reset() or board_bind() takes. */
void board_option(const char *name, const char *value);
/* Its character device: "gpiochip3". */
const char *board_chip(void);

/* Drives an input from outside; lets it go again. */
void board_level(unsigned int line, bool high);
void board_float(unsigned int line);
/* The level at the pin now, whoever drives it. */
bool board_pin(unsigned int line);
/* The board's own line is an output. */
bool board_drives(unsigned int line);

/* Makes edges on an input, in interrupt context, and as fast as it can for hertz 0. */
void board_generate(unsigned int line, unsigned long hertz, unsigned long edges);
/* No edge of the line's generator after this; its level stays. */
void board_stop(unsigned int line);
/* Waits until all generators have made their edges and these have been handled. */
void board_wait_generated(unsigned int seconds);

/*
 * Since the board was bound: changes of the line, interrupts raised for them,
 * and edges that got no interrupt of their own.
 */
struct board_counts {
	unsigned long edges;
	unsigned long delivered;
	unsigned long lost;
};

struct board_counts board_counts(unsigned int line);

/* Takes a line through the character device: a file, or in try_ an errno or 0. */
int board_hold(unsigned int line);
int board_try_hold(unsigned int line);

/* Unplugs the board, plugs it in again: without its wires. */
void board_unbind(void);
void board_bind(void);
/* Wires it as above. */
void board_wire(void);

#endif /* BOARD_H */
