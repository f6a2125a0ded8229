/* SPDX-License-Identifier: MIT */
/* gpiohub: the options that all verbs share, and the exit status. */
#include "print.hpp"
#include "verbs.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace
{

using gpiohub::Error;
using gpiohub::Result;
using namespace gpiohub::cli;

constexpr const char *kFooter = R"(
Lines: 4, 0-7, a name, 1:4 (line 4 of hub 1), gpiohub1:4, and several with commas.
Hubs are reached through the daemon where it runs, else through their devices.

Exit status: 0 done, 1 wrong usage or no such line, 2 in use or not allowed,
3 no such hub or daemon, or it went away, 4 events were lost, 5 anything else,
6 what was waited for did not happen in time.)";

Exit exit_of(const Error &error)
{
	switch (error.code) {
	case EINVAL:
	case ERANGE:
	case EEXIST:
	case ENXIO:
	case EMSGSIZE:
		return Exit::Usage;
	case EBUSY:
	case EPERM:
	case EACCES:
	case EDQUOT:
	case ENOSPC:
	case EUSERS:
	case ENOKEY:
	case EKEYREJECTED:
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

int status_of(const Result<Exit> &ended)
{
	if (ended)
		return static_cast<int>(*ended);
	if (ended.error().code == EPIPE)
		return static_cast<int>(Exit::Ok); /* who read our output has enough */
	complain(fmt::format("gpiohub: {}\n", ended.error().what));
	return static_cast<int>(exit_of(ended.error()));
}

/* The help that was asked for, or what is wrong with the options. */
Result<Exit> explained(const CLI::App &app, const CLI::ParseError &error)
{
	std::ostringstream out;
	std::ostringstream wrong;
	const int code = app.exit(error, out, wrong);
	complain(wrong.str());
	const auto done = printed(out.str());
	return done && code != 0 ? Exit::Usage : done;
}

/* The first line of a file. */
std::string token_in(const std::string &path)
{
	std::ifstream file(path);
	std::string token;
	if (!file)
		throw CLI::ValidationError("--token-file", "cannot read " + path);
	std::getline(file, token);
	return token;
}

/* Closed ones, lest a device or a socket gets their number and our output. */
void occupy_standard_files()
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (::fcntl(fd, F_GETFD) < 0)
			::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
}

} // namespace

int main(int argc, char **argv)
{
	/* A reader that goes away ends us by a failed write, with a summary. */
	std::signal(SIGPIPE, SIG_IGN);
	occupy_standard_files();

	CLI::App app{"Share a board's GPIO lines between programs.", "gpiohub"};
	Where where;
	Action action;

	app.footer(kFooter);
	app.require_subcommand(1);
	app.set_version_flag("--version",
		fmt::format("gpiohub {}, ABI version {}", GPIOHUB_VERSION, GPIOHUB_ABI_VERSION),
		"print the version and exit");
	app.fallthrough();
	auto *connect = app.add_option("--connect", where.connect,
		"the daemon's address: unix:/path, tcp:host:port or "
		"tls:host:port");
	app.add_option("--ca", where.ca,
		   "whom to trust by TLS: certificates in this file, not the system's; else in "
		   "GPIOHUB_CA")
		->type_name("FILE");
	if (const char *ca = std::getenv("GPIOHUB_CA"))
		where.ca = ca;
	/* Not on the command line, which every user of the machine can read. */
	app.add_option_function<std::string>(
		   "--token-file",
		   [&where](const std::string &path) { where.token = token_in(path); },
		   "the token to present to the daemon is in this file; else in GPIOHUB_TOKEN")
		->type_name("FILE");
	if (const char *token = std::getenv("GPIOHUB_TOKEN"))
		where.token = token;
	auto *device =
		app.add_option("--device", where.device, "use this device, without the daemon");
	auto *direct =
		app.add_flag("--direct", where.direct, "use all devices, without the daemon");
	auto *mapped = app.add_flag("--mapped", where.mapped,
		"look at the daemon's hubs themselves: it hands them over, and has no more to do "
		"with it");
	connect->excludes(device)->excludes(direct);
	mapped->excludes(device)->excludes(direct);

	add_list(app, action);
	add_info(app, action);
	add_get(app, action);
	add_set(app, action);
	add_claim(app, action);
	add_watch(app, action);
	add_wait(app, action);
	add_pulse(app, action);
	add_play(app, action);
	add_pwm(app, action);
	add_rule(app, action);
	add_message(app, action);
	add_stats(app, action);

	try {
		app.parse(argc, argv);
	} catch (const CLI::ParseError &error) {
		return status_of(explained(app, error));
	}
	return status_of(action(where));
}
