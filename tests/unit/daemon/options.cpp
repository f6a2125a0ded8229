/* SPDX-License-Identifier: MIT */
#include "options.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <fstream>
#include <string>
#include <unistd.h>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

Result<Options> parse(std::vector<const char *> arguments)
{
	arguments.insert(arguments.begin(), "gpiohubd");
	return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

/* A configuration file for the time of a test. */
struct File {
	explicit File(const char *text) { std::ofstream(path) << text; }
	~File() { ::unlink(path.c_str()); }
	std::string path = "/tmp/gpiohub-test-" + std::to_string(::getpid()) + ".toml";
};

} // namespace

TEST_CASE("options go before the configuration file")
{
	const File file("[socket]\npath = \"/a\"\n[tcp]\nport = 1000\nenabled = false\n");
	auto options = parse({"--config", file.path.c_str(), "--socket", "/b"});
	REQUIRE(options.ok());
	CHECK(options->config.socket.path == "/b");
	CHECK(options->config.tcp.port == 1000);
	CHECK_FALSE(options->config.tcp.enabled);

	options = parse({"--config", file.path.c_str(), "--tcp-port", "2000"});
	REQUIRE(options.ok());
	CHECK(options->config.tcp.port == 2000);
	CHECK(options->config.tcp.enabled);
}

TEST_CASE("a file that was named must exist")
{
	const auto options = parse({"--config", "/nonexistent.toml"});
	REQUIRE_FALSE(options.ok());
	CHECK(options.error().what == "cannot read /nonexistent.toml: No such file or directory");
}

TEST_CASE("an option that does not exist is an exit, with a status for scripts")
{
	CHECK(parse({"--frobnicate"})->exit == 2);
	CHECK(parse({"--tcp-port", "0"})->exit == 2);
	CHECK(parse({"--help"})->exit == 0);
	CHECK(parse({})->config.tcp.enabled == false);
	const File open("[tcp]\nenabled = true\n");
	CHECK(parse({"--config", open.path.c_str()})->config.tcp.enabled);
	CHECK_FALSE(parse({"--config", open.path.c_str(), "--no-tcp"})->config.tcp.enabled);
}

TEST_CASE("a socket without a name is refused")
{
	const auto options = parse({"--socket", ""});
	REQUIRE_FALSE(options.ok());
	CHECK(options.error().what == "--socket: the path is empty");
}

TEST_CASE("the hubs are the module's, unless another back end is chosen")
{
	CHECK(parse({})->backend == BackendKind::Kernel);
	CHECK(parse({"--backend", "kernel"})->backend == BackendKind::Kernel);
	CHECK(parse({"--backend", "chardev"})->backend == BackendKind::Chardev);
	CHECK(parse({"--backend", "sim"})->backend == BackendKind::Sim);
	CHECK(parse({"--backend", "other"})->exit == 2);
}

TEST_CASE("devices are in /dev, unless a sandbox puts them elsewhere")
{
	CHECK(parse({})->devices == "/dev");
	CHECK(parse({"--devices", "/dev/host"})->devices == "/dev/host");
}

TEST_CASE("a configuration file that is gone is none that allows everything")
{
	const char *const arguments[] = {"gpiohubd"};
	Options before;
	before.has_file = true;
	const auto again = parse_again(1, arguments, before);
	/* On a machine that has one it is simply read. */
	if (::access(std::string(kDefaultConfigPath).c_str(), F_OK) != 0) {
		REQUIRE_FALSE(again.ok());
		CHECK(again.error().code == ENOENT);
	}
	before.has_file = false;
	CHECK(parse_again(1, arguments, before).ok());
}
