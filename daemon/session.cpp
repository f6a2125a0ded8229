/* SPDX-License-Identifier: MIT */
/*
 * The session's life and its socket; what the commands do is in
 * session_commands.cpp.
 */
#include "session.hpp"

#include "log.hpp"

#include <fmt/format.h>

#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace gpiohub::daemon
{

namespace
{

/*
 * What replies need at most, frame and all: STATS' is the longest, a command to
 * lines is answered with nothing or a sentence. Less than the reserve of the
 * smallest outbox, so that events alone hold no command back.
 */
constexpr std::size_t kLargestReply = kMaxStatsBytes + 1024;
constexpr std::size_t kLargestLineReply = 768;

} // namespace

Session::Session(const SessionContext &context, UniqueFd socket, Peer peer,
	std::unique_ptr<Protocol> protocol)
	: context_(context),
	  socket_(std::move(socket)),
	  protocol_(std::move(protocol)),
	  peer_(std::move(peer)),
	  access_(peer_, context.roles()),
	  out_(context.outbox_bytes, socket_.get()),
	  in_(context.inbox_budget),
	  patience_(context.reactor,
		  [this] {
			  log(Level::Warning,
				  fmt::format("{} keeps the room for a long request for too long",
					  peer_.name));
			  end();
		  }),
	  waits_(context.reactor, *this),
	  throttle_(context.reactor, [this] { turn(); })
{
}

Session::~Session()
{
	context_.reactor.remove(*this);
	detach_all();
}

Result<void> Session::start()
{
	watched_ = EPOLLIN;
	return context_.reactor.add(*this, socket_.get(), watched_);
}

void Session::ready(std::uint32_t events)
{
	if ((events & EPOLLIN) != 0 && !is_finishing_)
		receive();
	else if ((events & (EPOLLHUP | EPOLLERR)) != 0)
		end();
	turn();
}

/* One step of everything that a session does; ends with an empty outbox or a
 * full socket. */
void Session::turn()
{
	/* Most turns are about events alone: nothing is asked that has no answer. */
	if (!has_ended_ && (is_finishing_ || !in_.empty()))
		handle_input();
	if (!has_ended_ && waits_.has_ended())
		answer_waits();
	if (!has_ended_)
		catch_up();
	if (!has_ended_)
		settle();
	if (!has_ended_)
		send();
	if (!has_ended_)
		watch_socket();
}

void Session::receive()
{
	switch (in_.receive(socket_.get())) {
	case Inbox::Received::More:
	case Inbox::Received::Nothing:
		break;
	case Inbox::Received::End:
		/* It may still read: what it asked for before is carried out. */
		is_finishing_ = true;
		break;
	case Inbox::Received::Broken:
		end();
		break;
	}
}

void Session::handle_input()
{
	is_held_back_ = false;
	is_share_used_ = false;
	const std::size_t incomplete =
		has_ended_ || is_deaf_ || throttle_.is_on() ? 0 : handle_requests();
	/* Requests point to their payloads in the inbox, which stays as it is until here. */
	submit_batch();
	in_.tidy();
	if (has_ended_)
		return;
	if (incomplete > 0)
		expect(incomplete);
	watch_request();
	if (is_share_used_)
		context_.reactor.later(*this);
	else if (is_finishing_ && !is_held_back_ && !throttle_.is_on())
		in_.clear(); /* no whole command, and never will be one */
	/* Who sends no more is asked nothing more, and cannot wait for ever. */
	if (is_finishing_ && in_.empty())
		waits_.cancel_all();
}

/* A share of what is there. The size of the request after it, if that is there in
 * part, else 0. */
std::size_t Session::handle_requests()
{
	const auto deadline = std::chrono::steady_clock::now() + kTimePerTurn;
	std::size_t handled = 0;
	while (!has_ended_ && !is_deaf_ && !is_share_used_) {
		Request request;
		const std::size_t size = protocol_->parse(in_.bytes(), request);
		if (size == 0)
			return 0;
		const bool is_whole = size <= in_.bytes().size();
		/* From whom we do not know nothing long is taken: the answer is the end. */
		if (!is_whole && (has_greeted_ || size <= Inbox::kSmall) && !refusal_)
			return size;
		if (!has_room_for_reply())
			submit_batch();
		if (has_ended_)
			return 0;
		if (!has_room_for_reply()) {
			is_held_back_ = true;
			return 0;
		}
		if (!throttle_.take(context_.commands_per_second))
			return 0;
		in_.take(std::min(size, in_.bytes().size()));
		patience_.renew();
		handled++;
		handle(request);
		is_share_used_ =
			handled == kCommandsPerTurn || std::chrono::steady_clock::now() >= deadline;
	}
	return 0;
}

/* Makes room for the rest of a request, or refuses it. */
void Session::expect(std::size_t size)
{
	if (!has_room_for_reply()) {
		is_held_back_ = true;
		return;
	}
	if (in_.expect(size))
		return;
	Request request;
	(void)protocol_->parse(in_.bytes(), request);
	in_.skip(size);
	reply(request,
		Error{EAGAIN,
			"too many long patterns are on their way to the daemon at once: "
			"wait a moment"});
}

/* Who sends a long request, and not all of it, takes the room of others. */
void Session::watch_request()
{
	if (!has_ended_ && !patience_.keep(in_.is_grown(), context_.request_patience))
		end();
}

/* For the next command, after those that wait to go down. */
bool Session::has_room_for_reply() const noexcept
{
	return out_.room_for_replies() >= kLargestReply + batch_.size() * kLargestLineReply;
}

void Session::catch_up()
{
	for (const auto &attachment : attachments_) {
		Subscription &subscription = attachment->subscription;
		if (subscription.is_behind())
			subscription.catch_up(attachment->hub.seq());
	}
	end_if_it_would_lose();
}

/* Who wants to lose nothing is cut off rather than told of a loss. */
void Session::end_if_it_would_lose()
{
	const bool is_over = std::any_of(attachments_.begin(), attachments_.end(),
		[](const auto &attachment) { return attachment->subscription.is_over(); });
	if (!is_over)
		return;
	log(Level::Info, fmt::format("{} is cut off: it was too slow to lose nothing", peer_.name));
	context_.counters.cut_off++;
	end();
}

bool Session::is_behind() const
{
	return std::any_of(attachments_.begin(), attachments_.end(),
		[](const auto &attachment) { return attachment->subscription.is_behind(); });
}

void Session::send()
{
	switch (out_.flush(socket_.get())) {
	case Outbox::Flushed::Done:
		is_blocked_ = false;
		if (is_finishing_ && in_.empty() && waits_.empty())
			end();
		else if (is_behind() || is_held_back_ || waits_.has_ended() ||
			next_due() < settle_due_) /* there was no room for it before */
			context_.reactor.later(*this);
		break;
	case Outbox::Flushed::Blocked:
		is_blocked_ = true;
		break;
	case Outbox::Flushed::Broken:
		end();
		break;
	}
}

/* EPOLLOUT only after the socket was full, which tells when there is room again;
 * EPOLLIN only while it is read: the bits that are always ready would keep the
 * loop awake. */
void Session::watch_socket()
{
	const std::uint32_t wanted =
		(is_finishing_ || is_held_back_ || throttle_.is_on() ? 0U : EPOLLIN) |
		(is_blocked_ ? EPOLLOUT : 0U);
	if (wanted == watched_)
		return;
	context_.reactor.change(*this, wanted);
	watched_ = wanted;
}

void Session::reply(const Request &request, const Result<Answer> &result)
{
	commands_++;
	context_.counters.commands++;
	if (!result) {
		errors_++;
		context_.counters.errors++;
	}
	if (!protocol_->reply(out_, request, result)) {
		context_.counters.cut_off++;
		end();
	}
}

void Session::finish()
{
	end_after_replies();
	context_.reactor.later(*this);
}

void Session::end_after_replies()
{
	is_finishing_ = true;
	is_deaf_ = true;
}

void Session::end()
{
	if (has_ended_)
		return;
	has_ended_ = true;
	detach_all();
	context_.ended(*this);
}

void Session::detach_all()
{
	waits_.clear();
	for (const auto &attachment : attachments_) {
		attachment->hub.unsubscribe(attachment->subscription);
		attachment->hub.forget_holder(peer_);
	}
	attachments_.clear();
}

void Session::hub_gone(Hub &hub)
{
	if (has_ended_)
		return;
	/* Who was told of no hub may see the next one of that number. */
	if (!has_greeted_)
		return;
	gone_hubs_ |= std::uint64_t{1} << hub.number();
	waits_.hub_gone(hub);
	answer_waits();
	if (has_ended_)
		return;
	for (const auto &attachment : attachments_) {
		if (&attachment->hub == &hub && hub.is_subscribed(attachment->subscription))
			attachment->subscription.finish(hub.seq());
	}
	end_if_it_would_lose();
	if (has_ended_)
		return;
	std::erase_if(attachments_, [&](const auto &attachment) {
		if (&attachment->hub != &hub)
			return false;
		hub.unsubscribe(attachment->subscription);
		events_before_ += attachment->subscription.sent();
		lost_before_ += attachment->subscription.lost();
		return true;
	});
	if (!protocol_->gone(out_, hub.number()))
		end();
	else
		context_.reactor.later(*this);
}

SessionStats Session::stats() const
{
	SessionStats stats{peer_.name, peer_.pid, commands_, errors_, events_before_, lost_before_,
		out_.queued()};
	for (const auto &attachment : attachments_) {
		stats.events += attachment->subscription.sent();
		stats.lost += attachment->subscription.lost();
	}
	return stats;
}

} // namespace gpiohub::daemon
