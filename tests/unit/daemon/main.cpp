/* SPDX-License-Identifier: MIT */
/* The program itself, as a service manager sees it; it needs no module. */
#include "program.hpp"

#include <catch2/catch.hpp>

#include <csignal>

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

TEST_CASE("it does not end because nobody reads its log any more")
{
	Program program("");
	program.close_log();
	CHECK(Program::answers());
	program.send(SIGTERM);
	CHECK(program.wait() == 0);
}
