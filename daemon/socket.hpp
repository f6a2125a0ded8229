/* SPDX-License-Identifier: MIT */
/*
 * Makes the sockets to listen on. What cannot be had is told in one line with
 * what to do about it.
 */
#pragma once

#include <gpiohub/fd.hpp>
#include <gpiohub/result.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace gpiohub::daemon
{

/**
 * A socket's name in the file system, removed at the end. `lock` says that the
 * name is ours: it is let go after that, so that nobody else's is removed.
 */
class SocketPath
{
public:
	SocketPath() = default;
	SocketPath(std::string path, UniqueFd lock) noexcept
		: path_(std::move(path)),
		  lock_(std::move(lock))
	{
	}
	SocketPath(SocketPath &&other) noexcept
		: path_(std::exchange(other.path_, {})),
		  lock_(std::move(other.lock_))
	{
	}
	SocketPath &operator=(SocketPath &&other) noexcept
	{
		std::swap(path_, other.path_);
		std::swap(lock_, other.lock_);
		return *this;
	}
	SocketPath(const SocketPath &) = delete;
	SocketPath &operator=(const SocketPath &) = delete;
	~SocketPath()
	{
		if (!path_.empty())
			::unlink(path_.c_str());
	}

private:
	std::string path_;
	UniqueFd lock_;
};

struct UnixSocket {
	UniqueFd fd;
	SocketPath path;
};

/**
 * A Unix stream socket that listens at `path`, with the mode, and the group if
 * it is not empty. A socket that nobody listens on any more is replaced, the
 * last directory of the path made if it is missing. For as long as its name is
 * there a file of that name and ".lock" is locked, which stays.
 *
 * EADDRINUSE: another daemon listens there, or it is no socket. ENOENT: no such
 * group. ENAMETOOLONG: longer than a socket's path may be. EINVAL: empty.
 */
Result<UnixSocket> listen_unix(const std::string &path, unsigned mode, const std::string &group);

/** Whom a TCP socket is for: this machine only, or everybody. */
enum class Reach { Loopback, Everybody };

/**
 * A TCP socket that listens on an address, port 0: any. EPERM: not a loopback address,
 * though it is for this machine only. EAFNOSUPPORT, EADDRNOTAVAIL: no such address on this
 * machine.
 */
Result<UniqueFd> listen_tcp(
	const std::string &address, std::uint16_t port, Reach reach = Reach::Loopback);

/** What is wrong with a socket's path, with a TCP address to listen on: "must ...";
 * "" if nothing. */
std::string fault_of_path(const std::string &path);
std::string fault_of_address(const std::string &address);
std::string fault_of_tls_address(const std::string &address);

/** Whether the system knows the group. */
bool group_exists(const std::string &group);

} // namespace gpiohub::daemon
