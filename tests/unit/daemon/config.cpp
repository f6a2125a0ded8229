/* SPDX-License-Identifier: MIT */
#include "config.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <cstdio>

using namespace gpiohub::daemon;

TEST_CASE("an empty configuration is the default one")
{
	const auto config = parse_config("", "empty");
	REQUIRE(config.ok());
	CHECK(config->socket.path == "/run/gpiohub/gpiohub.sock");
	CHECK(config->socket.mode == 0660);
	CHECK_FALSE(config->socket.group.has_value());
	CHECK_FALSE(config->tcp.enabled);
	CHECK(config->tcp.port == 8737);
	CHECK(config->limits.clients == 256);
	CHECK(config->limits.clients_per_user == 128);
	CHECK(config->limits.commands_per_second == 0);
	CHECK(config->limits.outbox_bytes == 262144);
}

TEST_CASE("every key is taken")
{
	const auto config = parse_config(R"(
[socket]
path = "/tmp/x.sock"
mode = 0o600
group = "root"
[tcp]
enabled = true
port = 9000
listen = ["::1"]
[limits]
clients = 3
outbox_bytes = 100000
)",
		"full");
	REQUIRE(config.ok());
	CHECK(config->socket.path == "/tmp/x.sock");
	CHECK(config->socket.mode == 0600);
	CHECK(config->socket.group == "root");
	CHECK(config->tcp.enabled);
	CHECK(config->tcp.port == 9000);
	CHECK(config->tcp.listen == std::vector<std::string>{"::1"});
	CHECK(config->limits.clients == 3);
	CHECK(config->limits.outbox_bytes == 100000);
}

TEST_CASE("every key of pigpio's interface is taken")
{
	const auto none = parse_config("", "c");
	REQUIRE(none.ok());
	CHECK_FALSE(none->pigpio.enabled);
	CHECK(none->pigpio.port == 8888);
	CHECK(none->pigpio.pwm.empty());
	const auto config = parse_config(R"(
[pigpio]
enabled = true
port = 9000
listen = ["::1"]
hub = 2
gpios = ["17=GPIO17", "4=0"]
reserved = [14, 15]
hardware = 0xc04170
role = "panel"
guard = "low"
files = "/srv/files"
pipes = "/run/gpiohub"
pwm = ["18=pwmchip0:2", "19=1f00098000.pwm:3"]
spi = ["spidev0.0"]
auxiliary_spi = []
[role.panel]
lines = ["*"]
verbs = ["look"]
)",
		"c");
	REQUIRE(config.ok());
	const auto &pigpio = config->pigpio;
	CHECK(pigpio.enabled);
	CHECK(pigpio.port == 9000);
	CHECK(*pigpio.listen == std::vector<std::string>{"::1"});
	CHECK(*pigpio.hub == 2);
	CHECK(*pigpio.gpios == std::vector<std::string>{"17=GPIO17", "4=0"});
	CHECK(pigpio.reserved == std::vector<unsigned>{14, 15});
	CHECK(pigpio.hardware == 0xc04170);
	CHECK(pigpio.role == "panel");
	CHECK(pigpio.guard == GPIOHUB_GUARD_LEVELS);
	CHECK(pigpio.files == "/srv/files");
	CHECK(pigpio.pipes == "/run/gpiohub");
	CHECK(pigpio.pwm == std::vector<std::string>{"18=pwmchip0:2", "19=1f00098000.pwm:3"});
	CHECK(pigpio.spi.main == std::vector<std::string>{"spidev0.0"});
	CHECK(pigpio.spi.auxiliary.empty());
}

