/* SPDX-License-Identifier: MIT */
/*
 * The session's life and its socket; what the commands do is in
 * session_commands.cpp.
 */
#include "session.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

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

Session::Session(const SessionContext &context, UniqueFd socket, std::unique_ptr<Protocol> protocol)
	: context_(context),
	  socket_(std::move(socket)),
	  protocol_(std::move(protocol)),
	  peer_(peer_of(socket_.get())),
	  out_(context.outbox_bytes)
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
	if (!has_ended_)
		handle_input();
	if (!has_ended_)
		catch_up();
	if (!has_ended_)
		send();
	if (!has_ended_)
		watch_socket();
}

void Session::receive()
{
	if (input_size_ == input_.size())
		return;
	const ssize_t received = ::recv(socket_.get(), input_.data() + input_size_,
		input_.size() - input_size_, MSG_DONTWAIT);
	if (received > 0)
		input_size_ += static_cast<std::size_t>(received);
	else if (received == 0)
		/* It may still read: what it asked for before is carried out. */
		is_finishing_ = true;
	else if (errno != EAGAIN && errno != EINTR)
		end();
}

void Session::handle_input()
{
	const auto deadline = std::chrono::steady_clock::now() + kTimePerTurn;
	std::size_t used = 0;
	std::size_t handled = 0;
	bool is_share_used = false;
	is_held_back_ = false;
	while (!has_ended_ && !is_deaf_ && !is_share_used) {
		Request request;
		const std::size_t size = protocol_->parse(
			std::span(input_).first(input_size_).subspan(used), request);
		if (size == 0)
			break;
		if (!has_room_for_reply())
			submit_batch();
		if (has_ended_)
			break;
		if (!has_room_for_reply()) {
			is_held_back_ = true;
			break;
		}
		used += size;
		handled++;
		handle(request);
		is_share_used =
			handled == kCommandsPerTurn || std::chrono::steady_clock::now() >= deadline;
	}
	submit_batch();

	std::memmove(input_.data(), input_.data() + used, input_size_ - used);
	input_size_ -= used;
	/* There may be more: others first. */
	if (is_share_used && !has_ended_)
		context_.reactor.later(*this);
	else if (is_finishing_ && !is_held_back_)
		input_size_ = 0; /* no whole command, and never will be one */
}

/* For the next command, after those that wait to go down. */
bool Session::has_room_for_reply() const noexcept
{
	return out_.room_for_replies() >= kLargestReply + batch_.size() * kLargestLineReply;
}

void Session::catch_up()
{
	for (const auto &attachment : attachments_) {
		if (attachment->subscription.is_behind())
			attachment->subscription.catch_up(
				attachment->hub.ring(), attachment->hub.seq());
	}
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
		if (is_finishing_ && input_size_ == 0)
			end();
		else if (is_behind() || is_held_back_)
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
		(is_finishing_ || is_held_back_ ? 0U : EPOLLIN) | (is_blocked_ ? EPOLLOUT : 0U);
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
	for (const auto &attachment : attachments_) {
		if (&attachment->hub == &hub && hub.is_subscribed(attachment->subscription))
			attachment->subscription.finish(hub.ring(), hub.seq());
	}
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
