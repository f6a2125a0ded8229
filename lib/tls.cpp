/* SPDX-License-Identifier: MIT */
#include <gpiohub/tls.hpp>

#include "sockets.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <thread>
#include <utility>

namespace gpiohub
{

namespace
{

/* The last thing that OpenSSL complained of; the others are forgotten. */
std::string complaint()
{
	std::array<char, 256> text{};
	const unsigned long code = ERR_peek_last_error();
	ERR_clear_error();
	if (code == 0)
		return "the connection broke";
	const char *reason = ERR_reason_error_string(code);
	if (reason != nullptr)
		return reason;
	ERR_error_string_n(code, text.data(), text.size());
	return text.data();
}

SslContext make_context(const SSL_METHOD *method)
{
	SslContext context(SSL_CTX_new(method));
	if (!context)
		return context;
	SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
	SSL_CTX_set_mode(
		context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* An end without a farewell is an end: the protocol above knows what is whole. */
	SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
	return context;
}

Error no_memory()
{
	return {ENOMEM, "cannot begin to speak TLS: " + complaint()};
}

bool is_address(const std::string &host)
{
	std::array<std::byte, sizeof(in6_addr)> ignored;
	return ::inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
		::inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

/* A call, until nothing interrupts it. Who watches for edges is not told to try again: the
 * bytes were there before. */
template <class Call>
ssize_t uninterrupted(Call call)
{
	for (;;) {
		const ssize_t result = call();
		if (result >= 0 || errno != EINTR)
			return result;
	}
}

/*
 * A socket as OpenSSL sees it: as its own way to do that, but that nobody is killed for
 * writing to who has gone.
 */
int socket_of(BIO *bio)
{
	return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool has_to_wait(ssize_t result)
{
	return result < 0 && errno == EAGAIN;
}

int socket_write(BIO *bio, const char *bytes, int size)
{
	const ssize_t sent = uninterrupted([&] {
		return ::send(socket_of(bio), bytes, static_cast<std::size_t>(size),
			MSG_NOSIGNAL | MSG_DONTWAIT);
	});
	BIO_clear_retry_flags(bio);
	if (has_to_wait(sent))
		BIO_set_retry_write(bio);
	return static_cast<int>(sent);
}

int socket_read(BIO *bio, char *bytes, int size)
{
	const ssize_t got = uninterrupted([&] {
		return ::recv(socket_of(bio), bytes, static_cast<std::size_t>(size), MSG_DONTWAIT);
	});
	BIO_clear_retry_flags(bio);
	if (has_to_wait(got))
		BIO_set_retry_read(bio);
	if (got == 0)
		BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
	return static_cast<int>(got);
}

long socket_control(BIO *bio, int command, long, void *)
{
	if (command == BIO_CTRL_EOF)
		return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
	return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO *bio_of(int fd)
{
	static const BIO_METHOD *const kMethod = [] {
		BIO_METHOD *method =
			BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
		BIO_meth_set_write(method, socket_write);
		BIO_meth_set_read(method, socket_read);
		BIO_meth_set_ctrl(method, socket_control);
		return method;
	}();
	BIO *bio = BIO_new(kMethod);
	BIO_set_data(bio, reinterpret_cast<void *>(static_cast<std::intptr_t>(fd)));
	BIO_set_init(bio, 1);
	return bio;
}

void set_nonblocking(int fd)
{
	::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

} // namespace

Result<SslContext> tls_server(const std::string &certificates, const std::string &key)
{
	SslContext context = make_context(TLS_server_method());
	if (!context)
		return no_memory();
	if (SSL_CTX_use_certificate_chain_file(context.get(), certificates.c_str()) != 1)
		return Error{EINVAL,
			"cannot use the certificates in " + certificates + ": " + complaint()};
	if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1)
		return Error{EINVAL, "cannot use the key in " + key + ": " + complaint()};
	SSL_CTX_set_num_tickets(context.get(), 0); /* a connection is for long */
	return context;
}

Result<SslContext> tls_client(const std::string &authorities)
{
	SslContext context = make_context(TLS_client_method());
	if (!context)
		return no_memory();
	SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
	const int loaded = authorities.empty()
		? SSL_CTX_set_default_verify_paths(context.get())
		: SSL_CTX_load_verify_file(context.get(), authorities.c_str());
	if (loaded != 1)
		return Error{
			EINVAL, "cannot read whom to trust in " + authorities + ": " + complaint()};
	return context;
}

TlsPump::TlsPump(SslConnection connection, UniqueFd network, UniqueFd plain)
	: connection_(std::move(connection)),
	  network_(std::move(network)),
	  plain_(std::move(plain))
{
	BIO *bio = bio_of(network_.get());
	SSL_set_bio(connection_.get(), bio, bio);
}

TlsPump::State TlsPump::pump()
{
	needs_ = {};
	if (state_ == State::Handshaking && !shake_hands())
		return state_;
	while (state_ == State::Open) {
		/* Each of them: also if another has moved something. */
		bool has_moved = from_network();
		has_moved |= to_plain();
		has_moved |= from_plain();
		has_moved |= to_network();
		if (!has_moved)
			break;
		needs_ = {};
	}
	return state_;
}

/* Whether a call came to nothing because it has to wait, which is noted; else, if it did
 * not end well, all is over. */
bool TlsPump::has_failed(int result)
{
	if (result > 0)
		return false;
	switch (SSL_get_error(connection_.get(), result)) {
	case SSL_ERROR_WANT_READ:
		needs_.network |= POLLIN;
		return true;
	case SSL_ERROR_WANT_WRITE:
		needs_.network |= POLLOUT;
		return true;
	case SSL_ERROR_ZERO_RETURN:
		inward_.is_over = true;
		return true;
	default:
		failure_ = complaint();
		state_ = State::Over;
		return true;
	}
}

bool TlsPump::shake_hands()
{
	ERR_clear_error();
	if (has_failed(SSL_do_handshake(connection_.get()))) {
		/* Nothing more comes, and nobody would tell us to look again. */
		if (inward_.is_over && state_ == State::Handshaking) {
			failure_ = "it hung up";
			state_ = State::Over;
		}
		if (const long wrong = SSL_get_verify_result(connection_.get());
			state_ == State::Over && wrong != X509_V_OK)
			failure_ = X509_verify_cert_error_string(wrong);
		return false;
	}
	state_ = State::Open;
	return true;
}

bool TlsPump::from_network()
{
	if (!inward_.empty() || inward_.is_over)
		return false;
	ERR_clear_error();
	const int got = SSL_read(
		connection_.get(), inward_.bytes.data(), static_cast<int>(inward_.bytes.size()));
	if (has_failed(got))
		return inward_.is_over;
	inward_.begin = 0;
	inward_.end = static_cast<std::size_t>(got);
	return true;
}

bool TlsPump::to_plain()
{
	if (inward_.empty()) {
		if (inward_.is_over && !std::exchange(is_plain_ended_, true))
			::shutdown(plain_.get(), SHUT_WR);
		return false;
	}
	const ssize_t sent = uninterrupted([&] {
		return ::send(plain_.get(), inward_.bytes.data() + inward_.begin,
			inward_.end - inward_.begin, MSG_DONTWAIT | MSG_NOSIGNAL);
	});
	if (has_to_wait(sent)) {
		needs_.plain |= POLLOUT;
		return false;
	}
	if (sent < 0) {
		state_ = State::Over;
		return false;
	}
	inward_.begin += static_cast<std::size_t>(sent);
	return true;
}

bool TlsPump::from_plain()
{
	if (!outward_.empty() || outward_.is_over)
		return false;
	const ssize_t got = uninterrupted([&] {
		return ::recv(
			plain_.get(), outward_.bytes.data(), outward_.bytes.size(), MSG_DONTWAIT);
	});
	if (has_to_wait(got)) {
		needs_.plain |= POLLIN;
		return false;
	}
	outward_.is_over = got <= 0;
	outward_.begin = 0;
	outward_.end = static_cast<std::size_t>(got > 0 ? got : 0);
	return true;
}

bool TlsPump::to_network()
{
	if (outward_.empty()) {
		if (outward_.is_over) {
			SSL_shutdown(connection_.get());
			state_ = State::Over;
		}
		return false;
	}
	ERR_clear_error();
	const int sent = SSL_write(connection_.get(), outward_.bytes.data() + outward_.begin,
		static_cast<int>(outward_.end - outward_.begin));
	/* A connection that broke after the other's farewell: OpenSSL tells it as that. */
	if (sent <= 0 && SSL_get_error(connection_.get(), sent) == SSL_ERROR_ZERO_RETURN) {
		state_ = State::Over;
		return false;
	}
	if (has_failed(sent))
		return false;
	outward_.begin += static_cast<std::size_t>(sent);
	return true;
}

namespace
{

using Clock = std::chrono::steady_clock;

/* Waits for what the pump needs; false: not before the deadline. */
bool wait_for(const TlsPump &pump, Clock::time_point deadline)
{
	for (;;) {
		int left = -1;
		if (deadline != Clock::time_point::max())
			left = static_cast<int>(
				std::max<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(
							       deadline - Clock::now())
							       .count(),
					0));
		/* A side that nothing is wanted of may say HUP all the time. */
		const auto needs = pump.needs();
		pollfd fds[] = {
			{needs.network != 0 ? pump.network() : -1,
				static_cast<short>(needs.network), 0},
			{needs.plain != 0 ? pump.plain() : -1, static_cast<short>(needs.plain), 0},
		};
		const int ready = ::poll(fds, 2, left);
		if (ready != 0 && (ready > 0 || errno != EINTR))
			return true;
		if (ready == 0)
			return false;
	}
}

/* In a thread of its own: until both sides are done. */
void pump_on(TlsPump &pump)
{
	/* Signals are for the program's own threads. */
	sigset_t all;
	sigfillset(&all);
	::pthread_sigmask(SIG_BLOCK, &all, nullptr);
	while (pump.pump() != TlsPump::State::Over)
		wait_for(pump, Clock::time_point::max());
}

} // namespace

Result<UniqueFd> tls_connect(UniqueFd network, const std::string &host,
	const std::string &authorities, std::chrono::milliseconds timeout)
{
	const auto context = tls_client(authorities);
	if (!context)
		return context.error();
	SslConnection connection(SSL_new(context->get()));
	int ends[2] = {-1, -1};
	if (!connection)
		return no_memory();
	if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return system_error(errno, "socketpair");
	UniqueFd ours(ends[0]);
	UniqueFd its(ends[1]);

	SSL_set_connect_state(connection.get());
	if (is_address(host)) {
		X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection.get()), host.c_str());
	} else {
		SSL_set1_host(connection.get(), host.c_str());
		SSL_set_tlsext_host_name(connection.get(), host.c_str());
	}
	set_nonblocking(network.get());
	set_nonblocking(its.get());
	auto pump = std::make_unique<TlsPump>(
		std::move(connection), std::move(network), std::move(its));
	const auto deadline = Clock::now() + timeout;
	while (pump->pump() == TlsPump::State::Handshaking) {
		if (!wait_for(*pump, deadline))
			return Error{ETIMEDOUT, "cannot speak TLS with " + host + ": no answer"};
	}
	if (!pump->failure().empty())
		return Error{EPROTO,
			"cannot speak TLS with " + host + ": " + pump->failure() +
				" (whom to trust: --ca)"};
	limit_sends(ours.get(), timeout);
	std::thread([pump = std::move(pump)] { pump_on(*pump); }).detach();
	return ours;
}

} // namespace gpiohub
