/* SPDX-License-Identifier: MIT */
#include "activation.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

namespace gpiohub::daemon
{

namespace
{

/* Doors and addresses: nobody needs more. */
constexpr int kMost = 64;

struct SocketName {
	union {
		sockaddr generic;
		sockaddr_un un;
		sockaddr_in in;
		sockaddr_in6 in6;
	};
	socklen_t size;
};

std::string take_variable(const char *name)
{
	const char *value = std::getenv(name); /* NOLINT(concurrency-mt-unsafe): at the start */
	std::string text = value == nullptr ? "" : value;
	::unsetenv(name); /* NOLINT(concurrency-mt-unsafe): likewise */
	return text;
}

/* Nothing: not a number that is not negative. */
std::optional<int> number_in(std::string_view text)
{
	int number = 0;
	const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
	if (error != std::errc() || end != text.data() + text.size() || number < 0)
		return std::nullopt;
	return number;
}

std::string take_name(std::string_view &names)
{
	const auto end = std::min(names.find(':'), names.size());
	std::string name(names.substr(0, end));
	names.remove_prefix(std::min(end + 1, names.size()));
	return name;
}

Error refused(int code, int number, const std::string &name, std::string_view what)
{
	return {code,
		fmt::format("the service manager passed a socket ({}, \"{}\") that cannot be used: "
			    "it {}",
			number, name, what)};
}

bool has_option(int fd, int option, int wanted)
{
	int value = 0;
	socklen_t size = sizeof(value);
	return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 && value == wanted;
}

bool is_unix(const SocketName &name)
{
	return name.generic.sa_family == AF_UNIX;
}

bool is_tcp(const SocketName &name)
{
	return name.generic.sa_family == AF_INET || name.generic.sa_family == AF_INET6;
}

bool has_path(const SocketName &name)
{
	return name.size > offsetof(sockaddr_un, sun_path) && name.un.sun_path[0] != '\0';
}

bool is_loopback(const SocketName &name)
{
	if (name.generic.sa_family == AF_INET)
		return ntohl(name.in.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return IN6_IS_ADDR_LOOPBACK(&name.in6.sin6_addr);
}

std::string text_of(const SocketName &name)
{
	std::array<char, INET6_ADDRSTRLEN> text{};
	if (is_unix(name))
		return {name.un.sun_path,
			::strnlen(name.un.sun_path, name.size - offsetof(sockaddr_un, sun_path))};
	if (name.generic.sa_family == AF_INET) {
		::inet_ntop(AF_INET, &name.in.sin_addr, text.data(), text.size());
		return fmt::format("{}:{}", text.data(), ntohs(name.in.sin_port));
	}
	::inet_ntop(AF_INET6, &name.in6.sin6_addr, text.data(), text.size());
	return fmt::format("[{}]:{}", text.data(), ntohs(name.in6.sin6_port));
}

/* Puts a socket where its name says, or tells what is wrong with it. */
Result<void> take(InheritedSockets &sockets, UniqueFd fd, int number, const std::string &name)
{
	SocketName address{};
	address.size = sizeof(sockaddr_un);
	if (!has_option(fd.get(), SO_TYPE, SOCK_STREAM) ||
		!has_option(fd.get(), SO_ACCEPTCONN, 1) ||
		::getsockname(fd.get(), &address.generic, &address.size) < 0)
		return refused(EINVAL, number, name, "is no stream socket that listens");
	if (::fcntl(fd.get(), F_SETFD, FD_CLOEXEC) < 0 ||
		::fcntl(fd.get(), F_SETFL, O_NONBLOCK) < 0)
		return refused(errno, number, name, "takes no flags");

	std::vector<InheritedSocket> *door = nullptr;
	if (name == "native") {
		if (!is_unix(address))
			return refused(EINVAL, number, name, "is no Unix socket");
		if (!has_path(address))
			return refused(
				EPERM, number, name, "has no path, whose mode says who may use it");
		door = &sockets.native;
	} else if (name == "tcp") {
		if (!is_tcp(address))
			return refused(EINVAL, number, name, "is no TCP socket");
		if (!is_loopback(address))
			return refused(EPERM, number, name,
				fmt::format("listens on {}: without TLS only loopback addresses "
					    "are served, 127.0.0.1 and ::1",
					text_of(address)));
		door = &sockets.tcp;
	} else if (name == "tls") {
		if (!is_tcp(address))
			return refused(EINVAL, number, name, "is no TCP socket");
		door = &sockets.tls;
	} else {
		return refused(EINVAL, number, name,
			"is called neither native nor tcp nor tls (FileDescriptorName=)");
	}
	/* As our own have it: a reply is not held back to be sent with the next. */
	const int on = 1;
	if (is_tcp(address))
		::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	door->push_back({std::move(fd), text_of(address)});
	return {};
}

} // namespace

Result<InheritedSockets> inherited_sockets(int first)
{
	const std::string pid = take_variable("LISTEN_PID");
	const std::string count = take_variable("LISTEN_FDS");
	const std::string all_names = take_variable("LISTEN_FDNAMES");
	/* Another's, whose child we are. */
	if (number_in(pid) != ::getpid())
		return InheritedSockets{};
	const auto sockets = number_in(count);
	if (!sockets || *sockets > kMost)
		return Error{EINVAL,
			fmt::format(
				"LISTEN_FDS is \"{}\", and not a number up to {}", count, kMost)};

	/* All are ours from here on, those after a bad one too. */
	std::vector<UniqueFd> fds;
	for (int number = first; number < first + *sockets; number++)
		fds.emplace_back(number);
	InheritedSockets inherited;
	std::string_view names = all_names;
	for (UniqueFd &fd : fds) {
		const int number = fd.get();
		if (auto taken = take(inherited, std::move(fd), number, take_name(names)); !taken)
			return taken.error();
	}
	return inherited;
}

} // namespace gpiohub::daemon
