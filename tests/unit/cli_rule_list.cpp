/* SPDX-License-Identifier: MIT */
#include "rule_list.hpp"

#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>

using namespace gpiohub;
using namespace gpiohub::cli;

TEST_CASE("rules are told one a line, and later versions may tell more of each")
{
	const auto rules = parse_rules("3 0 17 f 12\n4294967295 1000 4 b 0 more\n");
	REQUIRE(rules.ok());
	CHECK(*rules == std::vector<RuleRow>{{3, 0, 17, 'f', 12}, {4294967295, 1000, 4, 'b', 0}});
	CHECK(parse_rules("")->empty());
}

TEST_CASE("what tells no rule is an error")
{
	CHECK(parse_rules("3 0 17 f\n").error().code == EPROTO);
	CHECK(parse_rules("nonsense\n").error().code == EPROTO);
}

TEST_CASE("rules are listed for people")
{
	CHECK(rules_text("gpiohub0", {{3, 0, 17, 'f', 12}}) ==
		"gpiohub0: 1 rule\n"
		"           3  line 17  falling  fired 12, of user 0\n");
	CHECK(rules_text("gpiohub1", {}) == "gpiohub1: 0 rules\n");
}

TEST_CASE("the rules of all hubs are listed, and a hub that tells none is named")
{
	namespace fs = std::filesystem;
	const fs::path directory =
		fs::temp_directory_path() / ("gpiohub-rules-" + std::to_string(::getpid()));
	fs::create_directories(directory / "gpiohub0");
	fs::create_directories(directory / "gpiohub1");
	std::ofstream(directory / "gpiohub0/rules") << "";
	std::ofstream(directory / "gpiohub1/rules") << "3 0 1 r 2\n";
	CHECK(*list_rules(directory.string()) ==
		"gpiohub0: 0 rules\ngpiohub1: 1 rule\n"
		"           3  line 1   rising   fired 2, of user 0\n");

	fs::remove(directory / "gpiohub0/rules");
	const auto listed = list_rules(directory.string());
	fs::remove_all(directory);
	REQUIRE_FALSE(listed.ok());
	CHECK_THAT(listed.error().what, Catch::StartsWith("gpiohub0 tells no rules"));
	CHECK(list_rules(directory.string()).error().code == ENODEV);
}
