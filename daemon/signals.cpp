/* SPDX-License-Identifier: MIT */
#include "signals.hpp"

#include <sys/signalfd.h>

#include <cerrno>
#include <csignal>

namespace gpiohub::daemon
{

Result<std::unique_ptr<Signals>> Signals::create(
	Reactor &reactor, std::initializer_list<int> numbers, std::function<void(int)> received)
{
	sigset_t set;
	sigemptyset(&set);
	for (const int number : numbers)
		sigaddset(&set, number);
	if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0)
		return system_error(EINVAL, "cannot block signals");

	UniqueFd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
	if (!fd)
		return system_error(errno, "cannot make a signal descriptor");
	std::unique_ptr<Signals> signals(new Signals(reactor, std::move(fd), std::move(received)));
	if (auto added = reactor.add(*signals, signals->fd_.get(), EPOLLIN); !added)
		return added.error();
	return signals;
}

Signals::~Signals()
{
	reactor_.remove(*this);
}

void Signals::ready(std::uint32_t)
{
	signalfd_siginfo info{};
	if (::read(fd_.get(), &info, sizeof(info)) == sizeof(info))
		received_(static_cast<int>(info.ssi_signo));
}

} // namespace gpiohub::daemon
