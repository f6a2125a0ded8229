/* SPDX-License-Identifier: MIT */
#include "crowd.hpp"

#include "../bench.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

using bench::must;

namespace fan
{

void Account::take(std::uint64_t told, std::span<const gpiohub_event> news)
{
	frames++;
	events += news.size();
	lost += told;
	if (news.empty())
		return;
	if (next)
		missing += news.front().seq - *next - told;
	next = news.back().seq + 1;
}

void Account::add(const Account &other) noexcept
{
	frames += other.frames;
	events += other.events;
	lost += other.lost;
	missing += other.missing;
}

Crowd::Crowd(Take take)
	: take_(std::move(take)),
	  epoll_(::epoll_create1(EPOLL_CLOEXEC)),
	  buffer_(1 << 20)
{
}

void Crowd::enter(gpiohub::UniqueFd socket)
{
	epoll_event event{};
	event.events = EPOLLIN;
	event.data.u64 = ears_.size();
	must(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event), "epoll_ctl");
	ears_.push_back({std::move(socket), {}, {}});
}

void Crowd::stand_still(bool does)
{
	has_stopped_ = does;
	epoll_event event{};
	event.events = does ? 0U : EPOLLIN;
	must(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, ears_.front().socket.get(), &event),
		"epoll_ctl");
}

void Crowd::listen(std::uint64_t positions, std::chrono::milliseconds patience)
{
	std::size_t busy = 0;
	for (std::size_t i = has_stopped_ ? 1 : 0; i < ears_.size(); i++)
		busy += ears_[i].account.positions() < positions ? 1U : 0U;

	std::array<epoll_event, 256> events;
	while (busy > 0) {
		const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(),
			static_cast<int>(patience.count()));
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return;
		for (const epoll_event &each :
			std::span(events).first(static_cast<std::size_t>(count))) {
			Ear &ear = ears_[each.data.u64];
			const bool was_busy = ear.account.positions() < positions;
			hear(ear);
			busy -= was_busy && ear.account.positions() >= positions ? 1U : 0U;
		}
	}
}

void Crowd::hear(Ear &ear)
{
	const std::size_t before = ear.rest.size();
	std::copy(ear.rest.begin(), ear.rest.end(), buffer_.begin());
	const long got = ::recv(
		ear.socket.get(), buffer_.data() + before, buffer_.size() - before, MSG_DONTWAIT);
	if (got == 0)
		bench::fail("the peer hung up");
	if (got < 0)
		return;
	std::span<const std::byte> bytes(buffer_.data(), before + static_cast<std::size_t>(got));
	for (std::size_t size = 0; (size = take_(bytes, ear.account)) > 0;)
		bytes = bytes.subspan(size);
	ear.rest.assign(bytes.begin(), bytes.end());
}

Account Crowd::others() const
{
	Account all;
	for (std::size_t i = has_stopped_ ? 1 : 0; i < ears_.size(); i++)
		all.add(ears_[i].account);
	return all;
}

} // namespace fan
