/* SPDX-License-Identifier: MIT */
#include "list.hpp"

#include "fake_board.hpp"

#include <catch2/catch.hpp>
#include <sstream>

using namespace gpiohub;
using namespace gpiohub::cli;

namespace
{

/* Line 1 does not answer, 2 is nobody's, 3 is gone; the others are held and high. */
class HalfDeaf : public FakeBoard
{
public:
	HalfDeaf() : FakeBoard({0}) {}

	Result<wire::LineInfo> line_info(std::uint8_t, std::uint8_t line) override
	{
		wire::LineInfo info = {};
		info.info.line = line;
		info.info.flags = line == 2 ? 0 : GPIOHUB_LINE_HELD;
		if (line == 3)
			info.info.flags |= GPIOHUB_LINE_GONE;
		std::string("chip").copy(info.info.chip, sizeof(info.info.chip) - 1);
		return info;
	}

	Result<std::uint64_t> get(std::uint8_t, std::uint64_t lines) override
	{
		if ((lines & 0b1110) != 0)
			return Error{EIO, "the chip does not answer"};
		return lines;
	}
};

/* The column of levels. */
std::vector<std::string> levels_in(const std::string &text)
{
	std::vector<std::string> levels;
	std::istringstream rows(text);
	std::string row;
	while (std::getline(rows, row)) {
		std::istringstream words(row);
		std::string word;
		for (int column = 0; column < 6; column++)
			words >> word;
		levels.push_back(word);
	}
	return {levels.begin() + 2, levels.end()};
}

} // namespace

TEST_CASE("a line whose chip does not answer is listed like the others")
{
	HalfDeaf board;
	const auto text = hub_rows(board, board.hubs().front(), true);
	REQUIRE(text.ok());
	CHECK(levels_in(*text) ==
		std::vector<std::string>{"1", "?", "-", "gone", "1", "1", "1", "1"});
}

TEST_CASE("a hub alone takes one row")
{
	HalfDeaf board;
	CHECK(*hub_rows(board, board.hubs().front(), false) == "gpiohub0: 8 lines, \n");
}
