/* SPDX-License-Identifier: MIT */
/* What a peer's first thread had of a processor so far. */
#pragma once

#include "bench.hpp"

#include <cinttypes>
#include <cstdio>
#include <string>

namespace bench
{

/** In ns. `pid`: of the process. */
inline std::uint64_t peer_time(const std::string &pid)
{
	const std::string path = "/proc/" + pid + "/task/" + pid + "/schedstat";
	std::FILE *file = std::fopen(path.c_str(), "r");
	std::uint64_t ns = 0;
	if (file == nullptr || std::fscanf(file, "%" SCNu64, &ns) != 1)
		fail(path);
	std::fclose(file);
	return ns;
}

} // namespace bench
