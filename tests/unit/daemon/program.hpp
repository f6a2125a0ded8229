/* SPDX-License-Identifier: MIT */
/* The program as a test runs it, with a socket of its own. GPIOHUBD says where it is. */
#pragma once

#include <gpiohub/fd.hpp>
#include <gpiohub/wire.hpp>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
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
#include <utility>
#include <vector>

namespace gpiohub::daemon
{

/** gpiohubd with a configuration, a socket of its own and its log in a pipe. */
class Program
{
public:
	/** Names and values; "its own" is the program's process number. */
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
			allow_descriptors();
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

	pid_t pid() const { return pid_; }
	static const std::string &socket() { return kSocket; }

	/* As many as root lets us have: the usual 1024 are soon gone. */
	static void allow_descriptors()
	{
		rlimit limit{};
		::getrlimit(RLIMIT_NOFILE, &limit);
		limit.rlim_cur = limit.rlim_max;
		::setrlimit(RLIMIT_NOFILE, &limit);
	}

	static bool has_socket() { return ::access(kSocket.c_str(), F_OK) == 0; }

private:
	static inline const std::string kStem = "/tmp/gpiohub-test-" + std::to_string(::getpid());
	static inline const std::string kConfig = kStem + ".main.toml";
	static inline const std::string kSocket = kStem + ".main.sock";
	pid_t pid_ = -1;
	UniqueFd log_;
};

} // namespace gpiohub::daemon
