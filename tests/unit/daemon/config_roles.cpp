/* SPDX-License-Identifier: MIT */
#include "config.hpp"

#include "token.hpp"

#include <catch2/catch.hpp>

#include <cerrno>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

const std::string kDigest(64, 'a');

std::string fault(const std::string &text)
{
	const auto config = parse_config(text, "c");
	REQUIRE_FALSE(config.ok());
	CHECK(config.error().code == EINVAL);
	return config.error().what;
}

} // namespace

TEST_CASE("roles and tokens are taken as they are written")
{
	const auto config = parse_config(R"(
[token.panel]
sha256 = ")" + kDigest + R"("
expires = 2027-01-31T12:00:00+02:00
[role.operator]
lines = ["0-3", "MOTOR*"]
verbs = ["look", "drive"]
users = ["root"]
groups = ["root"]
tokens = ["panel"]
)",
		"c");
	REQUIRE(config.ok());
	const Roles &roles = *config->roles;
	CHECK_FALSE(roles.empty());
	const auto granted = roles.of({"a", 1, 0, true, {}}, "");
	REQUIRE(granted.size() == 1);
	CHECK(granted[0]->name == "operator");
	CHECK(granted[0]->lines.size() == 2);
	CHECK(granted[0]->has(Verb::Drive));
	CHECK_FALSE(granted[0]->has(Verb::Claim));
	CHECK(roles.of({"a", 0, kNobody, false, {}}, "panel").size() == 1);
	CHECK(roles.named("panel")->expires ==
		std::chrono::sys_days(std::chrono::year(2027) / 1 / 31) + std::chrono::hours(10));
}

TEST_CASE("without roles everybody may do everything")
{
	CHECK(parse_config("", "c")->roles->empty());
}

TEST_CASE("a role that says too little does not pass for one that allows nothing")
{
	const std::string who = "users = [\"root\"]\n";
	CHECK_THAT(fault("[role.a]\nverbs = [\"look\"]\n" + who),
		Catch::Contains("[role.a] names no lines"));
	CHECK_THAT(fault("[role.a]\nlines = [\"*\"]\n" + who),
		Catch::Contains("[role.a] allows nothing"));
	CHECK_THAT(fault("[role.a]\nlines = [\"*\"]\nverbs = [\"look\"]\n"),
		Catch::Contains("[role.a] is nobody's"));
	CHECK(parse_config(
		"[pigpio]\nrole = \"a\"\n[role.a]\nlines = [\"*\"]\nverbs = [\"look\"]\n", "c")
			.ok());
	CHECK_THAT(fault("[role.a]\nlines = []\nverbs = [\"look\"]\n" + who),
		Catch::StartsWith("c:2:9: [role.a] must be an array of strings, and not empty"));
	CHECK_THAT(fault("[role.a]\n"), Catch::StartsWith("c:1:1: [role.a] names no lines"));
	CHECK_THAT(fault("[role]\n"), Catch::Contains("must be tables: [role.NAME]"));
	CHECK_THAT(fault("role = 3\n"), Catch::Contains("must be tables: [role.NAME]"));
}

TEST_CASE("what a role names must exist")
{
	const std::string rest = "lines = [\"*\"]\nverbs = [\"look\"]\n";
	CHECK_THAT(fault("[role.a]\n" + rest + "users = [\"root\", \"no-such-user\"]\n"),
		Catch::StartsWith("c:4:18: [role.a] this system has no user \"no-such-user\""));
	CHECK_THAT(fault("[role.a]\n" + rest + "groups = [\"no-such-group\"]\n"),
		Catch::Contains("no group \"no-such-group\""));
	CHECK_THAT(fault("[role.a]\n" + rest + "tokens = [\"x\"]\n"),
		Catch::Contains("there is no [token.x]"));
	CHECK_THAT(fault("[role.a]\nverbs = [\"jump\"]\n"),
		Catch::Contains("\"jump\" is no verb: look, claim, drive, rule, administer"));
	CHECK_THAT(fault("[role.a]\nlines = [\"9-3\"]\n"), Catch::Contains("is no range"));
	CHECK_THAT(fault("[role.a]\nline = [\"3\"]\n"), Catch::Contains("has no key \"line\""));
}

TEST_CASE("a token is a digest, and its end a time that cannot be mistaken")
{
	CHECK_THAT(fault("[token.a]\nsha256 = \"secret\"\n"), Catch::Contains("--make-token"));
	CHECK_THAT(fault("[token.a]\nexpires = 2027-01-31T12:00:00Z\n"),
		Catch::Contains("[token.a] has no sha256"));
	CHECK_THAT(
		fault("[token.a]\nexpires = 2027-01-31T12:00:00\nsha256 = \"" + kDigest + "\"\n"),
		Catch::Contains("with an offset"));
	CHECK_THAT(fault("[token.a]\nsecret = \"x\"\n"), Catch::Contains("has no key \"secret\""));
}

TEST_CASE("a time beyond what the clock has is for ever, and one before it is past")
{
	const auto expires_in = [](const std::string &year) {
		const auto config = parse_config("[token.a]\nsha256 = \"" + kDigest +
				"\"\nexpires = " + year +
				"-12-31T23:59:59Z\n[role.a]\nlines = [\"*\"]\nverbs = [\"look\"]\n"
				"tokens = [\"a\"]\n",
			"c");
		REQUIRE(config.ok());
		return *config->roles->named("a")->expires;
	};
	/* "Never", as many would say it. */
	CHECK(expires_in("9999") == std::chrono::system_clock::time_point::max());
	CHECK(expires_in("2262") == std::chrono::system_clock::time_point::max());
	CHECK(expires_in("2261") < std::chrono::system_clock::time_point::max());
	CHECK(expires_in("0001") <= std::chrono::system_clock::now());
}

TEST_CASE("what makes a token makes what the configuration takes")
{
	const std::string made = make_token("panel");
	const auto config = parse_config(
		made + "[role.a]\nlines = [\"*\"]\nverbs = [\"look\"]\ntokens = [\"panel\"]\n",
		"c");
	REQUIRE(config.ok());
	/* The token stands in the second line, behind "# ". */
	const std::size_t begin = made.find('\n') + 3;
	const std::string token = made.substr(begin, made.find('\n', begin) - begin);
	CHECK(token.size() == 64);
	const auto now = std::chrono::system_clock::now();
	REQUIRE(config->roles->find(token, now) != nullptr);
	CHECK(config->roles->find(token, now)->name == "panel");
	CHECK(make_token("panel") != made);
}

TEST_CASE("TLS needs a certificate, a key, and somebody who is let in by it")
{
	const std::string tls = "[tls]\nlisten = [\"0.0.0.0\"]\n";
	const std::string files = "certificates = \"/c.pem\"\nkey = \"/k.pem\"\n";
	const std::string token = "[token.t]\nsha256 = \"" + kDigest + "\"\n";
	const std::string role =
		"[role.a]\nlines = [\"*\"]\nverbs = [\"look\"]\ntokens = [\"t\"]\n";
	CHECK_THAT(fault(tls), Catch::Contains("[tls] needs certificates and a key"));
	CHECK_THAT(fault(tls + files), Catch::Contains("[tls] needs a role with tokens"));
	CHECK_THAT(
		fault(tls + files + token), Catch::Contains("there are tokens and no [role.NAME]"));
	CHECK(parse_config(tls + files + token + role, "c").ok());
	CHECK_THAT(fault("[tls]\nkey = \"here\"\n"), Catch::Contains("must be the path of a file"));
}
