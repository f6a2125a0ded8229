/* SPDX-License-Identifier: MIT */
/* Where a daemon listens, as people write it, and getting a connection there. */
#pragma once

#include <gpiohub/fd.hpp>
#include <gpiohub/result.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace gpiohub
{

/**
 * "unix:/path", "/path", "tcp:host", "tcp:host:port" or "tcp:[::1]:port"; "tls:..." as
 * "tcp:...".
 *
 * path: of a Unix socket, "" for TCP
 * authorities: for TLS, a PEM file of whom to trust, "" for the system's
 */
struct Address {
	std::string path;
	std::string host;
	std::string port;
	bool is_tls = false;
	std::string authorities = {};

	/** EINVAL: none of these. */
	static Result<Address> parse(std::string_view text);
	/** The daemon's Unix socket where it usually is. */
	static Address local();

	std::string to_string() const;
};

/** A connected stream socket whose sends end with EAGAIN after the timeout. */
Result<UniqueFd> connect_to(const Address &address, std::chrono::milliseconds timeout);

} // namespace gpiohub
