/* SPDX-License-Identifier: MIT */
/*
 * Takes clients from one listening socket and hands them on. Out of descriptors,
 * it gives a spare one up to turn clients away instead of leaving them in the
 * queue, where they would keep the loop awake.
 */
#pragma once

#include "reactor.hpp"
#include "timer.hpp"

#include <functional>
#include <memory>

namespace gpiohub::daemon
{

class Listener final : public Source
{
public:
	/** Gets each client's socket, non-blocking. */
	using Accepted = std::function<void(UniqueFd)>;

	static Result<std::unique_ptr<Listener>> create(
		Reactor &reactor, UniqueFd socket, Accepted accepted);
	~Listener() override;

	int fd() const noexcept { return socket_.get(); }

	void ready(std::uint32_t events) override;

private:
	Listener(Reactor &reactor, UniqueFd socket, Accepted accepted)
		: reactor_(reactor),
		  socket_(std::move(socket)),
		  accepted_(std::move(accepted))
	{
	}

	void turn_away();
	void report();
	void pause();

	Reactor &reactor_;
	UniqueFd socket_;
	UniqueFd spare_;
	Accepted accepted_;
	std::unique_ptr<Timer> resume_;
	std::size_t turned_away_ = 0; /* clients, not reported yet */
	std::unique_ptr<Timer> report_;
};

} // namespace gpiohub::daemon
