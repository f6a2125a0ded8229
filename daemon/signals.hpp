/* SPDX-License-Identifier: MIT */
/*
 * Signals as events of the loop, by a signalfd: no code ever runs in a signal
 * handler.
 */
#pragma once

#include "reactor.hpp"

#include <functional>
#include <initializer_list>

namespace gpiohub::daemon
{

class Signals final : public Source
{
public:
	/**
	 * Blocks the signals in this thread and calls back with each that comes;
	 * to be made before any other thread.
	 */
	static Result<std::unique_ptr<Signals>> create(Reactor &reactor,
		std::initializer_list<int> numbers, std::function<void(int)> received);
	~Signals() override;

	void ready(std::uint32_t events) override;

private:
	Signals(Reactor &reactor, UniqueFd fd, std::function<void(int)> received)
		: reactor_(reactor),
		  fd_(std::move(fd)),
		  received_(std::move(received))
	{
	}

	Reactor &reactor_;
	UniqueFd fd_;
	std::function<void(int)> received_;
};

} // namespace gpiohub::daemon
