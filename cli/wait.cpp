/* SPDX-License-Identifier: MIT */
/* gpiohub wait: until edges happened. Interrupted, it simply ends: it holds nothing. */
#include "hub_lines.hpp"
#include "print.hpp"
#include "quantity.hpp"
#include "verbs.hpp"

#include <gpiohub/duration.hpp>

#include <fmt/format.h>

namespace gpiohub::cli
{

namespace
{

constexpr std::uint64_t kSecond = 1'000'000'000;

struct Options {
	std::vector<std::string> lines;
	std::uint32_t kinds = GPIOHUB_KINDS_EDGES;
	std::uint32_t count = 1;
	std::uint64_t timeout_ns = 0;
};

Result<Exit> wait(const Where &where, const Options &options)
{
	const auto board = open_board(where);
	if (!board)
		return board.error();
	const auto lines = find_lines_of_one_hub(**board, options.lines);
	if (!lines)
		return lines.error();
	const auto happened = (*board)->wait_for(
		lines->hub, lines->mask, options.kinds, options.count, options.timeout_ns);
	if (!happened)
		return happened.error();
	if (!happened->has_value()) {
		complain(fmt::format("gpiohub: it did not happen within {}\n",
			duration_text(options.timeout_ns)));
		return Exit::TimedOut;
	}
	return printed(fmt::format("{}.{:09}  event {}\n", (*happened)->time_ns / kSecond,
		(*happened)->time_ns % kSecond, (*happened)->seq));
}

} // namespace

void add_wait(CLI::App &app, Action &action)
{
	const std::map<std::string, std::uint32_t> edges = {
		{"rising", GPIOHUB_KIND(GPIOHUB_EVENT_RISING)},
		{"falling", GPIOHUB_KIND(GPIOHUB_EVENT_FALLING)}, {"both", GPIOHUB_KINDS_EDGES}};
	auto options = std::make_shared<Options>();
	auto *verb = app.add_subcommand(
		"wait", "wait for edges, and print the time and number of the last one");

	verb->add_option("LINES", options->lines, "the lines, all of one hub")->required();
	verb->add_option("--edge", options->kinds, "rising, falling or both (default)")
		->transform(CLI::CheckedTransformer(edges));
	verb->add_option("--count", options->count,
		    "so many edges, on all of them together "
		    "(default 1)")
		->check(CLI::Range(1U, 4'000'000'000U));
	auto *timeout = add_duration_option(*verb, "--timeout", options->timeout_ns,
		"end with status 6 when it did not happen within: 500ms, 10s");
	verb->callback([options, timeout, &action] {
		if (timeout->count() > 0 && options->timeout_ns == 0)
			throw CLI::ValidationError("--timeout", "must be more than 0");
		action = [options](const Where &where) { return wait(where, *options); };
	});
}

} // namespace gpiohub::cli
