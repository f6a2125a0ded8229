/* SPDX-License-Identifier: MIT */
#include "roles.hpp"

#include "config_roles.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

constexpr auto kNow = std::chrono::system_clock::time_point{std::chrono::hours{500'000}};

/* Lines L0 to L7, but for one that is called MOTOR. */
RoleHub hub(unsigned number = 0)
{
	return {number, 8, [](unsigned line) {
			return line == 5 ? std::string("MOTOR") : "L" + std::to_string(line);
		}};
}

Role role(const std::string &lines, std::initializer_list<Verb> verbs)
{
	Role role;
	role.lines = *parse_lines(lines);
	for (const Verb verb : verbs)
		role.verbs |= 1U << static_cast<unsigned>(verb);
	return role;
}

Rights rights(const Role &role, unsigned number = 0)
{
	return rights_on(hub(number), {&role});
}

} // namespace

TEST_CASE("a role allows its verbs on its lines")
{
	const Rights some = rights(role("1,3-4", {Verb::Look, Verb::Claim}));
	CHECK(some.lines(Verb::Look) == 0b11010);
	CHECK(some.lines(Verb::Claim) == 0b11010);
	CHECK(some.lines(Verb::Drive) == 0);
}

TEST_CASE("lines are named by numbers, by hub, by name and by globs")
{
	CHECK(rights(role("MOTOR", {Verb::Drive})).lines(Verb::Drive) == 0b100000);
	CHECK(rights(role("L[0-2]", {Verb::Drive})).lines(Verb::Drive) == 0b111);
	CHECK(rights(role("*", {Verb::Drive}), 7).lines(Verb::Drive) == 0xff);
	/* A number alone is of hub 0, as on the command line. */
	CHECK(rights(role("2", {Verb::Drive}), 1).lines(Verb::Drive) == 0);
	CHECK(rights(role("1:2", {Verb::Drive}), 1).lines(Verb::Drive) == 0b100);
	CHECK(rights(role("1:2", {Verb::Drive}), 0).lines(Verb::Drive) == 0);
}

TEST_CASE("lines that the hub has not are nothing")
{
	CHECK(rights(role("60-63", {Verb::Look})).lines(Verb::Look) == 0);
}

TEST_CASE("what several roles allow adds up")
{
	const Role look = role("*", {Verb::Look});
	const Role drive = role("1", {Verb::Drive});
	const Rights both = rights_on(hub(), {&look, &drive});
	CHECK(both.lines(Verb::Look) == 0xff);
	CHECK(both.lines(Verb::Drive) == 0b10);
}

TEST_CASE("roles are granted to users, groups and tokens")
{
	std::vector<Role> all(3);
	all[0].users = {1000};
	all[1].groups = {50, 60};
	all[2].tokens = {"panel"};
	const Roles roles(all, {});
	const auto count = [&roles](const Peer &peer, std::string_view token) {
		return roles.of(peer, token).size();
	};
	CHECK(count({"a", 1, 1000, true, {7}}, "") == 1);
	CHECK(count({"a", 1, 1000, true, {7, 60}}, "panel") == 3);
	CHECK(count({"a", 1, 1001, true, {7}}, "other") == 0);
	/* By TCP nobody is a user, whatever the number. */
	CHECK(count({"a", 0, 1000, false, {50}}, "") == 0);
	CHECK(count({"a", 0, kNobody, false, {}}, "panel") == 1);
}

TEST_CASE("a token is known by its digest, until it expires")
{
	const Roles roles({}, {{"old", sha256("secret"), kNow}, {"new", sha256("other"), {}}});
	REQUIRE(roles.find("other", kNow) != nullptr);
	CHECK(roles.find("other", kNow)->name == "new");
	CHECK(roles.find("secret", kNow - std::chrono::seconds(1))->name == "old");
	CHECK(roles.find("secret", kNow) == nullptr);
	CHECK(roles.find("", kNow) == nullptr);
	CHECK(roles.find("secrets", kNow) == nullptr);
	CHECK(roles.named("new") != nullptr);
	CHECK(roles.named("none") == nullptr);
}
