/* SPDX-License-Identifier: MIT */
/*
 * gpiohub rule: have the kernel react to an edge. A rule lasts as long as this program,
 * which tells when it fires, unless it is handed to the hub; those are listed and
 * deleted here as well.
 */
#include "rule_watch.hpp"

#include "guard.hpp"
#include "hub_lines.hpp"
#include "quantity.hpp"
#include "rule_list.hpp"
#include "stop.hpp"
#include "verbs.hpp"

#include <bit>
#include <cerrno>
#include <fmt/format.h>
#include <optional>
#include <unistd.h>

namespace gpiohub::cli
{

namespace
{

constexpr const char *kFooter = R"help(
Lines that it drives are claimed, and become outputs if they are none: those to set
begin low, those to clear high, those to toggle low. Options that name lines take them
with commas, and may be given more than once: gpiohub rule 17 falling --when 4=1
--when 5=0 --clear 18,19 stops two motors, if that is allowed.)help";

struct Options {
	std::string trigger;
	std::uint32_t kinds = 0;
	std::vector<std::string> set;
	std::vector<std::string> clear;
	std::vector<std::string> toggle;
	std::vector<std::string> stop;
	std::vector<std::string> when;
	bool once = false;
	bool latch = false;
	bool keep = false;
	std::uint64_t holdoff_ns = 1'000'000;
	std::uint32_t id = 0; /* 0: chosen here */
	std::optional<After> after;
	bool list = false;
	std::uint32_t remove = 0; /* 0: none */
	int hub = -1;
};

/* The mask of what an option names: of the trigger's hub. */
Result<std::uint64_t> mask_of(
	Board &board, const char *option, const std::vector<std::string> &texts, std::uint8_t hub)
{
	if (texts.empty())
		return std::uint64_t{0};
	const auto lines = find_lines_of_one_hub(board, texts);
	if (!lines)
		return lines.error();
	if (lines->hub != hub)
		return Error{EINVAL,
			fmt::format("{} names lines of hub {}, and the rule is one of hub {}",
				option, lines->hub, hub)};
	return lines->mask;
}

Result<void> add_condition(
	Board &board, const std::vector<std::string> &texts, std::uint8_t hub, gpiohub_rule &rule)
{
	const auto levels = find_levels(board, texts);
	if (!levels)
		return levels.error();
	for (const LineLevel &each : *levels) {
		if (each.id.hub != hub)
			return Error{EINVAL,
				fmt::format("--when names a line of hub {}, and the rule is one of "
					    "hub {}",
					each.id.hub, hub)};
		const std::uint64_t bit = std::uint64_t{1} << each.id.line;
		rule.mask |= bit;
		rule.value |= each.high ? bit : 0;
	}
	return {};
}

Result<gpiohub_rule> rule_of(Board &board, const Options &options, const HubLines &trigger)
{
	gpiohub_rule rule = {};
	rule.trigger = static_cast<__u32>(std::countr_zero(trigger.mask));
	rule.kinds = options.kinds;
	rule.holdoff_ns = options.holdoff_ns;
	rule.flags = (options.once ? GPIOHUB_RULE_ONE_SHOT : 0U) |
		(options.keep ? GPIOHUB_RULE_HUB : 0U) | (options.latch ? GPIOHUB_RULE_LATCH : 0U);
	const struct {
		const char *option;
		const std::vector<std::string> &texts;
		__u64 &mask;
	} parts[] = {{"--set", options.set, rule.set}, {"--clear", options.clear, rule.clear},
		{"--toggle", options.toggle, rule.toggle}, {"--stop", options.stop, rule.stop}};
	for (const auto &[option, texts, mask] : parts) {
		const auto found = mask_of(board, option, texts, trigger.hub);
		if (!found)
			return found.error();
		mask = *found;
	}
	const std::uint64_t twice =
		(rule.set & rule.clear) | (rule.set & rule.toggle) | (rule.clear & rule.toggle);
	if (twice != 0)
		return Error{EINVAL,
			fmt::format("line {} cannot be in two of --set, --clear and --toggle",
				std::countr_zero(twice))};
	if (auto added = add_condition(board, options.when, trigger.hub, rule); !added)
		return added.error();
	return rule;
}

/* Those that it drives begin with the other level, if they are no outputs yet. */
Result<void> own_lines(Board &board, std::uint8_t hub, const gpiohub_rule &rule, After after)
{
	const std::uint64_t driven = rule.set | rule.clear | rule.toggle;
	const std::uint64_t stopped = rule.stop & ~driven;
	if (stopped != 0) {
		if (auto claimed = board.claim(hub, stopped, guard_of(after, stopped)); !claimed)
			return claimed;
	}
	return driven == 0 ? Result<void>() : own_outputs(board, hub, driven, rule.clear, after);
}

/* Numbers of the hub's rules are the user's: the first that is free. */
Result<void> add_with_free_number(Board &board, std::uint8_t hub, gpiohub_rule &rule)
{
	for (rule.id = 1;; rule.id++) {
		auto added = board.add_rule(hub, rule);
		if (added || added.error().code != EEXIST || rule.id > GPIOHUB_MAX_RULES)
			return added;
	}
}

Result<Exit> add(const Where &where, const Options &options)
{
	const auto board = open_board(where);
	if (!board)
		return board.error();
	const auto trigger = find_lines_of_one_hub(**board, {options.trigger});
	if (!trigger)
		return trigger.error();
	if (std::popcount(trigger->mask) != 1)
		return Error{EINVAL, "a rule has one trigger: name one line"};
	auto rule = rule_of(**board, options, *trigger);
	if (!rule)
		return rule.error();
	const auto stop = stop_signals();
	if (!stop)
		return stop.error();

	const After after = options.after.value_or(options.keep ? After::Keep : After::Input);
	if (auto owned = own_lines(**board, trigger->hub, *rule, after); !owned)
		return owned.error();
	rule->id = options.id != 0 ? options.id : static_cast<std::uint32_t>(::getpid());
	if (options.keep) {
		const auto added = options.id != 0
			? (*board)->add_rule(trigger->hub, *rule)
			: add_with_free_number(**board, trigger->hub, *rule);
		if (!added)
			return added.error();
		return printed(fmt::format("rule {}\n", rule->id));
	}
	if (auto watched = watch_rule(**board, trigger->hub, *rule, stop->get()); !watched)
		return watched.error();
	return Exit::Ok;
}

Result<Exit> remove(const Where &where, const Options &options)
{
	const auto board = open_board(where);
	if (!board)
		return board.error();
	const std::uint8_t hub = options.hub < 0 ? (*board)->hubs().front().number
						 : static_cast<std::uint8_t>(options.hub);
	if ((*board)->find_hub(hub) == nullptr)
		return Error{ENODEV, fmt::format("there is no hub {}", hub)};
	if (auto removed = (*board)->delete_rule(hub, options.remove); !removed)
		return removed.error();
	return Exit::Ok;
}

Result<Exit> list(const Where &where)
{
	if (where.connect.starts_with("tcp:"))
		return Error{EINVAL,
			"rules are listed on the board itself: run this there, "
			"without --connect"};
	const auto text = list_rules();
	if (!text)
		return text.error();
	return printed(*text);
}

/* One word each time, so that the line and its edge may also come after it. */
void add_lines(CLI::App &verb, const std::string &name, std::vector<std::string> &texts,
	const std::string &description)
{
	verb.add_option(name, texts, description)->allow_extra_args(false)->type_name("LINES");
}

/* What CLI11 cannot say: an option that needs another. */
void check(const Options &options)
{
	if (options.list || options.remove != 0)
		return;
	if (options.trigger.empty())
		throw CLI::RequiredError("LINE, --list or --delete");
	if (options.kinds == 0)
		throw CLI::RequiredError("EDGE (rising, falling or both)");
	if (options.set.empty() && options.clear.empty() && options.toggle.empty() &&
		options.stop.empty())
		throw CLI::RequiredError("--set, --clear, --toggle or --stop");
	if (options.holdoff_ns < GPIOHUB_HOLDOFF_MIN_NS)
		throw CLI::ValidationError("--holdoff", "must be 10us or more");
	if (options.keep && options.after && options.after != After::Keep)
		throw CLI::ValidationError("--guard",
			"the rule of a hub drives what the hub keeps: --keep goes with --guard "
			"keep alone");
}

} // namespace

