/* SPDX-License-Identifier: MIT */
#include "reactor.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace gpiohub::daemon
{

Result<std::unique_ptr<Reactor>> Reactor::create()
{
	UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
	if (!epoll)
		return system_error(errno, "cannot make an epoll instance");
	return std::unique_ptr<Reactor>(new Reactor(std::move(epoll)));
}

Result<void> Reactor::add(Source &source, int fd, std::uint32_t events)
{
	epoll_event event{};
	event.events = events;
	event.data.ptr = &source;
	if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) < 0)
		return system_error(errno, "cannot watch a descriptor");
	source.fd_ = fd;
	return {};
}

void Reactor::change(Source &source, std::uint32_t events)
{
	epoll_event event{};
	event.events = events;
	event.data.ptr = &source;
	/* Fails only for a descriptor that is not ours to watch: our own bug. */
	if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, source.fd_, &event) < 0) {
		std::perror("gpiohubd: epoll_ctl");
		std::abort();
	}
}

void Reactor::remove(Source &source)
{
	if (source.fd_ >= 0)
		::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, source.fd_, nullptr);
	source.fd_ = -1;

	for (std::size_t i = 0; i < pending_count_; i++) {
		if (pending_[i].data.ptr == &source)
			pending_[i].data.ptr = nullptr;
	}
	if (source.is_queued_) {
		std::erase(later_, &source);
		std::replace(
			passing_.begin(), passing_.end(), &source, static_cast<Source *>(nullptr));
		source.is_queued_ = false;
	}
}

void Reactor::later(Source &source)
{
	if (source.is_queued_)
		return;
	source.is_queued_ = true;
	later_.push_back(&source);
}

void Reactor::retire(std::unique_ptr<Source> source)
{
	remove(*source);
	retired_.push_back(std::move(source));
}

void Reactor::turn(int timeout_ms)
{
	const int ready = ::epoll_wait(epoll_.get(), pending_.data(),
		static_cast<int>(pending_.size()), later_.empty() ? timeout_ms : 0);
	if (ready < 0 && errno != EINTR) {
		std::perror("gpiohubd: epoll_wait");
		std::abort();
	}

	pending_count_ = ready > 0 ? static_cast<std::size_t>(ready) : 0;
	for (std::size_t i = 0; i < pending_count_; i++) {
		if (auto *source = static_cast<Source *>(pending_[i].data.ptr))
			source->ready(pending_[i].events);
	}
	pending_count_ = 0;

	if (!later_.empty())
		pass();

	/* A destructor may retire others in its turn. */
	while (!retired_.empty()) {
		const auto swept = std::exchange(retired_, {});
	}
}

/* Nothing is added to passing_ meanwhile, but entries may be struck. */
void Reactor::pass()
{
	passing_.swap(later_);
	for (Source *source : passing_) {
		if (source == nullptr)
			continue;
		source->is_queued_ = false;
		source->later();
	}
	passing_.clear();
}

void Reactor::run()
{
	is_running_ = true;
	while (is_running_)
		turn();
}

} // namespace gpiohub::daemon
