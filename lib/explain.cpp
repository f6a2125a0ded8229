/* SPDX-License-Identifier: MIT */
/*
 * One sentence per error: "cannot <deed> <where>: <why>: <what to do>". The
 * reasons are those that linux/gpiohub.h gives for each errno.
 */
#include <gpiohub/explain.hpp>

#include <cerrno>
#include <cstring>
#include <fmt/format.h>

namespace gpiohub
{

namespace
{

/* "line 4 of gpiohub0 (GPIO4, pinctrl-rp1 offset 4)" */
std::string where(const Failure &failure)
{
	if (failure.line == GPIOHUB_NO_LINE)
		return failure.hub;
	std::string text = fmt::format("line {}", failure.line);
	if (!failure.hub.empty())
		text += " of " + failure.hub;
	if (!failure.info)
		return text;
	const bool named = failure.chip_line && !failure.chip_line->name.empty();
	return text +
		fmt::format(" ({}{}{} offset {})", named ? failure.chip_line->name : "",
			named ? ", " : "", failure.info->chip, failure.info->offset);
}

/* A line of our own that we may not drive for the moment, or have already. */
std::string busy_mine(const gpiohub_line_info &info)
{
	if ((info.flags & GPIOHUB_LINE_LATCHED) != 0)
		return "a rule drove it and holds it: claim it again, which ends that";
	if ((info.flags & GPIOHUB_LINE_PLAYING) != 0)
		return "a pattern plays on it: cancel the pattern first, or wait for its end";
	return "this client owns it already";
}

/* A line that somebody has: owned or kept in the hub, or used beside it. */
std::string busy(const Failure &failure)
{
	if (failure.line == GPIOHUB_NO_LINE || !failure.info)
		return "it is in use";
	const gpiohub_line_info &info = *failure.info;
	if ((info.flags & GPIOHUB_LINE_MINE) != 0)
		return busy_mine(info);
	if ((info.flags & GPIOHUB_LINE_OWNED) != 0 && info.owner_pid != 0)
		return fmt::format("{} (process {}, user {}) owns it: stop that program, or have "
				   "it release the line",
			info.owner_comm, info.owner_pid, info.owner_uid);
	if ((info.flags & GPIOHUB_LINE_OWNED) != 0)
		return fmt::format("a program of user {} owns it: stop that program, or have it "
				   "release the line",
			info.owner_uid);
	if ((info.flags & GPIOHUB_LINE_KEPT) != 0)
		return fmt::format("it is kept as {} of user {} left it: do this as that user, or "
				   "as root, and without the daemon, which is another user "
				   "(gpiohub --direct)",
			info.owner_comm[0] != '\0' ? info.owner_comm : "a program", info.owner_uid);
	if (failure.chip_line && !failure.chip_line->consumer.empty())
		return fmt::format("\"{}\" uses it outside gpiohub: stop that program, or unload "
				   "that driver",
			failure.chip_line->consumer);
	return "something outside gpiohub uses it: gpioinfo may tell what";
}

std::string gone(const Failure &failure)
{
	if (failure.line != GPIOHUB_NO_LINE)
		return "its chip is gone: plug it in again";
	if (failure.deed == "open")
		return "there is no such hub: \"gpiohub list\" shows which there are";
	return "the hub is gone: it was deleted, its module unloaded, or its chip pulled out";
}

std::string no_such_line(const Failure &failure)
{
	if (failure.deed == "read" && failure.line == GPIOHUB_NO_LINE)
		return "no event has happened yet";
	if (failure.lines == 0)
		return "the hub has no such line";
	return fmt::format("the hub has lines 0 to {}", failure.lines - 1);
}

std::string refused(const Failure &failure)
{
	if (failure.deed == "open")
		return "this user may not: be in the group of the device (gpiohub), or go through "
		       "the daemon";
	return "only looking is allowed: the device was opened without write access, or gave it "
	       "up; be in its group (gpiohub), or go through the daemon";
}

std::string not_permitted(const Failure &failure)
{
	if (failure.deed == "open")
		return "this machine forbids the device, whoever asks: a container or a service "
		       "has to be given it (DeviceAllow= of systemd, --device of docker)";
	if (failure.deed == "keep")
		return "nothing is owned any more: the heartbeat came too late, and the guard was "
		       "applied";
	return "this client does not own it: claim it first";
}

/* Of the module's own making only for a set; else it is the chip's. */
std::string io_error(const Failure &failure)
{
	const bool output = failure.info && failure.info->direction == GPIOHUB_DIRECTION_OUTPUT;
	if ((failure.deed == "set" || failure.deed == kDeedPlay) && !output)
		return "it is not an output: configure it as one first";
	return "its chip did not answer, or refused: look at the kernel's log (dmesg)";
}

std::string unknown_call(const Failure &failure)
{
	if (failure.deed == "open")
		return "it is no device of gpiohub: those are /dev/gpiohub0 and so on "
		       "(\"gpiohub list --hubs\")";
	return "the hub does not know how: is its module older than this program?";
}

std::string unsupported(const Failure &failure)
{
	const bool is_rule = failure.deed == kDeedAddRule || failure.deed == kDeedDeleteRule;
	if (failure.line == GPIOHUB_NO_LINE && (is_rule || failure.deed == kDeedPlay))
		return "rules, and patterns that wait for one, need the kernel module: this hub "
		       "is the daemon's own";
	if (failure.deed == "watch" || failure.deed == kDeedWait || failure.deed == kDeedAddRule)
		return "the line has no interrupt: its level can be asked for, not watched";
	if (failure.deed == kDeedHandOver)
		return "what the daemon has here is no device: watch through the daemon";
	return "its chip cannot do that";
}

/* A name that is not there: of a device, a request or a rule. */
std::string no_entry(const Failure &failure)
{
	if (failure.deed == kDeedCancel)
		return "there is no such request: it is over, or never was";
	if (failure.deed == kDeedDeleteRule)
		return "there is no such rule of this client, nor one that this user handed to "
		       "the hub (\"gpiohub rule --list\")";
	return "there is no such device: load the module (modprobe gpiohub hubs=auto)";
}

std::string taken(const Failure &failure)
{
	if (failure.deed == kDeedAddRule)
		return "there is a rule of that number already: delete it first, or choose "
		       "another number";
	return "a request of that number is not over yet: cancel it, wait for its end, or choose "
	       "another number";
}

std::string over_quota(const Failure &failure)
{
	if (failure.deed == kDeedAddRule)
		return "this user has too many rules: delete some (\"gpiohub rule --list\")";
	if (failure.deed == kDeedPlay)
		return "this user has too many requests, or steps of patterns, that are not over: "
		       "cancel some, or wait for their end";
	if (failure.deed == kDeedWait)
		return "this user has too many requests that are not over: cancel some, or wait "
		       "for their end";
	if (failure.deed == kDeedHandOver)
		return "too many programs have one: watch through the daemon";
	return "this user has too many files of the hub open: close some";
}

std::string no_space(const Failure &failure)
{
	if (failure.deed == kDeedAddRule)
		return fmt::format("the hub has {} rules, and takes no more: delete some "
				   "(\"gpiohub rule --list\")",
			GPIOHUB_MAX_RULES);
	if (failure.deed == kDeedWait)
		return "as many wait as may at once: wait until one of them is over";
	return std::strerror(failure.code);
}

std::string invalid(const Failure &failure)
{
	if (!failure.detail.empty())
		return failure.detail;
	return "the hub does not know what was asked: is its module older than this program?";
}

std::string reason(const Failure &failure)
{
	switch (failure.code) {
	case EBUSY:
		return busy(failure);
	case ENODEV:
		return gone(failure);
	case ENXIO:
		return no_such_line(failure);
	case EACCES:
		return refused(failure);
	case EPERM:
		return not_permitted(failure);
	case EIO:
		return io_error(failure);
	case ENOTTY:
		return unknown_call(failure);
	case EOPNOTSUPP:
		return unsupported(failure);
	case ENOENT:
		return no_entry(failure);
	case EAGAIN:
		return "too many at once: wait a moment";
	case EMSGSIZE:
		return fmt::format("at most {} bytes fit", GPIOHUB_MAX_MESSAGE);
	case EDQUOT:
		return over_quota(failure);
	case EEXIST:
		return taken(failure);
	case ENOSPC:
		return no_space(failure);
	case ETIMEDOUT:
		return "it did not happen in time";
	case ECANCELED:
		return "it was cancelled";
	case EOVERFLOW:
		return "events were overwritten before they could be looked at: whether it "
		       "happened is not known; ask again";
	case EINVAL:
		return invalid(failure);
	default:
		return std::strerror(failure.code);
	}
}

} // namespace

std::string explain(const Failure &failure)
{
	const std::string place = where(failure);
	return fmt::format("cannot {}{}{}: {}", failure.deed, place.empty() ? "" : " ", place,
		reason(failure));
}

Error explain(const Device &device, std::string_view deed, const Error &error, std::string detail)
{
	Failure failure = {
		.deed = deed, .code = error.code, .line = error.line, .detail = std::move(detail)};

	if (const auto info = device.info(); info.ok()) {
		failure.hub = info->name;
		failure.lines = info->lines;
	} else {
		failure.hub = device.path().substr(device.path().rfind('/') + 1);
	}
	if (error.line == GPIOHUB_NO_LINE)
		return {error.code, explain(failure), error.line};

	if (const auto info = device.line_info(error.line); info.ok()) {
		failure.info = *info;
		const auto line = chip_line(info->chip, info->offset);
		if (line)
			failure.chip_line = *line;
	}
	return {error.code, explain(failure), error.line};
}

} // namespace gpiohub
