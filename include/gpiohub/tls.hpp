/* SPDX-License-Identifier: MIT */
/*
 * TLS 1.3 beside a plain stream socket: what comes by one goes out by the other. So
 * whoever speaks a protocol over sockets speaks it over TLS as well, and knows nothing of
 * it. The library's client does that in a thread, the daemon in its loop.
 */
#pragma once

#include <gpiohub/fd.hpp>
#include <gpiohub/result.hpp>

#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace gpiohub
{

struct SslFree {
	void operator()(SSL_CTX *context) const noexcept { SSL_CTX_free(context); }
	void operator()(SSL *connection) const noexcept { SSL_free(connection); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslFree>;
using SslConnection = std::unique_ptr<SSL, SslFree>;

/** For a server: certificates and key are PEM files. EINVAL: says which is wrong. */
Result<SslContext> tls_server(const std::string &certificates, const std::string &key);
/** For a client: `authorities` is a PEM file of whom to trust, "": the system's. */
Result<SslContext> tls_client(const std::string &authorities);

/**
 * Moves what can be moved, and never waits. What it holds is at most a TLS record each way.
 * After one side has ended, the other gets the rest, and then its end.
 */
class TlsPump
{
public:
	enum class State { Handshaking, Open, Over };
	/** EPOLL*, or POLL*, bits to wait for before the next pump(). */
	struct Needs {
		unsigned network = 0;
		unsigned plain = 0;
	};

	/** Both sockets are non-blocking streams; the connection is not begun, and set to be
	 * a server's or a client's. */
	TlsPump(SslConnection connection, UniqueFd network, UniqueFd plain);

	State pump();
	Needs needs() const noexcept { return needs_; }
	int network() const noexcept { return network_.get(); }
	int plain() const noexcept { return plain_.get(); }
	/** Why it is over, if not because either side ended: for people. */
	const std::string &failure() const noexcept { return failure_; }

private:
	/* What was taken from one side and not given to the other yet. */
	struct Buffer {
		std::array<std::byte, 16384> bytes;
		std::size_t begin = 0;
		std::size_t end = 0;
		bool is_over = false; /* nothing more comes */

		bool empty() const noexcept { return begin == end; }
	};

	bool shake_hands();
	bool from_network();
	bool to_plain();
	bool from_plain();
	bool to_network();
	bool has_failed(int result);

	SslConnection connection_;
	UniqueFd network_;
	UniqueFd plain_;
	State state_ = State::Handshaking;
	Needs needs_;
	Buffer inward_;
	Buffer outward_;
	bool is_plain_ended_ = false;
	std::string failure_;
};

/**
 * Makes TLS of a connected socket: shakes hands, checks that the other is `host`, and
 * gives a plain socket, which a thread of its own pumps until it is closed. Sends to it are
 * over within the timeout as well. ETIMEDOUT: no answer; EPROTO: says why it is not to be
 * trusted.
 */
Result<UniqueFd> tls_connect(UniqueFd network, const std::string &host,
	const std::string &authorities, std::chrono::milliseconds timeout);

} // namespace gpiohub
