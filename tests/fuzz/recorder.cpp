/* SPDX-License-Identifier: MIT */
/*
 * Stands between clients and a daemon, and writes down what they say, as seeds:
 *
 *	fuzz_recorder LISTEN DAEMON DIRECTORY
 *
 * native/N is what client N sent, wire/N what it was sent, loop/all what all sent, in order,
 * as deeds (loop.cpp). It ends when its input does, or the daemon.
 */
#include <gpiohub/fd.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <list>
#include <string>
#include <vector>

using gpiohub::UniqueFd;

namespace
{

/* Of each conversation; what comes later says nothing new. */
constexpr std::size_t kMost = 16 * 1024;

sockaddr_un address_of(const char *path)
{
	sockaddr_un address{};
	address.sun_family = AF_UNIX;
	std::snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

struct Pair {
	UniqueFd client;
	UniqueFd daemon;
	std::string sent;
	std::string received;
	bool is_over = false;
};

class Recorder
{
public:
	Recorder(const char *listen, const char *daemon) : daemon_(address_of(daemon))
	{
		const sockaddr_un address = address_of(listen);
		if (::bind(listener_.get(), generic(address), sizeof(address)) != 0 ||
			::listen(listener_.get(), 16) != 0)
			std::perror(listen);
	}

	void run()
	{
		for (;;) {
			std::vector<pollfd> fds{
				{STDIN_FILENO, POLLIN, 0}, {listener_.get(), POLLIN, 0}};
			for (const Pair &pair : pairs_) {
				const short events = pair.is_over ? 0 : POLLIN;
				fds.push_back({events ? pair.client.get() : -1, events, 0});
				fds.push_back({events ? pair.daemon.get() : -1, events, 0});
			}
			if (::poll(fds.data(), fds.size(), -1) < 0 || fds[0].revents != 0)
				return;
			std::size_t at = 2;
			for (Pair &pair : pairs_) {
				if (fds[at++].revents != 0)
					from_client(pair);
				if (fds[at++].revents != 0)
					from_daemon(pair);
			}
			if (fds[1].revents != 0)
				accept();
		}
	}

	void write(const std::filesystem::path &directory) const
	{
		std::size_t number = 0;
		for (const Pair &pair : pairs_) {
			const std::string name = std::to_string(number++);
			save(directory / "native" / name, pair.sent);
			save(directory / "wire" / name, pair.received);
		}
		save(directory / "loop" / "all", deeds_);
	}

private:
	static const sockaddr *generic(const sockaddr_un &address)
	{
		return reinterpret_cast<const sockaddr *>(&address);
	}

	static void save(const std::filesystem::path &path, const std::string &bytes)
	{
		std::filesystem::create_directories(path.parent_path());
		std::ofstream(path, std::ios::binary)
			.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
	}

	void accept()
	{
		Pair pair;
		pair.client = UniqueFd(::accept(listener_.get(), nullptr, nullptr));
		pair.daemon = UniqueFd(::socket(AF_UNIX, SOCK_STREAM, 0));
		if (::connect(pair.daemon.get(), generic(daemon_), sizeof(daemon_)) != 0)
			return;
		pairs_.push_back(std::move(pair));
		deed(0, pairs_.back(), {});
	}

	void deed(char what, const Pair &pair, std::string_view bytes)
	{
		std::size_t who = 0;
		for (const Pair &each : pairs_) {
			if (&each == &pair)
				break;
			who++;
		}
		if (deeds_.size() > 2 * kMost)
			return;
		deeds_ += {what, static_cast<char>(who % 8)};
		if (what == 1) {
			deeds_ += {static_cast<char>(bytes.size()),
				static_cast<char>(bytes.size() >> 8)};
			deeds_ += bytes;
		}
	}

	void from_client(Pair &pair)
	{
		std::array<char, 4096> part;
		const ssize_t got = ::recv(pair.client.get(), part.data(), part.size(), 0);
		if (got <= 0) {
			deed(4, pair, {});
			pair.is_over = true;
			pair.daemon.reset();
			return;
		}
		const std::string_view bytes(part.data(), static_cast<std::size_t>(got));
		if (pair.sent.size() < kMost)
			pair.sent += bytes;
		deed(1, pair, bytes);
		(void)!::send(pair.daemon.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
	}

	void from_daemon(Pair &pair)
	{
		if (pair.is_over)
			return;
		std::array<char, 4096> part;
		const ssize_t got = ::recv(pair.daemon.get(), part.data(), part.size(), 0);
		if (got <= 0) {
			pair.is_over = true;
			pair.client.reset();
			return;
		}
		const std::string_view bytes(part.data(), static_cast<std::size_t>(got));
		if (pair.received.size() < kMost)
			pair.received += bytes;
		deed(2, pair, {});
		(void)!::send(pair.client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
	}

	sockaddr_un daemon_;
	UniqueFd listener_{::socket(AF_UNIX, SOCK_STREAM, 0)};
	std::list<Pair> pairs_;
	std::string deeds_;
};

} // namespace

int main(int argc, char **argv)
{
	if (argc != 4) {
		std::fprintf(stderr, "usage: fuzz_recorder LISTEN DAEMON DIRECTORY\n");
		return 2;
	}
	Recorder recorder(argv[1], argv[2]);
	recorder.run();
	recorder.write(argv[3]);
	return 0;
}
