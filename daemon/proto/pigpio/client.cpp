/* SPDX-License-Identifier: MIT */
#include "client.hpp"

#include <gpiohub/wire.hpp>

#include <sys/socket.h>

#include <chrono>
#include <utility>

namespace gpiohub::daemon::pigpio
{

namespace
{

/* A client's share of a turn: so many commands, or as many as it gets done in so long. */
constexpr std::size_t kCommandsPerTurn = 64;
constexpr std::chrono::milliseconds kTimePerTurn{1};

/* What a reply needs at most. */
constexpr std::size_t kLargestReply = sizeof(Header) + kMostExtension;

} // namespace

Client::Client(const ClientContext &context, UniqueFd socket, Peer peer)
	: context_(context),
	  socket_(std::move(socket)),
	  peer_(std::move(peer)),
	  in_(context.inbox_budget),
	  out_(context.limits.outbox_bytes, socket_.get()),
	  patience_(context.reactor, [this] { end(); }),
	  throttle_(context.reactor, [this] { turn(); })
{
}

Client::~Client()
{
	context_.reactor.remove(*this);
	context_.board.left(*this);
	context_.board.notifier->close_all(*this);
}

Result<void> Client::start()
{
	watched_ = EPOLLIN;
	return context_.reactor.add(*this, socket_.get(), watched_);
}

void Client::ready(std::uint32_t events)
{
	if ((events & EPOLLIN) != 0 && !is_finishing_)
		receive();
	else if ((events & (EPOLLHUP | EPOLLERR)) != 0)
		nobody_reads();
	turn();
}

void Client::turn()
{
	if (has_ended_)
		return;
	is_held_back_ = false;
	incomplete_ = 0;
	if (is_unread_ && !is_finishing_)
		receive_rest();
	const bool has_more = !is_delayed() && !throttle_.is_on() && handle_requests();
	if (has_ended_)
		return;
	in_.tidy();
	expect_rest();
	if (!out_.empty() || is_held_back_)
		send_queued();
	if (has_ended_)
		return;
	const bool has_rest = is_unread_ && !is_finishing_ && !is_delayed() && !throttle_.is_on();
	if (has_more || has_rest)
		context_.reactor.later(*this);
	else if (is_finishing_ && !is_delayed() && !is_held_back_ && !throttle_.is_on() &&
		(out_.empty() || is_unread_)) {
		end();
		return;
	}
	watch_socket();
}

void Client::receive()
{
	switch (in_.receive(socket_.get())) {
	case Inbox::Received::More:
	case Inbox::Received::Nothing:
		break;
	case Inbox::Received::End:
		is_finishing_ = true;
		break;
	case Inbox::Received::Broken:
		nobody_reads();
		break;
	}
}

/* Who hangs up without reading its replies meant what it said all the same: as there. */
void Client::nobody_reads()
{
	if (has_ended_ || is_unread_)
		return;
	is_unread_ = true;
	context_.board.notifier->close_all(*this);
	/* What goes over a bus may take hours. */
	if (context_.board.bit_buses->left(*this))
		awaited_ = Awaited::Nothing;
	/* The socket would be ready for ever. */
	context_.reactor.remove(*this);
	context_.reactor.later(*this);
}

/* What the socket still has: nothing comes to it any more. */
void Client::receive_rest()
{
	char byte = 0;
	if (::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0)
		is_finishing_ = true;
	else
		(void)in_.receive(socket_.get());
}

/* --- requests ------------------------------------------------------------------ */

/* A share of what is there; true: there is more. Who asks one thing at a time costs no look at
 * the clock. */
bool Client::handle_requests()
{
	if (!take_request() || in_.empty())
		return false;
	const auto begin = std::chrono::steady_clock::now();
	for (std::size_t handled = 1; take_request(); handled++) {
		if (handled == kCommandsPerTurn ||
			std::chrono::steady_clock::now() - begin > kTimePerTurn)
			return true;
	}
	return false;
}

/* False: there is none that is whole, or no room for its reply, or it is over. */
bool Client::take_request()
{
	if (has_ended_ || is_delayed() || in_.bytes().size() < sizeof(Header))
		return false;
	const auto header = wire::from_bytes<Header>(in_.bytes());
	if (header.last > kMostExtension) {
		end();
		return false;
	}
	const std::size_t size = sizeof(Header) + header.last;
	if (in_.bytes().size() < size) {
		incomplete_ = size;
		return false;
	}
	if (!is_unread_ && out_.room_for_replies() < kLargestReply) {
		is_held_back_ = true;
		return false;
	}
	if (!throttle_.take(context_.limits.commands_per_second))
		return false;
	patience_.renew();
	const Request request{header.command, header.p1, header.p2,
		in_.bytes().subspan(sizeof(Header), header.last)};
	if (!handle(request))
		return false;
	in_.take(size);
	return true;
}

/* Makes room for a request of which a part is there. Who sends no more of it takes the room
 * of others, but not for long. */
void Client::expect_rest()
{
	if (incomplete_ > 0 && !in_.expect(incomplete_)) {
		end();
		return;
	}
	if (!patience_.keep(in_.is_grown(), context_.request_patience))
		end();
}

/* False: it is to be done again, later. */
bool Client::handle(const Request &request)
{
	Reply result = execute({context_.board, this, peer_.name, request, this});
	if (result.res == static_cast<std::int32_t>(Status::TryAgain)) {
		if (hold(Awaited::Again, request, kTryAgainNs))
			return false;
		result = Status::NotPermitted;
	}
	commands_++;
	context_.counters.commands++;
	const Awaited awaited = result.is_pending ? Awaited::Answer
		: result.after_ns != 0            ? Awaited::Time
						  : Awaited::Nothing;
	if (awaited == Awaited::Nothing || !hold(awaited, request, result.after_ns))
		reply(request, result);
	return true;
}

/* False: there is no timer to be had. */
bool Client::hold(Awaited awaited, const Request &request, std::uint64_t ns)
{
	if (ns != 0 && !delay_timer_) {
		auto timer = Timer::create(context_.reactor, [this] { time_is_up(); });
		if (!timer)
			return false;
		delay_timer_ = *std::move(timer);
	}
	delayed_ = request;
	delayed_.extension = {};
	awaited_ = awaited;
	if (ns != 0)
		delay_timer_->arm(std::chrono::nanoseconds(ns));
	return true;
}

void Client::time_is_up()
{
	if (awaited_ == Awaited::Time) {
		answer(Status::Ok);
		return;
	}
	awaited_ = Awaited::Nothing;
	turn();
}

void Client::answer(const Reply &result)
{
	awaited_ = Awaited::Nothing;
	reply(delayed_, result);
	turn();
}

/* One write for each: some clients take what comes at once for one reply. */
void Client::reply(const Request &request, const Reply &reply)
{
	if (reply.res < 0 && reply.res >= -255) {
		errors_++;
		context_.counters.errors++;
	}
	if (is_unread_)
		return;
	const auto header = wire::to_bytes(Header{
		request.command, request.p1, request.p2, static_cast<std::uint32_t>(reply.res)});
	/* take_request() saw that there is room. */
	(void)out_.send_reply(header, std::as_bytes(std::span(reply.extension)));
	if (!out_.empty())
		send_queued();
}

/* --- what goes out -------------------------------------------------------------- */

/* Of a client that reads too slowly some are dropped: their numbers tell. Called while a
 * hub's events are given out: nothing may come or go here. */
void Client::send(std::span<const Report> reports)
{
	if (has_ended_)
		return;
	if (!out_.append_events(std::as_bytes(reports))) {
		dropped_ += reports.size();
		return;
	}
	reports_ += reports.size();
	if (!out_.empty())
		context_.reactor.later(*this);
}

void Client::send_queued()
{
	if (has_ended_ || is_unread_)
		return;
	switch (out_.flush(socket_.get())) {
	case Outbox::Flushed::Done:
		is_blocked_ = false;
		if (is_held_back_)
			context_.reactor.later(*this);
		break;
	case Outbox::Flushed::Blocked:
		is_blocked_ = true;
		break;
	case Outbox::Flushed::Broken:
		nobody_reads();
		break;
	}
}

void Client::watch_socket()
{
	if (is_unread_)
		return;
	const std::uint32_t wanted =
		(is_finishing_ || is_held_back_ || is_delayed() || throttle_.is_on() ? 0U
										     : EPOLLIN) |
		(is_blocked_ ? EPOLLOUT : 0U);
	if (wanted == watched_)
		return;
	context_.reactor.change(*this, wanted);
	watched_ = wanted;
}

void Client::finish()
{
	is_finishing_ = true;
	in_.clear();
	context_.reactor.later(*this);
}

void Client::end()
{
	if (has_ended_)
		return;
	has_ended_ = true;
	context_.board.left(*this);
	context_.board.notifier->close_all(*this);
	context_.ended(*this);
}

} // namespace gpiohub::daemon::pigpio
