/* SPDX-License-Identifier: MIT */
#include "front.hpp"

#include "log.hpp"

#include <algorithm>
#include <utility>

namespace gpiohub::daemon::pigpio
{

namespace
{

constexpr std::size_t kLeastOutbox = 4 * (sizeof(Header) + kMostExtension);

} // namespace

Result<std::unique_ptr<Front>> Front::create(Reactor &reactor, const Settings &settings,
	Inbox::Budget &inbox_budget, Counters &counters, const ClientLimits &limits,
	std::function<void()> emptied)
{
	auto board = Board::create(reactor, settings);
	if (!board)
		return board.error();
	return std::unique_ptr<Front>(new Front(
		reactor, *std::move(board), inbox_budget, counters, limits, std::move(emptied)));
}

Front::Front(Reactor &reactor, std::unique_ptr<Board> board, Inbox::Budget &inbox_budget,
	Counters &counters, const ClientLimits &limits, std::function<void()> emptied)
	: reactor_(reactor),
	  board_(std::move(board)),
	  context_{
		  .reactor = reactor,
		  .board = *board_,
		  .inbox_budget = inbox_budget,
		  .counters = counters,
		  .ended = [this](Client &client) { ended(client); },
	  },
	  emptied_(std::move(emptied))
{
	renew(limits);
}

Front::~Front() = default;

void Front::hub_came(Hub &hub)
{
	board_->hub_came(hub);
	apply_rights();
}

void Front::hub_gone(Hub &hub)
{
	board_->hub_gone(hub);
}

void Front::renew(std::shared_ptr<const Roles> roles)
{
	roles_ = std::move(roles);
	apply_rights();
}

/* The longest reply has its place beside what waits. */
void Front::renew(const ClientLimits &limits)
{
	context_.limits = limits;
	context_.limits.outbox_bytes = std::max(limits.outbox_bytes, kLeastOutbox);
}

/* All clients by this door have one role: their protocol knows no tokens. */
void Front::apply_rights()
{
	if (roles_->empty()) {
		board_->permit(Rights::everything());
		board_->has_buses = true;
		return;
	}
	const Role *role = roles_->role(board_->settings().role);
	board_->has_buses = role != nullptr && role->has(Verb::Administer);
	board_->permit(role != nullptr && board_->hub() != nullptr
			? rights_on(board_->hub()->as_roles_see_it(), {role})
			: Rights());
}

void Front::accept(UniqueFd socket, Peer peer)
{
	auto client = std::make_unique<Client>(context_, std::move(socket), std::move(peer));
	Client &entered = *client;
	clients_.emplace(&entered, std::move(client));
	if (const auto started = entered.start(); !started) {
		log(Level::Warning, started.error().what);
		ended(entered);
	}
}

std::size_t Front::clients_of(const Peer &peer) const
{
	return static_cast<std::size_t>(std::count_if(clients_.begin(), clients_.end(),
		[&](const auto &each) { return each.second->peer().is_of(peer); }));
}

void Front::finish()
{
	for (const auto &[key, client] : clients_)
		client->finish();
}

void Front::ended(Client &client)
{
	auto ended = clients_.extract(&client);
	reactor_.retire(std::move(ended.mapped()));
	if (clients_.empty())
		emptied_();
}

std::vector<SessionStats> Front::stats() const
{
	std::vector<SessionStats> stats;
	for (const auto &[key, client] : clients_)
		stats.push_back({client->peer().name + " (pigpio)", client->peer().pid,
			client->commands(), client->errors(), client->reports(), client->dropped(),
			client->queued()});
	return stats;
}

} // namespace gpiohub::daemon::pigpio
