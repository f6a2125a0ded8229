/* SPDX-License-Identifier: MIT */
#include <gpiohub/address.hpp>

#include <catch2/catch.hpp>
#include <cerrno>

using namespace gpiohub;

TEST_CASE("addresses of both kinds are understood")
{
	CHECK(Address::parse("unix:/run/x.sock")->path == "/run/x.sock");
	CHECK(Address::parse("/run/x.sock")->path == "/run/x.sock");

	const auto tcp = Address::parse("tcp:board.local:99");
	REQUIRE(tcp.ok());
	CHECK(tcp->path.empty());
	CHECK(tcp->host == "board.local");
	CHECK(tcp->port == "99");
	CHECK(Address::parse("tcp:board.local")->port == "8737");
	CHECK(Address::parse("tcp:[::1]")->host == "::1");
	CHECK(Address::parse("tcp:[::1]:99")->port == "99");
	CHECK_FALSE(tcp->is_tls);

	const auto tls = Address::parse("tls:board.local");
	REQUIRE(tls.ok());
	CHECK(tls->is_tls);
	CHECK(tls->host == "board.local");
	CHECK(tls->port == "8738");
}

TEST_CASE("what is said of an address can be typed again")
{
	for (const char *text :
		{"unix:/run/x.sock", "tcp:127.0.0.1:8737", "tcp:[::1]:8737", "tls:board:8738"})
		CHECK(Address::parse(text)->to_string() == text);
}

TEST_CASE("what is no address is refused")
{
	for (const char *text : {"", "board", "unix:", "tcp:", "tcp::99", "tcp:board:",
		     "tcp:board:x", "tcp:[::1", "tcp:[::1]99", "tcp:[[::1]", "http://board"}) {
		const auto address = Address::parse(text);
		REQUIRE_FALSE(address.ok());
		CHECK(address.error().code == EINVAL);
	}
}

TEST_CASE("what the system would cut at a zero byte is refused")
{
	using namespace std::string_view_literals;
	for (const auto text : {"/run/x\0y"sv, "unix:x\0y"sv, "tcp:board\0:99"sv})
		CHECK(Address::parse(text).error().code == EINVAL);
}

TEST_CASE("a port that no socket can have is refused, not cut")
{
	for (const char *text :
		{"tcp:board:0", "tcp:board:65536", "tcp:board:74273", "tcp:[::1]:99999999999"}) {
		const auto address = Address::parse(text);
		REQUIRE_FALSE(address.ok());
		CHECK(address.error().code == EINVAL);
		CHECK_THAT(address.error().what, Catch::Contains("from 1 to 65535"));
	}
	CHECK(Address::parse("tcp:board:65535")->port == "65535");
}

TEST_CASE("a socket where nobody listens says what to do")
{
	const auto fd = connect_to({"/nonexistent/socket", {}, {}}, std::chrono::seconds(1));
	REQUIRE_FALSE(fd.ok());
	CHECK(fd.error().code == ENOENT);
	CHECK(fd.error().what ==
		"cannot reach unix:/nonexistent/socket: no daemon listens there: "
		"start gpiohubd, or use --device");

	const auto long_path = connect_to({std::string(200, 'x'), {}, {}}, std::chrono::seconds(1));
	REQUIRE_FALSE(long_path.ok());
	CHECK(long_path.error().code == ENAMETOOLONG);
}
