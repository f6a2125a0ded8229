/* SPDX-License-Identifier: MIT */
/* Setting the marks of marks.h. */
#pragma once

#include "marks.h"

#include <unistd.h>

namespace bench
{

template <unsigned number>
[[gnu::always_inline]] inline void mark()
{
	asm volatile(".inst %c0" : : "i"(MARK_INSTRUCTION(number)) : "memory");
}

/** Has the plugin read the functions to watch. It does so when we next sleep. */
inline void load_symbols()
{
	mark<MARK_OF(MARK_LOAD, 0)>();
	usleep(10000);
}

} // namespace bench
