/* SPDX-License-Identifier: MIT */
#include "rule_watch.hpp"

#include "fake_board.hpp"

#include <catch2/catch.hpp>

using namespace gpiohub;
using namespace gpiohub::cli;

namespace
{

Received fired(std::uint32_t id, unsigned line)
{
	gpiohub_event event = {};
	event.type = GPIOHUB_EVENT_RULE;
	event.line = static_cast<__u8>(line);
	event.value = id;
	return {0, false, 0, {event}};
}

class RuledBoard : public TellingBoard
{
public:
	using TellingBoard::TellingBoard;

	Result<void> watch(std::uint8_t, std::uint64_t lines, std::uint32_t kinds) override
	{
		CHECK(lines == 0b1000);
		CHECK(kinds == GPIOHUB_KIND(GPIOHUB_EVENT_RULE));
		is_watched = true;
		return {};
	}

	Result<void> add_rule(std::uint8_t, const gpiohub_rule &) override
	{
		CHECK(is_watched);
		if (refuse != 0)
			return Error{refuse, "no"};
		return {};
	}

	bool is_watched = false;
	int refuse = 0;
};

gpiohub_rule rule(std::uint32_t flags = 0)
{
	gpiohub_rule rule = {};
	rule.id = 5;
	rule.trigger = 3;
	rule.flags = flags;
	return rule;
}

} // namespace

TEST_CASE("a rule lasts until the user ends it")
{
	RuledBoard board({fired(5, 3), fired(5, 3)});
	CHECK(watch_rule(board, 0, rule(), -1).ok());
	CHECK(board.left() == 0);
}

TEST_CASE("a rule that fires once is over then, whatever others do")
{
	RuledBoard board({fired(6, 3), fired(5, 2), fired(5, 3), fired(5, 3)});
	CHECK(watch_rule(board, 0, rule(GPIOHUB_RULE_ONE_SHOT), -1).ok());
	CHECK(board.left() == 1);
}

TEST_CASE("a rule that is refused, or whose hub goes, is an error")
{
	RuledBoard refusing(std::vector<Received>{});
	refusing.refuse = ENOSPC;
	CHECK(watch_rule(refusing, 0, rule(), -1).error().code == ENOSPC);
	RuledBoard going({{1, true, 0, {}}, {0, true, 0, {}}});
	CHECK(watch_rule(going, 0, rule(), -1).error().code == ENODEV);
}
