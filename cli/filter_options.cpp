/* SPDX-License-Identifier: MIT */
#include "filter_options.hpp"

#include "quantity.hpp"

#include <gpiohub/duration.hpp>

#include <limits>
#include <string>
#include <vector>

namespace gpiohub::cli
{

namespace
{

std::uint64_t duration_of(const std::string &text)
{
	const auto ns = parse_duration(text);
	if (!ns)
		throw CLI::ValidationError("--burst", ns.error().what);
	return *ns;
}

} // namespace

void add_filter_options(CLI::App &verb, EdgeFilter &filter)
{
	add_duration_option(verb, "--steady", filter.steady_ns,
		"only edges after which the line keeps still for so long, such as 5ms");
	verb.add_option_function<std::vector<std::string>>(
		    "--burst",
		    [&filter](const std::vector<std::string> &times) {
			    filter.quiet_ns = duration_of(times[0]);
			    filter.active_ns = duration_of(times[1]);
			    if (filter.quiet_ns == 0)
				    throw CLI::ValidationError("--burst", "a rest of 0 is none");
		    },
		    "after a rest, the edges of so long, then none until the next rest")
		->type_name("REST LENGTH")
		->expected(2);
	verb.add_option("--rate", filter.per_second,
		    "at most so many edges of a line a second; the others are counted")
		->check(CLI::Range(std::uint32_t{1}, std::numeric_limits<std::uint32_t>::max()));
}

} // namespace gpiohub::cli
