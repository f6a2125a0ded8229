/* SPDX-License-Identifier: MIT */
#include "daemon.hpp"

#include "log.hpp"
#include "proto/native.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace gpiohub::daemon
{

namespace
{

/* Clients too many that are told so at their first command; more are hung up on. */
constexpr std::size_t kWaitingRoom = 16;

/* When to try again to open a hub: nothing tells that there is memory again. */
constexpr std::chrono::seconds kRetry{1};

bool is_shortage(int code)
{
	/* ENOSPC: of descriptors to watch (fs.epoll.max_user_watches). */
	return code == EMFILE || code == ENFILE || code == ENOMEM || code == ENOSPC;
}

const char *cure(int code)
{
	if (code == EACCES)
		return "; add the user to group gpiohub, or run as root";
	if (code == EPERM)
		return "; the service manager forbids the device: restart the service, now that "
		       "the module is loaded";
	if (code == EMFILE)
		return " (see LimitNOFILE)";
	return "";
}

} // namespace

Daemon::Daemon(Reactor &reactor, Backend &backend, const Config &config,
	std::chrono::milliseconds hello_patience)
	: reactor_(reactor),
	  backend_(backend),
	  limits_(config.limits),
	  pigpio_settings_(config.pigpio),
	  roles_(config.roles),
	  context_{
		  .reactor = reactor,
		  .counters = counters_,
		  .find_hub = [this](unsigned number) { return hubs_[number].get(); },
		  .hubs = [this] { return hub_mask(); },
		  .roles = [this] { return roles_; },
		  .stats = [this] { return stats(); },
		  .ended = [this](Session &session) { session_ended(session); },
		  .outbox_bytes = limits_.outbox_bytes,
		  .commands_per_second = limits_.commands_per_second,
		  .inbox_budget = inbox_budget_,
	  },
	  hello_patience_(hello_patience)
{
}

Daemon::~Daemon()
{
	reactor_.remove(*this);
}

Result<void> Daemon::start(std::function<void()> changed)
{
	/* Watched before the first look: none is missed in between. */
	if (auto added = reactor_.add(*this, backend_.fd(), EPOLLIN); !added)
		return added.error();
	auto retry = Timer::create(reactor_, [this] { scan(); });
	if (!retry)
		return retry.error();
	retry_ = *std::move(retry);
	auto hello_due = Timer::create(reactor_, [this] { hang_up_on_silent(); });
	if (!hello_due)
		return hello_due.error();
	hello_due_ = *std::move(hello_due);
	if (pigpio_settings_.enabled) {
		auto front = pigpio::Front::create(reactor_, pigpio_settings_, inbox_budget_,
			counters_, pigpio_limits(), [this] { look_whether_stopped(); });
		if (!front)
			return front.error();
		pigpio_ = *std::move(front);
		pigpio_->renew(roles_);
	}
	scan();
	/* What is there from the start is no change. */
	changed_ = std::move(changed);
	const bool is_none =
		std::all_of(failures_.begin(), failures_.end(), [](int code) { return code == 0; });
	if (hubs() == 0 && is_none && scan_failure_ == 0)
		log(Level::Info,
			"there is no hub yet: waiting for one (modprobe gpiohub, or --backend "
			"chardev)");
	return {};
}

/* --- hubs ---------------------------------------------------------------- */

void Daemon::ready(std::uint32_t)
{
	scan();
}

void Daemon::later()
{
	scan();
}

void Daemon::scan()
{
	/* A name may have been given to another hub meanwhile. */
	for (const auto &hub : hubs_) {
		if (hub)
			hub->check();
	}
	const auto numbers = backend_.hubs();
	if (!numbers) {
		failed(numbers.error(), scan_failure_);
		return;
	}
	scan_failure_ = 0;
	std::array<int, 64> before{};
	before.swap(failures_);
	for (const unsigned number : *numbers) {
		if (number >= hubs_.size()) {
			if (!std::exchange(is_too_many_told_, true))
				log(Level::Warning,
					fmt::format("gpiohub{} and those above it are not served: "
						    "clients can name hubs 0 to {}",
						number, hubs_.size() - 1));
			continue;
		}
		if (hubs_[number])
			continue;
		failures_[number] = before[number];
		open_hub(number);
	}
}

void Daemon::open_hub(unsigned number)
{
	auto hub = Hub::open(reactor_, backend_, number, [this](Hub &gone) { hub_gone(gone); });
	if (!hub) {
		/* Or it went while we looked. */
		const int code = hub.error().code;
		if (code != ENODEV && code != ENXIO && code != ENOENT)
			failed(hub.error(), failures_[number]);
		return;
	}
	failures_[number] = 0;
	hubs_[number] = *std::move(hub);
	const gpiohub_info &info = hubs_[number]->info();
	log(Level::Info, fmt::format("{}: {} lines, {}", info.name, info.lines, info.label));
	if (pigpio_)
		pigpio_->hub_came(*hubs_[number]);
	if (changed_)
		changed_();
}

/* Told once, in `told`: whatever happens to any device makes us look again. */
void Daemon::failed(const Error &error, int &told)
{
	if (error.code != told)
		log(Level::Error, fmt::format("cannot open {}{}", error.what, cure(error.code)));
	told = error.code;
	if (is_shortage(error.code))
		retry_->arm(kRetry);
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
	if (pigpio_)
		pigpio_->hub_gone(hub);
	reactor_.retire(std::move(hubs_[hub.number()]));
	for (const auto &other : hubs_) {
		if (pigpio_ && other)
			pigpio_->hub_came(*other);
	}
	if (changed_)
		changed_();
	/* Its number may be another's already. */
	reactor_.later(*this);
}

std::size_t Daemon::hubs() const noexcept
{
	return static_cast<std::size_t>(std::count_if(
		hubs_.begin(), hubs_.end(), [](const auto &hub) { return hub != nullptr; }));
}

std::string Daemon::hub_names() const
{
	std::string names;
	for (const auto &hub : hubs_) {
		if (hub)
			names += (names.empty() ? "" : ", ") + std::string(hub->info().name);
	}
	return names;
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
	Peer peer = peer_of(socket.get());
	accept(std::move(socket), std::move(peer));
}

void Daemon::accept(UniqueFd socket, Peer peer)
{
	if (sessions_.size() >= limits_.clients + kWaitingRoom) {
		counters_.refused++;
		return;
	}
	auto session = std::make_unique<Session>(
		context_, std::move(socket), std::move(peer), std::make_unique<Native>());
	if (auto refusal = too_many(session->peer())) {
		counters_.refused++;
		session->refuse(*std::move(refusal));
	} else {
		admitted_++;
		counters_.accepted++;
	}
	Session &entered = *session;
	sessions_.emplace(&entered, std::move(session));
	if (const auto started = entered.start(); !started) {
		log(Level::Warning, started.error().what);
		session_ended(entered);
		return;
	}
	if (!std::exchange(is_hello_due_armed_, true))
		hello_due_->arm(hello_patience_);
}

void Daemon::accept_pigpio(UniqueFd socket)
{
	Peer peer = peer_of(socket.get());
	/* Its protocol has no word for it. */
	if (!pigpio_ || too_many(peer)) {
		counters_.refused++;
		return;
	}
	counters_.accepted++;
	pigpio_->accept(std::move(socket), std::move(peer));
}

/* Is there room for another client, of that user or address too? */
std::optional<Error> Daemon::too_many(const Peer &peer) const
{
	if (clients() >= limits_.clients)
		return Error{EUSERS,
			fmt::format("the daemon has {} clients, and may have no more "
				    "(limits.clients)",
				limits_.clients)};
	const auto native =
		std::count_if(sessions_.begin(), sessions_.end(), [&](const auto &each) {
			return !each.second->is_refused() && each.second->peer().is_of(peer);
		});
	const std::size_t same =
		static_cast<std::size_t>(native) + (pigpio_ ? pigpio_->clients_of(peer) : 0);
	if (same >= limits_.clients_per_user)
		return Error{EUSERS,
			fmt::format("the daemon has {} clients of this user or address, and may "
				    "have no more of them (limits.clients_per_user)",
				limits_.clients_per_user)};
	return std::nullopt;
}

pigpio::ClientLimits Daemon::pigpio_limits() const
{
	return {limits_.outbox_bytes, limits_.commands_per_second};
}

void Daemon::reload(const Config &config)
{
	limits_ = config.limits;
	context_.outbox_bytes = limits_.outbox_bytes;
	context_.commands_per_second = limits_.commands_per_second;
	roles_ = config.roles;
	if (pigpio_) {
		pigpio_->renew(pigpio_limits());
		pigpio_->renew(roles_);
	}
	std::vector<Session *> sessions;
	for (const auto &[key, session] : sessions_)
		sessions.push_back(session.get());
	for (Session *session : sessions)
		session->renew(roles_);
}

/* Idle connections, refused ones too, would lock everybody else out. */
void Daemon::hang_up_on_silent()
{
	const auto now = std::chrono::steady_clock::now();
	auto next = std::chrono::steady_clock::time_point::max();
	std::vector<Session *> late;
	for (const auto &[key, session] : sessions_) {
		if (!session->is_silent())
			continue;
		const auto due = session->entered() + hello_patience_;
		if (due <= now)
			late.push_back(session.get());
		else
			next = std::min(next, due);
	}
	for (Session *session : late)
		session->hang_up();
	is_hello_due_armed_ = next != std::chrono::steady_clock::time_point::max();
	if (is_hello_due_armed_)
		hello_due_->arm(next - now);
}

void Daemon::session_ended(Session &session)
{
	if (!session.is_refused())
		admitted_--;
	auto ended = sessions_.extract(&session);
	reactor_.retire(std::move(ended.mapped()));
	look_whether_stopped();
}

void Daemon::look_whether_stopped()
{
	if (stopped_ && sessions_.empty() && (!pigpio_ || pigpio_->clients() == 0))
		stopped_();
}

void Daemon::stop(std::function<void()> stopped)
{
	stopped_ = std::move(stopped);
	for (const auto &hub : hubs_) {
		if (hub)
			hub->stay_armed();
	}
	for (const auto &[key, session] : sessions_)
		session->finish();
	if (pigpio_)
		pigpio_->finish();
	look_whether_stopped();
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
	if (pigpio_) {
		for (SessionStats &each : pigpio_->stats())
			sessions.push_back(std::move(each));
	}
	return stats_json(
		counters_, hubs, sessions, pigpio_ ? pigpio_->made() : std::vector<MadeStats>());
}

} // namespace gpiohub::daemon
