/* SPDX-License-Identifier: MIT */
/* gpiohub watch: events as they come, until the user or a count ends it. */
#include "filter_options.hpp"
#include "lines.hpp"
#include "print.hpp"
#include "stop.hpp"
#include "verbs.hpp"
#include "watcher.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <limits>
#include <unistd.h>

namespace gpiohub::cli
{

namespace
{

struct Options {
	std::vector<std::string> lines;
	bool all = false;
	bool edges = false;
	bool json = false;
	bool raw = false;
	EdgeFilter filter;
	std::uint64_t count = std::numeric_limits<std::uint64_t>::max();
};

Style style_of(const Options &options)
{
	if (options.raw)
		return Style::Raw;
	return options.json ? Style::Json : Style::Human;
}

Result<Names> names_of(Board &board, const std::vector<LineId> &lines)
{
	Names names;

	for (const Hub &hub : board.hubs())
		names.hubs[hub.number] = hub.info.name;
	for (const LineId &id : lines) {
		const auto info = board.line_info(id.hub, id.line);
		if (!info)
			return info.error();
		names.lines[id] = info->name;
	}
	return names;
}

Result<Exit> follow(Board &board, const std::vector<LineId> &lines, const Options &options)
{
	/* First, so that nothing ends us between subscribing and the summary. */
	const auto stop = stop_signals();
	if (!stop)
		return stop.error();
	auto names = names_of(board, lines);
	if (!names)
		return names.error();

	std::set<std::uint8_t> hubs;
	for (const auto &[hub, mask] : masks_of(lines)) {
		if (!options.filter.is_open()) {
			const auto filtered = board.filter(hub, mask, options.filter);
			if (!filtered)
				return filtered.error();
		}
		const auto watched = board.watch(
			hub, mask, options.edges ? GPIOHUB_KINDS_EDGES : GPIOHUB_KINDS_ALL);
		if (!watched)
			return watched.error();
		hubs.insert(hub);
	}

	const UniqueFd terminal = reopen_terminal(STDOUT_FILENO);
	Watcher watcher(board, EventText(style_of(options), *std::move(names)), options.count,
		std::move(hubs), terminal ? terminal.get() : STDOUT_FILENO);
	const auto end = watcher.follow(stop->get());
	complain(fmt::format("gpiohub: {} events received, {} lost\n", watcher.text().shown(),
		watcher.text().lost()));
	if (!end)
		return end.error();
	if (*end == Watcher::End::HubsGone)
		return Error{ENODEV, "the hub is gone"};
	return watcher.text().lost() > 0 ? Exit::Lost : Exit::Ok;
}

Result<Exit> watch(const Where &where, const Options &options)
{
	const auto board = open_board(where);
	if (!board)
		return board.error();
	if (options.all)
		return follow(**board, all_lines(**board), options);
	const auto lines = find_lines(**board, options.lines);
	if (!lines)
		return lines.error();
	return follow(**board, *lines, options);
}

} // namespace

void add_watch(CLI::App &app, Action &action)
{
	auto options = std::make_shared<Options>();
	auto *verb = app.add_subcommand("watch", "print events as they come");

	auto *lines = verb->add_option("LINES,--lines", options->lines, "the lines");
	auto *all = verb->add_flag(
		"--all", options->all, "all lines of all hubs; may switch pins to GPIO");
	auto *json = verb->add_flag("--json", options->json, "one JSON object a line");
	verb->add_flag("--raw", options->raw, "the 32-byte records of linux/gpiohub.h")
		->excludes(json);
	verb->add_flag("--edges", options->edges, "rising and falling edges only");
	add_filter_options(*verb, options->filter);
	verb->add_option("--count", options->count, "end after so many events")
		->check(CLI::PositiveNumber);
	lines->excludes(all);
	verb->callback([options, &action] {
		if (!options->all && options->lines.empty())
			throw CLI::RequiredError("LINES, or --all,");
		action = [options](const Where &where) { return watch(where, *options); };
	});
}

} // namespace gpiohub::cli