void add_rule(CLI::App &app, Action &action)
{
	const std::map<std::string, std::uint32_t> edges = {
		{"rising", GPIOHUB_KIND(GPIOHUB_EVENT_RISING)},
		{"falling", GPIOHUB_KIND(GPIOHUB_EVENT_FALLING)}, {"both", GPIOHUB_KINDS_EDGES}};
	auto options = std::make_shared<Options>();
	auto after = std::make_shared<After>(After::Input);
	auto *verb = app.add_subcommand("rule", "have the kernel react to an edge, at once");

	verb->add_option("LINE", options->trigger, "the line that triggers it");
	verb->add_option("EDGE", options->kinds, "rising, falling or both")
		->transform(CLI::CheckedTransformer(edges));
	add_lines(*verb, "--set", options->set, "lines to drive high");
	add_lines(*verb, "--clear", options->clear, "lines to drive low");
	add_lines(*verb, "--toggle", options->toggle, "lines to drive to the other level");
	add_lines(*verb, "--stop", options->stop, "lines whose patterns are stopped");
	add_lines(*verb, "--when", options->when,
		"only if these lines have these levels just after the edge: 4=1");
	verb->add_flag("--once", options->once, "it fires once, and is over");
	verb->add_flag("--latch", options->latch,
		"what it drove stays so, whatever else would drive it, until claimed again");
	auto *keep = verb->add_flag("--keep", options->keep,
		"hand it to the hub and end: it stays, and so do the lines; its number is\n"
		"printed");
	add_duration_option(*verb, "--holdoff", options->holdoff_ns,
		"after it fired it does not for so long (default 1ms, at least 10us)");
	verb->add_option("--id", options->id, "its number, if it shall have a certain one")
		->check(CLI::Range(1U, 4'294'967'295U));
	auto *guard = add_guard_option(*verb, *after);
	auto *listing =
		verb->add_flag("--list", options->list, "list the rules of this machine's hubs");
	auto *deleting = verb->add_option("--delete", options->remove,
				     "delete the rule of that "
				     "number")
				 ->check(CLI::Range(1U, 4'294'967'295U));
	verb->add_option(
		    "--hub", options->hub, "of --delete: the hub's number; without it the first")
		->check(CLI::Range(0, 255));
	listing->excludes(deleting)->excludes(keep);
	deleting->excludes(keep);
	verb->footer(kFooter + ("\n" + verb->get_footer()));
	verb->callback([options, after, guard, &action] {
		if (guard->count() > 0)
			options->after = *after;
		check(*options);
		action = [options](const Where &where) {
			if (options->list)
				return list(where);
			return options->remove != 0 ? remove(where, *options)
						    : add(where, *options);
		};
	});
}

} // namespace gpiohub::cli
