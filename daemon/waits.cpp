/* SPDX-License-Identifier: MIT */
#include "waits.hpp"

#include <algorithm>
#include <cerrno>

namespace gpiohub::daemon
{

namespace
{

using Clock = std::chrono::steady_clock;

/* 0, and what the clock does not reach: never. */
Clock::time_point due_in(std::uint64_t ns)
{
	const auto now = Clock::now();
	const auto most = static_cast<std::uint64_t>((Clock::time_point::max() - now).count());
	if (ns == 0 || ns >= most)
		return Clock::time_point::max();
	return now + std::chrono::nanoseconds(ns);
}

} // namespace

Result<void> Waits::begin(Hub &hub, const Request &request)
{
	const gpiohub_command &command = request.command;
	const auto kinds = static_cast<std::uint32_t>(command.value);
	const auto count = static_cast<std::uint32_t>(command.value >> 32);
	if (kinds == 0 || (kinds & ~GPIOHUB_KINDS_ALL) != 0)
		return Error{EINVAL, "cannot wait: kinds must be a set of event types"};
	if (count == 0)
		return Error{EINVAL, "cannot wait: count must not be 0"};
	const bool is_taken = std::any_of(entries_.begin(), entries_.end(), [&](const auto &entry) {
		return command.id != 0 && entry->request.command.id == command.id &&
			entry->hub == &hub;
	});
	if (is_taken)
		return Error{EEXIST, ""};
	if (entries_.size() >= kMostWaits)
		return Error{ENOSPC, ""};

	auto entry = std::make_unique<Entry>(Entry{request, &hub,
		Wait(reactor_, session_, command.mask, kinds, count), due_in(command.arg)});
	const auto first = hub.await(entry->wait);
	if (!first)
		return first.error();
	entry->wait.start(*first);
	entries_.push_back(std::move(entry));
	if (auto armed = arm_timer(); !armed) {
		hub.unsubscribe(entries_.back()->wait);
		entries_.pop_back();
		return armed;
	}
	return {};
}

Result<void> Waits::arm_timer()
{
	auto next = Time::max();
	for (const auto &entry : entries_) {
		if (!entry->wait.outcome())
			next = std::min(next, entry->due);
	}
	if (next == Time::max())
		return {};
	if (!timer_) {
		auto timer = Timer::create(reactor_, [this] { expire(); });
		if (!timer)
			return timer.error();
		timer_ = *std::move(timer);
	}
	timer_->arm(next - Clock::now());
	return {};
}

void Waits::expire()
{
	const auto now = Clock::now();
	for (const auto &entry : entries_) {
		if (entry->due > now)
			continue;
		entry->due = Time::max();
		entry->wait.expire(ring_bounds(entry->hub->ring()).end);
	}
	/* It is made already: nothing can fail. */
	(void)arm_timer();
}

bool Waits::cancel(const Hub &hub, std::uint32_t id)
{
	bool is_any = false;
	for (const auto &entry : entries_) {
		if (entry->hub != &hub || entry->wait.outcome() ||
			(id != 0 && entry->request.command.id != id))
			continue;
		entry->wait.fail(ECANCELED);
		is_any = true;
	}
	return is_any;
}

void Waits::cancel_all()
{
	for (const auto &entry : entries_)
		entry->wait.fail(ECANCELED);
}

void Waits::allow(const Hub &hub, std::uint64_t lines)
{
	for (const auto &entry : entries_) {
		if (entry->hub == &hub && (entry->request.command.mask & ~lines) != 0)
			entry->wait.fail(EACCES);
	}
}

void Waits::hub_gone(Hub &hub)
{
	for (const auto &entry : entries_) {
		if (entry->hub != &hub)
			continue;
		hub.unsubscribe(entry->wait);
		entry->hub = nullptr;
		entry->due = Time::max();
		entry->wait.fail(ENODEV);
	}
}

void Waits::clear() noexcept
{
	for (const auto &entry : entries_) {
		if (entry->hub != nullptr)
			entry->hub->unsubscribe(entry->wait);
	}
	entries_.clear();
}

bool Waits::has_ended() const noexcept
{
	return std::any_of(entries_.begin(), entries_.end(),
		[](const auto &entry) { return entry->wait.outcome().has_value(); });
}

std::optional<Waits::Ended> Waits::take_ended()
{
	const auto found = std::find_if(entries_.begin(), entries_.end(),
		[](const auto &entry) { return entry->wait.outcome().has_value(); });
	if (found == entries_.end())
		return std::nullopt;
	const std::unique_ptr<Entry> entry = std::move(*found);
	entries_.erase(found);
	if (entry->hub != nullptr)
		entry->hub->unsubscribe(entry->wait);
	return Ended{entry->request, entry->hub, *entry->wait.outcome()};
}

} // namespace gpiohub::daemon