TEST_CASE("what is wrong is told with its line and column")
{
	struct Case {
		const char *text;
		const char *error;
	};
	const auto [text, error] = GENERATE(
		Case{"[tcp]\nport = \"a\"", "f:2:8: \"tcp.port\" must be a number from 1 to 65535"},
		Case{"[tcp]\nport = 0", "f:2:8: \"tcp.port\" must be a number from 1 to 65535"},
		Case{"[tcp]\n  prot = 1", "f:2:3: unknown key \"tcp.prot\""},
		Case{"\n\n[sokcet]\n", "f:3:2: unknown key \"sokcet\""},
		Case{"[pigpio]\ngpios = [\"17\"]",
			"f:2:10: \"pigpio.gpios\" \"17\" is not GPIO=LINE, GPIO from 0 to 53"},
		Case{"[pigpio]\nreserved = [54]",
			"f:2:13: \"pigpio.reserved\" must be a number from 0 to 53"},
		Case{"[pigpio]\nguard = \"high\"",
			"f:2:9: \"pigpio.guard\" must be \"keep\", \"input\" or \"low\""},
		Case{"[pigpio]\npwm = [\"18=pwmchip0\"]",
			"f:2:8: \"pigpio.pwm\" \"18=pwmchip0\" is not GPIO=CHIP:CHANNEL, as in "
			"\"18=pwmchip0:2\", GPIO from 0 to 53"},
		Case{"[pigpio]\nfiles = \"here\"",
			"f:2:9: \"pigpio.files\" must be the path of a file, from / on"},
		Case{"x = 1", "f:1:1: unknown key \"x\""},
		Case{"tcp = 1", "f:1:7: \"tcp\" must be a table: [tcp]"},
		Case{"[socket]\nmode = 0o1777",
			"f:2:8: \"socket.mode\" must be a mode from 0o000 to 0o777"},
		Case{"[socket]\npath = 1", "f:2:8: \"socket.path\" must be a string"},
		Case{"[tcp]\nlisten = [1]", "f:2:10: \"tcp.listen\" must be an array of strings"},
		Case{"[tcp]\nlisten = [\n\"::1\",\n  \"0.0.0.0\"]",
			"f:4:3: \"tcp.listen\" must be a loopback address: 127.0.0.1 or ::1"},
		Case{"[tcp]\nlisten = [\"localhost\"]",
			"f:2:11: \"tcp.listen\" must be an IP address"},
		Case{"[socket]\ngroup = \"no-such-group\"",
			"f:2:9: \"socket.group\" must be a group of this system: groupadd --system "
			"no-such-group"},
		Case{"[socket]\npath = \"/a\\u0000b\"",
			"f:2:8: \"socket.path\" must not have a byte 0 in it"},
		Case{"[socket]\npath = \"\"", "f:2:8: \"socket.path\" must have 1 to 107 bytes"},
		Case{"[tcp]\nenabled = 1", "f:2:11: \"tcp.enabled\" must be true or false"});
	const auto config = parse_config(text, "f");
	REQUIRE_FALSE(config.ok());
	CHECK(config.error().code == EINVAL);
	CHECK(config.error().what == error);
}

TEST_CASE("a path that no socket can have is told with its line")
{
	const std::string most(107, 'x');
	CHECK(parse_config("[socket]\npath = \"" + most + "\"", "f").ok());
	const auto config = parse_config("[socket]\npath = \"" + most + "x\"", "f");
	REQUIRE_FALSE(config.ok());
	CHECK(config.error().what == "f:2:8: \"socket.path\" must have 1 to 107 bytes");
}

TEST_CASE("what is no TOML is told with its line")
{
	const auto config = parse_config("[tcp]\nport =\n", "f");
	REQUIRE_FALSE(config.ok());
	CHECK(config.error().what.substr(0, 4) == "f:2:");
}

TEST_CASE("a letter beyond ASCII where there can be none is told with its line")
{
	for (const char *letter : {"\u00e4", "\u00df", "\u0495", "\u1681", "\u2013"}) {
		const auto config = parse_config(std::string("[tcp]\n") + letter + " = 1\n", "f");
		REQUIRE_FALSE(config.ok());
		CHECK(config.error().what.substr(0, 4) == "f:2:");
	}
}

TEST_CASE("a control character is told with its place")
{
	using namespace std::string_literals;
	CHECK(parse_config("[tcp]\n[\0]\n"s, "f").error().what == "f:2:2: a control character");
	CHECK(parse_config("# \x7f\n", "f").error().what == "f:1:3: a control character");
	CHECK(parse_config("\t# blanks\r\n", "f").ok());
}

TEST_CASE("a file that is not there is told apart from one that is wrong")
{
	const auto config = load_config("/nonexistent/gpiohubd.toml");
	REQUIRE_FALSE(config.ok());
	CHECK(config.error().code == ENOENT);
}
