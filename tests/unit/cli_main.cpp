/* SPDX-License-Identifier: MIT */
/* The program itself, where neither a daemon nor a hub is needed. */
#include <gpiohub/fd.hpp>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <vector>

using gpiohub::UniqueFd;

namespace
{

struct Ended {
	int status = -1; /* of the exit, or 128 and the signal */
	std::string errors;
};

std::string read_all(int fd)
{
	std::string text;
	char buffer[4096];
	for (ssize_t got = 0; (got = ::read(fd, buffer, sizeof(buffer))) > 0;)
		text.append(buffer, static_cast<std::size_t>(got));
	return text;
}

/* With that stdout; -1: a closed one. */
Ended gpiohub_with(int out, std::vector<std::string> arguments)
{
	int fds[2];
	REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
	const UniqueFd read(fds[0]);
	UniqueFd write(fds[1]);
	posix_spawn_file_actions_t actions;
	::posix_spawn_file_actions_init(&actions);
	::posix_spawn_file_actions_adddup2(&actions, write.get(), STDERR_FILENO);
	if (out < 0)
		::posix_spawn_file_actions_addclose(&actions, STDOUT_FILENO);
	else
		::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);

	std::vector<char *> argv = {const_cast<char *>("gpiohub")};
	for (std::string &argument : arguments)
		argv.push_back(argument.data());
	argv.push_back(nullptr);
	pid_t pid = 0;
	REQUIRE(::posix_spawn(&pid, GPIOHUB_PROGRAM, &actions, nullptr, argv.data(), environ) == 0);
	::posix_spawn_file_actions_destroy(&actions);

	write.reset();
	Ended ended;
	ended.errors = read_all(read.get());
	int status = 0;
	::waitpid(pid, &status, 0);
	ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return ended;
}

/* What it prints when all goes well. */
std::string output_of(const std::vector<std::string> &arguments)
{
	int fds[2];
	REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
	const UniqueFd read(fds[0]);
	UniqueFd write(fds[1]);
	const Ended ended = gpiohub_with(write.get(), arguments);
	write.reset();
	CHECK(ended.status == 0);
	CHECK(ended.errors.empty());
	return read_all(read.get());
}

} // namespace

TEST_CASE("an output that cannot be written is an error with a text")
{
	const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
	const Ended ended = gpiohub_with(full.get(), {"--help"});
	CHECK(ended.status == 5);
	CHECK(ended.errors == "gpiohub: cannot write the output: No space left on device\n");

	const Ended closed = gpiohub_with(-1, {"--help"});
	CHECK(closed.status == 5);
	CHECK(closed.errors == "gpiohub: cannot write the output: Bad file descriptor\n");
}

TEST_CASE("an output that nobody reads is a quiet end")
{
	int fds[2];
	REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
	const UniqueFd write(fds[1]);
	UniqueFd(fds[0]).reset();
	const Ended ended = gpiohub_with(write.get(), {"--help"});
	CHECK(ended.status == 0);
	CHECK(ended.errors.empty());
}

TEST_CASE("each verb's help ends with the exit status")
{
	for (const char *verb : {"list", "info", "get", "set", "claim", "watch", "message", "stats",
		     "wait", "pulse", "play", "pwm", "rule"})
		CHECK_THAT(output_of({verb, "--help"}), Catch::Contains("Exit status: 0 done"));
}

TEST_CASE("the version is told")
{
	CHECK(output_of({"--version"}) == "gpiohub " GPIOHUB_VERSION ", ABI version 1\n");
}

TEST_CASE("wrong usage is told on stderr")
{
	const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
	const Ended ended = gpiohub_with(null.get(), {"get"});
	CHECK(ended.status == 1);
	CHECK_THAT(ended.errors, Catch::Contains("LINES"));
}

TEST_CASE("what the engine's verbs need is asked for, and what is wrong named")
{
	const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
	struct Case {
		std::vector<std::string> arguments;
		const char *text;
	};
	const std::vector<Case> cases = {
		{{"wait"}, "LINES is required"},
		{{"wait", "4", "--timeout", "5"}, "\"5\" is no duration"},
		{{"wait", "4", "--timeout", "0s"}, "must be more than 0"},
		{{"wait", "4", "--edge", "up"}, "--edge"},
		{{"pulse", "4"}, "WIDTH is required"},
		{{"pulse", "4", "500"}, "500us, 1.5ms or 2s"},
		{{"play"}, "PATTERN, or --file"},
		{{"play", "4=1", "--guard", "up"}, "--guard"},
		{{"pwm", "4", "50"}, "DUTY is required"},
		{{"pwm", "4", "fast", "50%"}, "\"fast\" is no frequency"},
		{{"rule"}, "LINE, --list or --delete"},
		{{"rule", "4"}, "EDGE"},
		{{"rule", "4", "rising"}, "--set, --clear, --toggle or --stop"},
		{{"rule", "4", "rising", "--set", "5", "--holdoff", "1us"}, "10us or more"},
		{{"rule", "--set", "5", "--clear", "6", "4", "rising", "--holdoff", "1us"},
			"10us or more"},
		{{"rule", "4", "rising", "--set", "5", "--keep", "--guard", "low"}, "--guard keep"},
	};
	for (const auto &[arguments, text] : cases) {
		const Ended ended = gpiohub_with(null.get(), arguments);
		CHECK(ended.status == 1);
		CHECK_THAT(ended.errors, Catch::Contains(text));
	}
}

TEST_CASE("the help of play shows how a pattern is written")
{
	CHECK_THAT(output_of({"play", "--help"}), Catch::Contains("3x( 17=1 1ms 17=0 1ms )"));
}
