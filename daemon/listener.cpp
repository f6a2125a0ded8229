/* SPDX-License-Identifier: MIT */
#include "listener.hpp"

#include "log.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>

namespace gpiohub::daemon
{

namespace
{

/* Clients per turn; the others wait in the socket's queue. */
constexpr int kClientsPerTurn = 16;

/* How long not to try again when not even a spare descriptor helps. */
constexpr std::chrono::seconds kPause{1};

/* How often at most to tell how many clients were turned away. */
constexpr std::chrono::seconds kReport{1};

UniqueFd open_spare()
{
	return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

} // namespace

Result<std::unique_ptr<Listener>> Listener::create(
	Reactor &reactor, UniqueFd socket, Accepted accepted)
{
	std::unique_ptr<Listener> listener(
		new Listener(reactor, std::move(socket), std::move(accepted)));
	listener->spare_ = open_spare();
	auto resume = Timer::create(
		reactor, [self = listener.get()] { self->reactor_.change(*self, EPOLLIN); });
	if (!resume)
		return resume.error();
	listener->resume_ = *std::move(resume);
	auto report = Timer::create(reactor, [self = listener.get()] { self->report(); });
	if (!report)
		return report.error();
	listener->report_ = *std::move(report);
	if (auto added = reactor.add(*listener, listener->fd(), EPOLLIN); !added)
		return added.error();
	return listener;
}

Listener::~Listener()
{
	reactor_.remove(*this);
}

void Listener::ready(std::uint32_t)
{
	for (int i = 0; i < kClientsPerTurn; i++) {
		UniqueFd client(
			::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
		if (client) {
			accepted_(std::move(client));
			continue;
		}
		switch (errno) {
		case EAGAIN:
			return;
		case EMFILE:
		case ENFILE:
			turn_away();
			return;
		case ECONNABORTED:
		case EINTR:
		case EPROTO:
		case ENETDOWN:
		case ENETUNREACH:
		case EHOSTDOWN:
		case EHOSTUNREACH:
			/* This one went before we came to it, or its network (accept(2)): the
			 * next. */
			break;
		default:
			pause();
			return;
		}
	}
}

void Listener::turn_away()
{
	const bool had_spare = static_cast<bool>(spare_);
	spare_.reset();
	UniqueFd client(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
	if (client) {
		client.reset();
		if (turned_away_++ == 0)
			report_->arm(kReport);
	} else if (!had_spare || errno != EAGAIN) {
		pause();
	}
	spare_ = open_spare();
}

void Listener::report()
{
	log(Level::Warning,
		fmt::format("out of file descriptors: {} client{} turned away (see LimitNOFILE)",
			turned_away_, turned_away_ == 1 ? " was" : "s were"));
	turned_away_ = 0;
}

void Listener::pause()
{
	reactor_.change(*this, 0);
	resume_->arm(kPause);
}

} // namespace gpiohub::daemon
