/* SPDX-License-Identifier: MIT */
/*
 * gpiohubd, put together: options, the loop, the back end, the daemon, the door,
 * what the service manager is told, and how it stops. A start that fails says why
 * in one line.
 */
#include "activation.hpp"
#include "backend/breaker.hpp"
#include "backend/chardev.hpp"
#include "backend/kernel.hpp"
#include "backend/sim.hpp"
#include "daemon.hpp"
#include "door.hpp"
#include "log.hpp"
#include "notify.hpp"
#include "options.hpp"
#include "reactor.hpp"
#include "signals.hpp"
#include "timer.hpp"
#include "token.hpp"
#include "watchdog.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>

namespace
{

using namespace gpiohub;
using namespace gpiohub::daemon;

/* How long clients have to take their last replies. */
constexpr std::chrono::milliseconds kStopPatience{500};

/* What the command line and the file say now. */
using Reread = std::function<Result<Options>()>;

Result<void> apply(Daemon &daemon, Door &door, const Reread &reread)
{
	const auto options = reread();
	if (!options)
		return options.error();
	/* First what can fail. */
	if (auto renewed = door.reload(options->config); !renewed)
		return renewed;
	daemon.reload(options->config);
	return {};
}

void reload(Daemon &daemon, Door &door, const Reread &reread)
{
	notify_reloading();
	if (const auto applied = apply(daemon, door, reread)) {
		log(Level::Info,
			"the configuration was read again: roles, limits and certificates are the "
			"new ones");
	} else {
		log(Level::Error, applied.error().what + "; the configuration stays as it was");
	}
	notify("READY=1");
}

template <class T>
Result<std::unique_ptr<Backend>> as_backend(Result<std::unique_ptr<T>> made)
{
	if (!made)
		return made.error();
	return std::unique_ptr<Backend>(*std::move(made));
}

Result<std::unique_ptr<Backend>> make_backend(const Options &options)
{
	switch (options.backend) {
	case BackendKind::Kernel:
		break;
	case BackendKind::Chardev:
		log(Level::Info,
			"the hubs are the daemon's own, over /dev/gpiochipN: no guard "
			"outlives it");
		return as_backend(ChardevBackend::create(options.devices));
	case BackendKind::Sim:
		log(Level::Info, "the lines are simulated: no hardware is touched");
		return as_backend(SimBackend::create());
	}
	return as_backend(KernelBackend::create(options.devices));
}

/* What `systemctl status` shows: told when hubs come and go, never for a client. */
void tell_status(const Daemon &daemon, const Door &door)
{
	const std::string hubs = daemon.hub_names();
	notify(fmt::format("STATUS={}; listening on {}",
		hubs.empty() ? "No hub yet: waiting for one" : "Serving " + hubs, door.where()));
}

Result<void> serve(const Options &options, const Reread &reread)
{
	auto reactor = Reactor::create();
	if (!reactor)
		return reactor.error();
	auto inherited = inherited_sockets();
	if (!inherited)
		return inherited.error();
	auto unguarded = make_backend(options);
	if (!unguarded)
		return unguarded.error();
	auto backend = Breaker::create(*std::move(unguarded));
	if (!backend)
		return backend.error();

	/* The door first: that another daemon runs is the better thing to say. */
	Daemon daemon(**reactor, **backend, options.config);
	auto door = Door::open(**reactor, daemon, options.config, *std::move(inherited));
	if (!door)
		return door.error();
	if (auto started = daemon.start([&] { tell_status(daemon, *door); }); !started)
		return started;

	auto patience = Timer::create(**reactor, [&] { (*reactor)->stop(); });
	if (!patience)
		return patience.error();
	auto signals = Signals::create(**reactor, {SIGTERM, SIGINT, SIGHUP}, [&](int number) {
		if (number == SIGHUP) {
			reload(daemon, *door, reread);
			return;
		}
		notify("STOPPING=1\nSTATUS=Clients have their last replies");
		door->close();
		(*patience)->arm(kStopPatience);
		/* Relays may have last words in hand: these have until our patience ends. */
		daemon.stop([&] {
			if (!door->has_relays())
				(*reactor)->stop();
		});
	});
	if (!signals)
		return signals.error();
	std::unique_ptr<Watchdog> watchdog;
	if (const auto limit = watchdog_patience()) {
		auto made = Watchdog::create(**reactor, *limit);
		if (!made)
			return made.error();
		watchdog = *std::move(made);
	}

	log(Level::Info, "listening on " + door->where());
	tell_status(daemon, *door);
	notify("READY=1");
	(*reactor)->run();
	return {};
}

} // namespace

int main(int argc, char **argv)
{
	/* Standard error may be a pipe whose reader has gone. */
	std::signal(SIGPIPE, SIG_IGN);
	const auto options = parse_options(argc, argv);
	if (!options) {
		log(Level::Error, options.error().what);
		return 1;
	}
	if (options->exit)
		return *options->exit;
	if (options->is_check) {
		log(Level::Info, "the configuration is right");
		return 0;
	}
	if (!options->new_token.empty()) {
		std::fputs(make_token(options->new_token).c_str(), stdout);
		return 0;
	}
	const auto reread = [&] { return parse_again(argc, argv, *options); };
	if (const auto served = serve(*options, reread); !served) {
		log(Level::Error, served.error().what);
		return 1;
	}
	return 0;
}
