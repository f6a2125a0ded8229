/* SPDX-License-Identifier: MIT */
/* The program itself, as a service manager sees it; it needs no module. */
#include "../certificate.hpp"
#include "notify_socket.hpp"
#include "program.hpp"
#include "socket.hpp"

#include <catch2/catch.hpp>
#include <netinet/in.h>

#include <csignal>

using namespace gpiohub;
using namespace gpiohub::daemon;

TEST_CASE("without addresses there is no TCP port to tell of")
{
	Program program("[tcp]\nenabled = true\nlisten = []\n");
	CHECK(program.log_until("listening on").find("TCP") == std::string::npos);
}

TEST_CASE("a signal to end removes the socket, and is a success")
{
	const int number = GENERATE(SIGTERM, SIGINT);
	Program program("");
	program.log_until("listening on");
	CHECK(Program::has_socket());
	program.send(number);
	CHECK(program.wait() == 0);
	CHECK_FALSE(Program::has_socket());
}

TEST_CASE("the configuration is read again when it is asked to, and kept if it is wrong")
{
	Program program("");
	program.log_until("listening on");
	Program::configure("[limits]\nclients = 5\n");
	program.send(SIGHUP);
	program.log_until("was read again");
	Program::configure("[limits]\nclients = 0\n");
	program.send(SIGHUP);
	CHECK_THAT(program.log_until("stays as it was"),
		Catch::Contains(":2:11: \"limits.clients\" must be a number"));
	CHECK(Program::answers());
}

TEST_CASE("the service manager is told what goes on, in its words and in people's")
{
	const NotifySocket manager;
	Program program("", "sim", {{"WATCHDOG_USEC", "200000"}});
	CHECK_THAT(manager.wait(), Catch::StartsWith("STATUS=Serving gpiohub0; listening on /"));
	CHECK(manager.wait() == "READY=1");
	CHECK(manager.wait() == "WATCHDOG=1");
	program.send(SIGHUP);
	const auto next = [&] {
		std::string word = "WATCHDOG=1";
		while (word == "WATCHDOG=1")
			word = manager.wait();
		return word;
	};
	CHECK_THAT(next(), Catch::StartsWith("RELOADING=1\nMONOTONIC_USEC="));
	CHECK(next() == "READY=1");
	program.send(SIGTERM);
	CHECK_THAT(next(), Catch::StartsWith("STOPPING=1"));
	CHECK(program.wait() == 0);
}

TEST_CASE("sockets that the service manager says it passed and that are none are a wrong start")
{
	Program program("", "sim", {{"LISTEN_FDS", "many"}, {"LISTEN_PID", "its own"}});
	program.log_until("LISTEN_FDS is \"many\"");
	CHECK(WEXITSTATUS(program.wait()) == 1);
	CHECK_FALSE(Program::has_socket());
}

TEST_CASE("while TLS is listened for, a configuration that it would be open with is refused")
{
	const Certificate certificate("DNS:board");
	/* A port that is free now. */
	UniqueFd probe = *listen_tcp("127.0.0.1", 0);
	sockaddr_in address{};
	socklen_t size = sizeof(address);
	::getsockname(probe.get(), reinterpret_cast<sockaddr *>(&address), &size);
	probe.reset();
	Program program("[token.t]\nsha256 = \"" + std::string(64, '0') +
		"\"\n"
		"[role.r]\nlines = [\"*\"]\nverbs = [\"look\"]\ntokens = [\"t\"]\n"
		"[tls]\nlisten = [\"127.0.0.1\"]\nport = " +
		std::to_string(ntohs(address.sin_port)) + "\ncertificates = \"" + certificate.path +
		"\"\nkey = \"" + certificate.key + "\"\n");
	program.log_until("by TLS, port");
	Program::configure("");
	program.send(SIGHUP);
	CHECK_THAT(program.log_until("configuration "),
		Catch::Contains("TLS is listened for, which needs certificates and a key"));
}

TEST_CASE("simulated lines are there at once, and said to be so")
{
	const int number = GENERATE(SIGTERM, SIGINT);
	Program program("", "sim");
	const std::string log = program.log_until("listening on");
	CHECK(log.find("the lines are simulated") != std::string::npos);
	CHECK(log.find("gpiohub0: 32 lines, sim") != std::string::npos);
	program.send(number);
	CHECK(program.wait() == 0);
	CHECK_FALSE(Program::has_socket());
}

TEST_CASE("without the module it serves what chips there are, and says what that lacks")
{
	Program program("", "chardev");
	const std::string log = program.log_until("listening on");
	CHECK(log.find("no guard outlives it") != std::string::npos);
	CHECK(Program::answers());
	program.send(SIGTERM);
	CHECK(program.wait() == 0);
}

TEST_CASE("it does not end because nobody reads its log any more")
{
	Program program("");
	program.close_log();
	CHECK(Program::answers());
	program.send(SIGTERM);
	CHECK(program.wait() == 0);
}
