/* SPDX-License-Identifier: MIT */
/*
 * What an edge costs the kernel from idle to idle, watched and read by nobody.
 * The plugin counts; here the marks are set and the edges made.
 */
#include "bench.hpp"
#include "marks.hpp"

#include <unistd.h>

using namespace bench;

namespace
{

constexpr unsigned hz = 500;
constexpr unsigned long edges = 1000;

template <unsigned who>
void make_edges()
{
	mark<MARK_OF(MARK_BEGIN, who)>();
	generate(hz, edges);
	wait_generated();
	mark<MARK_OF(MARK_END, who)>();
}

} // namespace

int main()
{
	load_symbols();
	{
		gpiohub::Device hub = open_hub(Chip::Board);
		must(hub.subscribe(bit(in_line)));
		make_edges<WHO_HUB>();
	}
	const int fd = request_line(Chip::Board, in_line, both_edges, 1024);
	make_edges<WHO_CHARDEV>();
	close(fd);
}
