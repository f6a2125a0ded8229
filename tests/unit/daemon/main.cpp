/* SPDX-License-Identifier: MIT */
/* The program itself, as a service manager sees it; it needs no module. */
#include "../certificate.hpp"
#include "notify_socket.hpp"
#include "socket.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <gpiohub/fd.hpp>
#include <gpiohub/wire.hpp>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

using namespace gpiohub;
using gpiohub::daemon::listen_tcp;
using gpiohub::daemon::NotifySocket;

namespace
{

const std::string kStem = "/tmp/gpiohub-test-" + std::to_string(::getpid());

/* gpiohubd with a configuration, a socket of its own and its log in a pipe. */
class Program
{
public:
	using Variables = std::vector<std::pair<std::string, std::string>>;

	explicit Program(const std::string &config, const std::string &backend = "kernel",
		const Variables &environment = {})
	{
		configure(config);
		std::array<int, 2> ends{};
		REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
		log_ = UniqueFd(ends[0]);
		const UniqueFd written(ends[1]);
		pid_ = ::fork();
		if (pid_ == 0) {
			::dup2(written.get(), STDERR_FILENO);
			for (const auto &[name, value] : environment)
				::setenv(name.c_str(),
					value == "its own" ? std::to_string(::getpid()).c_str()
							   : value.c_str(),
					1);
			::execl(GPIOHUBD, "gpiohubd", "--config", kConfig.c_str(), "--socket",
				kSocket.c_str(), "--backend", backend.c_str(),
				static_cast<char *>(nullptr));
			::_exit(127);
		}
	}

	~Program()
	{
		if (pid_ > 0) {
			::kill(pid_, SIGKILL);
			(void)wait();
		}
		for (const std::string &path : {kConfig, kSocket, kSocket + ".lock"})
			::unlink(path.c_str());
	}
	Program(const Program &) = delete;
	Program &operator=(const Program &) = delete;

	static void configure(const std::string &config) { std::ofstream(kConfig) << config; }

	/* Its log up to a line that has `what` in it. */
	std::string log_until(const std::string &what)
	{
		std::string text;
		pollfd poll{log_.get(), POLLIN, 0};
		std::array<char, 4096> part;
		while (text.find(what) == std::string::npos) {
			if (::poll(&poll, 1, 10'000) != 1)
				throw std::runtime_error("it is silent; so far: " + text);
			const auto size = ::read(log_.get(), part.data(), part.size());
			if (size <= 0)
				throw std::runtime_error("it ended: " + text);
			text.append(part.data(), static_cast<std::size_t>(size));
		}
		return text;
	}

	void close_log() { log_.reset(); }
	void send(int number) const { ::kill(pid_, number); }

	/* As waitpid() tells it. */
	int wait()
	{
		int status = 0;
		::waitpid(pid_, &status, 0);
		pid_ = -1;
		return status;
	}

	/* Waits for the answer to a command, be it an error. */
	static bool answers()
	{
		const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
		sockaddr_un address{};
		address.sun_family = AF_UNIX;
		kSocket.copy(address.sun_path, sizeof(address.sun_path) - 1);
		const auto *generic = reinterpret_cast<const sockaddr *>(&address);
		/* Nothing tells when its socket is there. */
		for (int tries = 0; ::connect(fd.get(), generic, sizeof(address)) < 0; tries++) {
			if (tries == 10'000)
				return false;
			std::this_thread::sleep_for(std::chrono::milliseconds(1));
		}
		const std::array<char, wire::kRecordSize> nothing{};
		if (::send(fd.get(), nothing.data(), nothing.size(), MSG_NOSIGNAL) < 0)
			return false;
		pollfd poll{fd.get(), POLLIN, 0};
		return ::poll(&poll, 1, 10'000) == 1;
	}

	static bool has_socket() { return ::access(kSocket.c_str(), F_OK) == 0; }

private:
	static inline const std::string kConfig = kStem + ".main.toml";
	static inline const std::string kSocket = kStem + ".main.sock";
	pid_t pid_ = -1;
	UniqueFd log_;
};

} // namespace

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
