/* SPDX-License-Identifier: MIT */
/*
 * The filters of a session's subscriptions: how they are set, and when what they hold
 * back is sent although nothing comes any more.
 */
#include "session.hpp"

#include <gpiohub/clock.hpp>
#include <gpiohub/wire.hpp>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>

namespace gpiohub::daemon
{

Result<Answer> Session::filter(Attachment &attachment, const gpiohub_command &command)
{
	const EdgeFilter filter = wire::filter_of(command);
	if (filter.quiet_ns == 0 && filter.active_ns != 0)
		return Error{
			EINVAL, "cannot filter: a burst comes after a rest, which must not be 0"};
	const unsigned lines = attachment.hub.info().lines;
	if (const std::uint64_t bad = lines < 64 ? command.mask >> lines : 0; bad != 0) {
		const auto line = static_cast<std::uint8_t>(
			lines + static_cast<unsigned>(std::countr_zero(bad)));
		return attachment.hub.explained("filter", {ENXIO, "", line}, peer_);
	}
	if (!settle_timer_) {
		auto timer = Timer::create(context_.reactor, [this] {
			settle_due_ = FilterChain::kNever;
			turn();
		});
		if (!timer)
			return timer.error();
		settle_timer_ = *std::move(timer);
	}
	attachment.subscription.filter(command.mask, filter);
	return Answer{};
}

std::uint64_t Session::next_due() const noexcept
{
	auto next = FilterChain::kNever;
	for (const auto &attachment : attachments_)
		next = std::min(next, attachment->subscription.due());
	return next;
}

/* Sends what is decided by now, and sets the timer for the rest. */
void Session::settle()
{
	if (next_due() == FilterChain::kNever)
		return;
	const std::uint64_t now = monotonic_ns();
	const std::uint64_t published = now - FilterChain::kPublished;
	for (const auto &attachment : attachments_) {
		/* What happened until then is in the ring, and decides first. */
		if (attachment->subscription.due() <= published && attachment->hub.deliver_all())
			attachment->subscription.settle(published);
	}
	const std::uint64_t next = next_due();
	if (next == FilterChain::kNever || next == settle_due_)
		return;
	settle_due_ = next;
	const std::uint64_t then = next + FilterChain::kPublished;
	settle_timer_->arm(std::chrono::nanoseconds(then > now ? then - now : 0));
}

} // namespace gpiohub::daemon
