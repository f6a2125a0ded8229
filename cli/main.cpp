/* SPDX-License-Identifier: MIT */
/* gpiohub: the options that all verbs share, and the exit status. */
#include "verbs.hpp"

#include <cerrno>
#include <csignal>
#include <fmt/format.h>

namespace
{

using gpiohub::Error;
using namespace gpiohub::cli;

constexpr const char *kFooter = R"(
Lines: 4, 0-7, a name, 1:4 (line 4 of hub 1), gpiohub1:4, and several with commas.
Hubs are reached through the daemon where it runs, else through their devices.

Exit status: 0 done, 1 wrong usage or no such line, 2 in use or not allowed,
3 no such hub or daemon, or it went away, 4 events were lost, 5 anything else.)";

Exit exit_of(const Error &error)
{
	switch (error.code) {
	case EINVAL:
	case ENXIO:
	case EMSGSIZE:
		return Exit::Usage;
	case EBUSY:
	case EPERM:
	case EACCES:
	case EDQUOT:
	case EUSERS:
		return Exit::Refused;
	case ENODEV:
	case ENOENT:
	case ECONNREFUSED:
	case ECONNRESET:
	case EHOSTUNREACH:
	case ETIMEDOUT:
		return Exit::Gone;
	default:
		return Exit::Failed;
	}
}

int run(const Action &action, const Where &where)
{
	const auto ended = action(where);
	if (ended)
		return static_cast<int>(*ended);
	fmt::print(stderr, "gpiohub: {}\n", ended.error().what);
	return static_cast<int>(exit_of(ended.error()));
}

} // namespace

int main(int argc, char **argv)
{
	/* A reader that goes away ends us by a failed write, with a summary. */
	std::signal(SIGPIPE, SIG_IGN);

	CLI::App app{"Share a board's GPIO lines between programs.", "gpiohub"};
	Where where;
	Action action;

	app.footer(kFooter);
	app.require_subcommand(1);
	app.fallthrough();
	auto *connect = app.add_option(
		"--connect", where.connect, "the daemon's address: unix:/path or tcp:host:port");
	auto *device =
		app.add_option("--device", where.device, "use this device, without the daemon");
	auto *direct =
		app.add_flag("--direct", where.direct, "use all devices, without the daemon");
	connect->excludes(device)->excludes(direct);

	add_list(app, action);
	add_info(app, action);
	add_get(app, action);
	add_set(app, action);
	add_watch(app, action);
	add_message(app, action);
	add_stats(app, action);

	try {
		app.parse(argc, argv);
	} catch (const CLI::ParseError &error) {
		return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::Usage);
	}
	return run(action, where);
}
