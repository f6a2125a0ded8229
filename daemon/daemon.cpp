/* SPDX-License-Identifier: MIT */
#include "daemon.hpp"

#include "log.hpp"
#include "proto/native.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace gpiohub::daemon
{

namespace
{

/* Clients too many that are told so at their first command; more are hung up on. */
constexpr std::size_t kWaitingRoom = 16;

} // namespace

Daemon::Daemon(Reactor &reactor, Backend &backend, const Config::Limits &limits)
	: reactor_(reactor),
	  backend_(backend),
	  limits_(limits),
	  context_{
		  .reactor = reactor,
		  .counters = counters_,
		  .find_hub = [this](unsigned number) { return hubs_[number].get(); },
		  .hubs = [this] { return hub_mask(); },
		  .stats = [this] { return stats(); },
		  .ended = [this](Session &session) { session_ended(session); },
		  .outbox_bytes = limits.outbox_bytes,
	  }
{
}

Daemon::~Daemon()
{
	reactor_.remove(*this);
}

Result<void> Daemon::start()
{
	/* Watched before the first look: none is missed in between. */
	if (auto added = reactor_.add(*this, backend_.fd(), EPOLLIN); !added)
		return added.error();
	if (auto scanned = scan(); !scanned)
		return scanned;
	if (hubs() == 0)
		log(Level::Info, "there is no hub yet: waiting for one (modprobe gpiohub)");
	return {};
}

/* --- hubs ---------------------------------------------------------------- */

void Daemon::ready(std::uint32_t)
{
	later();
}

void Daemon::later()
{
	if (const auto scanned = scan(); !scanned)
		log(Level::Error, scanned.error().what);
}

/* The first hub that cannot be opened is the error; the others are opened. */
Result<void> Daemon::scan()
{
	Result<void> result;
	/* A name may have been given to another hub meanwhile. */
	for (const auto &hub : hubs_) {
		if (hub)
			hub->check();
	}
	for (const unsigned number : backend_.hubs()) {
		if (number >= hubs_.size() || hubs_[number])
			continue;
		auto opened = open_hub(number);
		if (!opened && result)
			result = opened;
	}
	return result;
}

Result<void> Daemon::open_hub(unsigned number)
{
	auto hub = Hub::open(reactor_, backend_, number, [this](Hub &gone) { hub_gone(gone); });
	if (!hub) {
		const Error &error = hub.error();
		/* Went while we looked. */
		if (error.code == ENODEV || error.code == ENXIO || error.code == ENOENT)
			return {};
		return Error{error.code,
			fmt::format("cannot open {}{}", error.what,
				error.code == EACCES ? "; add the user to group gpiohub, or run "
						       "as root"
						     : "")};
	}
	hubs_[number] = *std::move(hub);
	const gpiohub_info &info = hubs_[number]->info();
	log(Level::Info, fmt::format("{}: {} lines, {}", info.name, info.lines, info.label));
	return {};
}

void Daemon::hub_gone(Hub &hub)
{
	log(Level::Info, fmt::format("{} is gone", hub.info().name));
	hub.drain();
	std::vector<Session *> sessions;
	for (const auto &[session, owned] : sessions_)
		sessions.push_back(owned.get());
	for (Session *session : sessions)
		session->hub_gone(hub);
	reactor_.retire(std::move(hubs_[hub.number()]));
	/* Its number may be another's already. */
	reactor_.later(*this);
}

std::size_t Daemon::hubs() const noexcept
{
	return static_cast<std::size_t>(std::count_if(
		hubs_.begin(), hubs_.end(), [](const auto &hub) { return hub != nullptr; }));
}

std::uint64_t Daemon::hub_mask() const noexcept
{
	std::uint64_t mask = 0;
	for (unsigned number = 0; number < hubs_.size(); number++) {
		if (hubs_[number])
			mask |= std::uint64_t{1} << number;
	}
	return mask;
}

/* --- sessions ------------------------------------------------------------ */

void Daemon::accept(UniqueFd socket)
{
	if (sessions_.size() >= limits_.clients + kWaitingRoom) {
		counters_.refused++;
		return;
	}
	auto session =
		std::make_unique<Session>(context_, std::move(socket), std::make_unique<Native>());
	if (admitted_ < limits_.clients) {
		admitted_++;
		counters_.accepted++;
	} else {
		counters_.refused++;
		session->refuse({EUSERS,
			fmt::format("the daemon has {} clients, and may have no more "
				    "(limits.clients)",
				limits_.clients)});
	}
	Session &entered = *session;
	sessions_.emplace(&entered, std::move(session));
	if (const auto started = entered.start(); !started) {
		log(Level::Warning, started.error().what);
		session_ended(entered);
	}
}

void Daemon::session_ended(Session &session)
{
	if (!session.is_refused())
		admitted_--;
	auto ended = sessions_.extract(&session);
	reactor_.retire(std::move(ended.mapped()));
	if (sessions_.empty() && stopped_)
		stopped_();
}

void Daemon::stop(std::function<void()> stopped)
{
	stopped_ = std::move(stopped);
	for (const auto &[key, session] : sessions_)
		session->finish();
	if (sessions_.empty())
		stopped_();
}

std::string Daemon::stats() const
{
	std::vector<HubStats> hubs;
	for (const auto &hub : hubs_) {
		if (hub)
			hubs.push_back({hub->number(), hub->info().label, hub->seq(), hub->lost(),
				hub->subscribers()});
	}
	std::vector<SessionStats> sessions;
	for (const auto &[key, session] : sessions_)
		sessions.push_back(session->stats());
	return stats_json(counters_, hubs, sessions);
}

} // namespace gpiohub::daemon
