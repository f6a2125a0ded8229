/* SPDX-License-Identifier: MIT */
/*
 * A circuit breaker around any back end. A hub whose chip keeps failing is closed, which
 * its clients are told as if it had gone, and not tried again before some time has passed;
 * so is one that cannot be opened, or a listing that fails. Hubs that answer stay, whatever
 * happens to the others.
 *
 * Only what the hardware does counts: a client that asks for what is not allowed breaks
 * nothing. Rights are waited for, not tried again; a shortage (of descriptors, say) may be
 * over any moment, which is the daemon's business.
 */
#pragma once

#include "backend.hpp"
#include "circuit.hpp"

#include <map>
#include <memory>

namespace gpiohub::daemon
{

class Breaker final : public Backend
{
public:
	static Result<std::unique_ptr<Breaker>> create(
		std::unique_ptr<Backend> inner, const Circuit::Limits &limits = {});

	Result<std::vector<unsigned>> hubs() override;
	/** EIO: the hub was closed, and is not to be tried again yet. */
	Result<std::unique_ptr<HubWatch>> watch(unsigned hub) override;
	Result<std::unique_ptr<HubOwner>> own(unsigned hub) override;

	class Life;

private:
	struct Entry {
		Circuit circuit;
		std::shared_ptr<Life> life; /* from its opening on */
	};

	Breaker(UniqueFd epoll, UniqueFd timer, std::unique_ptr<Backend> inner,
		const Circuit::Limits &limits);

	Entry &entry(unsigned hub);
	void failed(unsigned hub, const Life &life, const Error &error);
	void worked(unsigned hub, const Life &life);
	void wake_in(std::chrono::nanoseconds delay) const;
	void wake_for_trial() const;

	UniqueFd timer_;
	std::unique_ptr<Backend> inner_;
	Circuit::Limits limits_;
	Circuit listing_;
	std::map<unsigned, Entry> entries_;
};

} // namespace gpiohub::daemon
