/* SPDX-License-Identifier: MIT */
#include "socket.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

namespace gpiohub::daemon
{

namespace
{

constexpr int kBacklog = 128;

/* Who says nothing is asked whether he is there after so many seconds, and so often again,
 * so many seconds apart: a minute in all. */
constexpr int kAskedAfter = 30;
constexpr int kAskedAgain = 10;
constexpr int kAskedTimes = 3;

Error cannot_listen(int code, const std::string &where, const std::string &cure = {})
{
	return {code,
		fmt::format("cannot listen on {}: {}{}", where, std::strerror(code),
			cure.empty() ? "" : "; " + cure)};
}

Result<sockaddr_un> unix_address(const std::string &path)
{
	if (const auto fault = fault_of_path(path); !fault.empty())
		return Error{path.size() < sizeof(sockaddr_un::sun_path) ? EINVAL : ENAMETOOLONG,
			"cannot listen on \"" + path + "\": the path " + fault};
	sockaddr_un address{};
	address.sun_family = AF_UNIX;
	path.copy(address.sun_path, path.size());
	return address;
}

Error taken(const std::string &path)
{
	return {EADDRINUSE, "another gpiohubd serves " + path + ": stop it, or use --socket"};
}

Result<void> make_directory(const std::string &path)
{
	const std::string directory = std::filesystem::path(path).parent_path();
	if (directory.empty() || ::mkdir(directory.c_str(), 0755) == 0 || errno == EEXIST)
		return {};
	return Error{errno,
		fmt::format("cannot make the directory {}: {}; use --socket", directory,
			std::strerror(errno))};
}

/* Of two daemons that start together one gets it; the kernel frees it with him. */
Result<UniqueFd> lock(const std::string &path)
{
	const std::string name = path + ".lock";
	UniqueFd fd(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
	if (!fd)
		return Error{errno,
			fmt::format(
				"cannot make {}: {}; use --socket", name, std::strerror(errno))};
	if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0)
		return fd;
	return errno == EWOULDBLOCK ? taken(path) : system_error(errno, "cannot lock " + name);
}

/* Makes way for a new socket: nothing there, or one that nobody listens on. */
Result<void> clear(const std::string &path, const sockaddr_un &address)
{
	struct stat info {
	};
	if (::lstat(path.c_str(), &info) < 0)
		return {};
	if (!S_ISSOCK(info.st_mode))
		return Error{
			EADDRINUSE, "cannot listen on " + path + ": it exists and is not a socket"};

	const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	const auto *generic = reinterpret_cast<const sockaddr *>(&address);
	/* EAGAIN: somebody is there, and his queue is full. */
	if (::connect(probe.get(), generic, sizeof(address)) == 0 || errno == EAGAIN)
		return taken(path);
	if (errno == ECONNREFUSED && ::unlink(path.c_str()) == 0)
		return {};
	return cannot_listen(errno, path);
}

struct TcpAddress {
	union {
		sockaddr generic;
		sockaddr_in in;
		sockaddr_in6 in6;
	};
	socklen_t size;
	bool is_loopback;
};

/* Nothing: not an IP address. */
std::optional<TcpAddress> tcp_address(const std::string &text, std::uint16_t port)
{
	TcpAddress address{};
	if (::inet_pton(AF_INET, text.c_str(), &address.in.sin_addr) == 1) {
		address.in.sin_family = AF_INET;
		address.in.sin_port = htons(port);
		address.size = sizeof(address.in);
		address.is_loopback = ntohl(address.in.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
		return address;
	}
	address.in6 = {};
	if (::inet_pton(AF_INET6, text.c_str(), &address.in6.sin6_addr) == 1) {
		address.in6.sin6_family = AF_INET6;
		address.in6.sin6_port = htons(port);
		address.size = sizeof(address.in6);
		address.is_loopback = IN6_IS_ADDR_LOOPBACK(&address.in6.sin6_addr);
		return address;
	}
	return std::nullopt;
}

void set(const UniqueFd &socket, int level, int option, int value)
{
	::setsockopt(socket.get(), level, option, &value, sizeof(value));
}

/* A machine that was switched off says no farewell. Clients inherit it. */
void expect_answers(const UniqueFd &socket)
{
	set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(socket, IPPROTO_TCP, TCP_KEEPIDLE, kAskedAfter);
	set(socket, IPPROTO_TCP, TCP_KEEPINTVL, kAskedAgain);
	set(socket, IPPROTO_TCP, TCP_KEEPCNT, kAskedTimes);
}

Result<gid_t> group_id(const std::string &name)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread asks */
	const group *entry = ::getgrnam(name.c_str());
	if (entry == nullptr)
		return Error{ENOENT, "there is no group " + name + ": groupadd --system " + name};
	return entry->gr_gid;
}

/* A new socket has the daemon's own group, and a sandbox may forbid chown(). */
Result<void> give(const std::string &path, gid_t group)
{
	struct stat info {
	};
	if (::lstat(path.c_str(), &info) == 0 && info.st_gid == group)
		return {};
	if (::chown(path.c_str(), static_cast<uid_t>(-1), group) == 0)
		return {};
	return Error{errno,
		std::string(std::strerror(errno)) +
			"; run the daemon with that as its group (Group= of the service)"};
}

} // namespace

std::string fault_of_path(const std::string &path)
{
	constexpr std::size_t kMost = sizeof(sockaddr_un::sun_path) - 1;
	if (path.empty() || path.size() > kMost)
		return fmt::format("must have 1 to {} bytes", kMost);
	if (path.find('\0') != std::string::npos)
		return "must not have a byte 0 in it";
	return {};
}

std::string fault_of_address(const std::string &address)
{
	const auto parsed = tcp_address(address, 0);
	if (!parsed)
		return "must be an IP address";
	return parsed->is_loopback ? "" : "must be a loopback address: 127.0.0.1 or ::1";
}

std::string fault_of_tls_address(const std::string &address)
{
	return tcp_address(address, 0) ? "" : "must be an IP address";
}

bool group_exists(const std::string &group)
{
	return group_id(group).ok();
}

Result<UnixSocket> listen_unix(const std::string &path, unsigned mode, const std::string &group)
{
	const auto address = unix_address(path);
	if (!address)
		return address.error();
	if (auto directory = make_directory(path); !directory)
		return directory.error();
	auto locked = lock(path);
	if (!locked)
		return locked.error();
	if (auto cleared = clear(path, *address); !cleared)
		return cleared.error();

	UnixSocket made{
		UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)), {}};
	if (!made.fd)
		return cannot_listen(errno, path);
	const auto *generic = reinterpret_cast<const sockaddr *>(&*address);
	if (::bind(made.fd.get(), generic, sizeof(*address)) < 0)
		return cannot_listen(errno, path);
	made.path = SocketPath(path, *std::move(locked));

	/* Nobody can connect before listen(): the rights are right from the start. */
	if (!group.empty()) {
		const auto id = group_id(group);
		if (!id)
			return id.error();
		if (auto given = give(path, *id); !given)
			return Error{given.error().code,
				fmt::format("cannot give {} to group {}: {}", path, group,
					given.error().what)};
	}
	if (::chmod(path.c_str(), mode) < 0)
		return system_error(errno, "cannot set the mode of " + path);
	if (::listen(made.fd.get(), kBacklog) < 0)
		return cannot_listen(errno, path);
	return made;
}

Result<UniqueFd> listen_tcp(const std::string &address, std::uint16_t port, Reach reach)
{
	const std::string where = fmt::format("{} port {}", address, port);
	const auto parsed = tcp_address(address, port);
	if (!parsed)
		return Error{EINVAL, "cannot listen on " + where + ": not an IP address"};
	if (reach == Reach::Loopback && !parsed->is_loopback)
		return Error{EPERM,
			"cannot listen on " + where +
				": without TLS only loopback addresses are served, "
				"127.0.0.1 and ::1"};

	UniqueFd fd(
		::socket(parsed->generic.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (!fd)
		return cannot_listen(errno, where);
	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	/* "::" is all of its kind: those of the other are another socket's. */
	if (parsed->generic.sa_family == AF_INET6)
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	/* Clients inherit it: a reply is not held back to be sent with the next. */
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (reach == Reach::Everybody)
		expect_answers(fd);
	if (::bind(fd.get(), &parsed->generic, parsed->size) < 0 ||
		::listen(fd.get(), kBacklog) < 0) {
		const int code = errno;
		return cannot_listen(code, where,
			code == EADDRINUSE ? "another program does: use another port" : "");
	}
	return fd;
}

} // namespace gpiohub::daemon
