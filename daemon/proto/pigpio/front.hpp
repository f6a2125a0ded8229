/* SPDX-License-Identifier: MIT */
/* pigpio's interface: its clients, and the board that they share. */
#pragma once

#include "board.hpp"
#include "client.hpp"

#include "../../hub.hpp"
#include "../../metrics.hpp"
#include "../../roles.hpp"

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace gpiohub::daemon::pigpio
{

class Front
{
public:
	/** `emptied`: called when the last client has gone. */
	static Result<std::unique_ptr<Front>> create(Reactor &reactor, const Settings &settings,
		Inbox::Budget &inbox_budget, Counters &counters, const ClientLimits &limits,
		std::function<void()> emptied);
	~Front();

	void hub_came(Hub &hub);
	void hub_gone(Hub &hub);
	/** Goes by these from now on. */
	void renew(std::shared_ptr<const Roles> roles);
	void renew(const ClientLimits &limits);

	/** Takes a client: a non-blocking stream socket. */
	void accept(UniqueFd socket, Peer peer);
	std::size_t clients() const noexcept { return clients_.size(); }
	std::size_t clients_of(const Peer &peer) const;
	/** Lets every client have its replies. */
	void finish();
	std::vector<SessionStats> stats() const;
	std::vector<MadeStats> made() const { return board_->made(); }

private:
	Front(Reactor &reactor, std::unique_ptr<Board> board, Inbox::Budget &inbox_budget,
		Counters &counters, const ClientLimits &limits, std::function<void()> emptied);

	void ended(Client &client);
	void apply_rights();

	Reactor &reactor_;
	std::unique_ptr<Board> board_;
	std::shared_ptr<const Roles> roles_ = std::make_shared<Roles>();
	ClientContext context_;
	std::function<void()> emptied_;
	/* After the board, which they close their handles on. */
	std::unordered_map<const Client *, std::unique_ptr<Client>> clients_;
};

} // namespace gpiohub::daemon::pigpio
