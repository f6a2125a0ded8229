/* SPDX-License-Identifier: MIT */
#include "lines.hpp"

#include "fake_board.hpp"

#include <catch2/catch.hpp>
#include <cerrno>

using namespace gpiohub;
using namespace gpiohub::cli;

namespace
{

/* Hubs 0 and 2 of eight lines, called L0 to L7 and M0 to M7; one name twice. */
class TwoHubs : public FakeBoard
{
public:
	TwoHubs() : FakeBoard({0, 2}) {}

	Result<wire::LineInfo> line_info(std::uint8_t hub, std::uint8_t line) override
	{
		wire::LineInfo info = {};
		const std::string name =
			line == 7 ? "SPI0-CS" : (hub == 0 ? "L" : "M") + std::to_string(line);
		name.copy(info.name, sizeof(info.name) - 1);
		return info;
	}
};

std::vector<LineId> find(const std::vector<std::string> &texts)
{
	TwoHubs board;
	const auto lines = find_lines(board, texts);
	REQUIRE(lines.ok());
	return *lines;
}

Error failure(const std::string &text)
{
	TwoHubs board;
	const auto lines = find_lines(board, {text});
	REQUIRE_FALSE(lines.ok());
	return lines.error();
}

using Ids = std::vector<LineId>;

} // namespace

TEST_CASE("lines are found in the order in which they were named")
{
	CHECK(find({"4"}) == Ids{{0, 4}});
	CHECK(find({"3,1-2", "0"}) == Ids{{0, 3}, {0, 1}, {0, 2}, {0, 0}});
	CHECK(find({"2:5"}) == Ids{{2, 5}});
	CHECK(find({"gpiohub2:0-1"}) == Ids{{2, 0}, {2, 1}});
	CHECK(find({"M3", "L3"}) == Ids{{2, 3}, {0, 3}});
	CHECK(find({"2:SPI0-CS"}) == Ids{{2, 7}});
}

TEST_CASE("a line that is not there is told")
{
	CHECK(failure("8").code == ENXIO);
	CHECK(failure("8").what == "gpiohub0 has no line 8, only 0 to 7");
	CHECK(failure("1:4").code == ENODEV);
	CHECK(failure("NOBODY").code == ENXIO);
	CHECK(failure("2:L3").code == ENXIO);
	CHECK(failure("SPI0-CS").what == "2 lines are called \"SPI0-CS\": use numbers");
}

TEST_CASE("levels are given line by line")
{
	TwoHubs board;
	const auto levels = find_levels(board, {"4=1", "0-1=low", "M3=on"});
	REQUIRE(levels.ok());
	REQUIRE(levels->size() == 4);
	CHECK(levels->at(0).high);
	CHECK(levels->at(1).id == LineId{0, 0});
	CHECK_FALSE(levels->at(2).high);
	CHECK(levels->at(3).id == LineId{2, 3});

	CHECK(find_levels(board, {"4"}).error().code == EINVAL);
	CHECK(find_levels(board, {"4=2"}).error().code == EINVAL);
	CHECK(find_levels(board, {"=1"}).error().code == EINVAL);
}

TEST_CASE("a line cannot be high and low at once")
{
	TwoHubs board;
	for (const std::vector<std::string> &texts : {std::vector<std::string>{"4=1", "4=0"},
		     {"0-7=low", "3=high"}, {"M3=1", "L3=1", "2:3=0"}}) {
		const auto levels = find_levels(board, texts);
		REQUIRE_FALSE(levels.ok());
		CHECK(levels.error().code == EINVAL);
		CHECK_THAT(levels.error().what, Catch::Contains("cannot be 1 and 0"));
	}
	CHECK(find_levels(board, {"4=1", "4=0"}).error().what ==
		"line 0:4 cannot be 1 and 0: say one of them");
	CHECK(find_levels(board, {"4=1", "0-7=high", "2:4=0"}).ok());
}

TEST_CASE("lines become one mask per hub")
{
	const auto masks = masks_of(find({"0,7", "2:1"}));
	CHECK(masks == std::map<std::uint8_t, std::uint64_t>{{0, 0x81}, {2, 2}});
	CHECK(all_lines(TwoHubs()).size() == 16);
	CHECK(line_text(TwoHubs(), {2, 5}) == "2:5");
}
