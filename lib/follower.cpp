/* SPDX-License-Identifier: MIT */
#include <gpiohub/follower.hpp>

#include <algorithm>
#include <cerrno>
#include <thread>

namespace gpiohub
{

namespace
{

using Milliseconds = Follower::Milliseconds;

/* Between one try and the next. */
constexpr Milliseconds kFirstPause{10};
constexpr Milliseconds kLongestPause{1000};

/* It may be just starting, be full of who comes back all at once, or a network is down. */
bool may_pass(int code)
{
	switch (code) {
	case ECONNREFUSED:
	case ECONNRESET:
	case ENOENT:
	case ETIMEDOUT:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EAGAIN:
	case EUSERS:
		return true;
	default:
		return false;
	}
}

/* Edges may come so long after others that happened later. */
std::uint64_t held_ns(const EdgeFilter &filter)
{
	constexpr std::uint64_t kSecond = 1'000'000'000;
	if (filter.steady_ns == 0 && filter.per_second == 0)
		return 0;
	return filter.steady_ns + (filter.per_second == 0 ? 0 : kSecond) + FilterChain::kPublished;
}

} // namespace

Result<Follower> Follower::connect(
	const Address &address, Milliseconds timeout, std::string_view token, Milliseconds patience)
{
	auto client = Client::connect(address, timeout, token);
	if (!client)
		return client.error();
	return Follower(*std::move(client), address, timeout, token, patience);
}

Result<std::uint64_t> Follower::subscribe(std::uint8_t hub, std::uint64_t lines,
	std::uint32_t kinds, std::uint64_t from, std::uint32_t flags)
{
	const auto info = client_.info(hub);
	if (!info)
		return info.error();
	const auto first = client_.subscribe(hub, lines, kinds, from, flags);
	if (!first)
		return first.error();
	Following &following = following_[hub];
	following.lines = lines;
	following.kinds = kinds;
	following.flags = flags;
	following.epoch = info->epoch;
	following.place = Place(*first);
	for (const auto &[mask, filter] : following.filters)
		following.place.may_be_held(held_ns(filter));
	return first;
}

Result<void> Follower::filter(std::uint8_t hub, std::uint64_t lines, const EdgeFilter &filter)
{
	if (auto filtered = client_.filter(hub, lines, filter); !filtered)
		return filtered.error();
	Following &following = following_[hub];
	/* Of a line the last one counts. */
	for (auto &[mask, before] : following.filters)
		mask &= ~lines;
	std::erase_if(following.filters, [](const auto &each) { return each.first == 0; });
	following.filters.emplace_back(lines, filter);
	following.place.may_be_held(held_ns(filter));
	return {};
}

Result<std::optional<Received>> Follower::next(Milliseconds timeout)
{
	const auto deadline = Clock::now() + timeout;
	for (;;) {
		const auto left = timeout < Milliseconds::zero()
			? timeout
			: std::max(Milliseconds::zero(),
				  std::chrono::ceil<Milliseconds>(deadline - Clock::now()));
		auto received = take(left);
		if (!received || received->has_value())
			return received;
		if (!is_away() || (timeout >= Milliseconds::zero() && Clock::now() >= deadline))
			return received;
		auto pause = *due();
		if (timeout >= Milliseconds::zero())
			pause = std::min(pause, left);
		std::this_thread::sleep_for(pause);
	}
}

/* What has come, or comes in time while there is a connection. */
Result<std::optional<Received>> Follower::take(Milliseconds timeout)
{
	for (;;) {
		if (!gone_.empty()) {
			const std::uint8_t hub = gone_.back();
			gone_.pop_back();
			return std::optional(Received{hub, true, 0, {}});
		}
		if (is_away() && *due() > Milliseconds::zero())
			return std::optional<Received>();
		if (is_away()) {
			if (auto back = come_back(); !back)
				return back.error();
			continue;
		}
		auto received = client_.next(timeout);
		if (!received && received.error().code == ECONNRESET &&
			patience_ > Milliseconds::zero()) {
			const auto now = Clock::now();
			away_ = Away{now, now, kFirstPause};
			continue;
		}
		if (!received || !received->has_value())
			return received;
		const auto following = following_.find((*received)->hub);
		if (following == following_.end())
			return received;
		if ((*received)->gone)
			following_.erase(following);
		else
			following->second.place.take(**received);
		if ((*received)->gone || (*received)->lost > 0 || !(*received)->events.empty())
			return received;
	}
}

std::optional<Milliseconds> Follower::due() const
{
	if (!gone_.empty())
		return Milliseconds::zero();
	if (!is_away())
		return std::nullopt;
	return std::max(
		Milliseconds::zero(), std::chrono::ceil<Milliseconds>(away_->retry - Clock::now()));
}

/* One try. An error is the end. */
Result<void> Follower::come_back()
{
	auto client = Client::connect(address_, timeout_, token_);
	Result<void> back;
	if (client)
		back = resume(*client);
	else
		back = client.error();
	if (back) {
		client_ = *std::move(client);
		away_.reset();
		return {};
	}
	if (!may_pass(back.error().code))
		return back;
	const auto now = Clock::now();
	if (now - away_->since >= patience_)
		return Error{ECONNRESET,
			"the daemon ended the connection, and did not come back: " +
				back.error().what};
	away_->retry = std::min(now + away_->pause, away_->since + patience_);
	away_->pause = std::min(2 * away_->pause, kLongestPause);
	return {};
}

Result<void> Follower::resume(Client &client)
{
	std::vector<std::uint8_t> gone;
	for (auto &[hub, following] : following_) {
		const auto resumed = resume(client, hub, following);
		/* All of it, not the chip of one line. */
		if (!resumed && resumed.error().code == ENODEV &&
			resumed.error().line == GPIOHUB_NO_LINE)
			gone.push_back(hub);
		else if (!resumed)
			return resumed;
	}
	for (const std::uint8_t hub : gone)
		following_.erase(hub);
	gone_ = std::move(gone);
	return {};
}

/* ENODEV: it is gone, or another. */
Result<void> Follower::resume(Client &client, std::uint8_t hub, Following &following)
{
	for (const auto &[lines, filter] : following.filters) {
		if (auto filtered = client.filter(hub, lines, filter); !filtered)
			return filtered;
	}
	if (following.kinds == 0)
		return {};
	const auto info = client.info(hub);
	if (!info)
		return info.error();
	if (info->epoch != following.epoch)
		return Error{ENODEV, "the hub is another one"};
	const auto first = client.subscribe(
		hub, following.lines, following.kinds, following.place.resume(), following.flags);
	if (!first)
		return first.error();
	return {};
}

} // namespace gpiohub
