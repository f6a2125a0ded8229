/* SPDX-License-Identifier: MIT */
/*
 * What a session makes of WAIT, which the daemon does itself, and of CANCEL, which
 * is about waits as well as about what the kernel does.
 */
#include "session.hpp"

#include <gpiohub/explain.hpp>

#include <cerrno>

namespace gpiohub::daemon
{

/* Answered when it is over, be it after what was asked later. */
void Session::begin_wait(const Request &request)
{
	const auto attachment = attach(request.command);
	if (!attachment) {
		reply(request, attachment.error());
		return;
	}
	Hub &hub = (*attachment)->hub;
	const auto begun = waits_.begin(hub, request);
	if (begun)
		return;
	const bool is_explained = !begun.error().what.empty() && begun.error().code == EINVAL;
	reply(request,
		is_explained ? begun.error() : hub.explained(kDeedWait, begun.error(), peer_));
}

void Session::answer_waits()
{
	while (!has_ended_ && has_room_for_reply()) {
		const auto ended = waits_.take_ended();
		if (!ended)
			return;
		if (ended->result)
			reply(ended->request, ended->result);
		else if (ended->hub != nullptr)
			reply(ended->request,
				ended->hub->explained(kDeedWait, ended->result.error(), peer_));
		else
			reply(ended->request,
				Error{ended->result.error().code, "cannot wait: the hub is gone"});
	}
}

/* Waits are the daemon's, everything else is down there. */
Result<Answer> Session::cancel(Attachment &attachment, const gpiohub_command &command)
{
	const bool ends_wait =
		waits_.cancel(attachment.hub, static_cast<std::uint32_t>(command.value));
	answer_waits();
	if (ends_wait && !attachment.owner)
		return Answer{};
	const auto owner = owner_of(attachment);
	if (!owner)
		return owner.error();
	gpiohub_command below = command;
	below.flags = 0;
	const Submitted submitted = (*owner)->submit(std::span(&below, 1));
	if (submitted.done == 1 || (submitted.code == ENOENT && ends_wait))
		return Answer{};
	const int code = submitted.code != 0 ? submitted.code : EIO;
	return attachment.hub.explained(kDeedCancel, {code, "", submitted.line}, peer_);
}

} // namespace gpiohub::daemon
