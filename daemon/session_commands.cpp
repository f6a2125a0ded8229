/* SPDX-License-Identifier: MIT */
/*
 * What a session's commands do. Each handler gives a result, reply() is the one
 * place that answers. Commands to lines are collected while they follow one
 * another and go down in one call.
 */
#include "session.hpp"

#include <gpiohub/explain.hpp>
#include <gpiohub/pattern.hpp>
#include <gpiohub/wire.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace gpiohub::daemon
{

namespace
{

using wire::Op;

/* The kernel's own: GPIOHUB_SUBMIT takes them as they are. A CANCEL may be about what
 * the kernel knows nothing of. */
bool is_to_lines(const Request &request)
{
	return !request.error && request.command.op < static_cast<std::uint8_t>(Op::HELLO) &&
		request.command.op != GPIOHUB_OP_CANCEL;
}

std::string_view deed_of(std::uint8_t op)
{
	switch (op) {
	case GPIOHUB_OP_CLAIM:
		return "claim";
	case GPIOHUB_OP_RELEASE:
		return "release";
	case GPIOHUB_OP_CONFIGURE:
		return "configure";
	case GPIOHUB_OP_KICK:
		return "keep";
	case GPIOHUB_OP_PLAY:
		return kDeedPlay;
	case GPIOHUB_OP_RULE_ADD:
		return kDeedAddRule;
	case GPIOHUB_OP_RULE_DEL:
		return kDeedDeleteRule;
	default:
		return "set";
	}
}

/* What is wrong with a pattern that the hub called that, as far as we can tell. */
std::string detail_of(const Request &request, int code)
{
	if (code != EINVAL || request.command.op != GPIOHUB_OP_PLAY)
		return {};
	const auto play = wire::from_bytes<gpiohub_play>(request.payload);
	std::vector<gpiohub_step> steps(play.count);
	std::memcpy(steps.data(), request.payload.data() + sizeof(play),
		request.payload.size() - sizeof(play));
	const auto fault = find_fault(play.lines, steps);
	return fault ? fmt::format("step {} {}", fault->step, fault->what) : std::string();
}

template <class T>
std::string bytes_of(const T &record)
{
	const auto bytes = wire::to_bytes(record);
	return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

} // namespace

void Session::handle(Request &request)
{
	if (refusal_) {
		reply(request, *refusal_);
		end_after_replies();
		return;
	}
	const auto op = static_cast<Op>(request.command.op);
	if (!has_greeted_ && op != Op::HELLO && op != Op::AUTH) {
		reply(request, Error{EPROTO, "the first command must be HELLO"});
		end_after_replies();
		return;
	}
	if (!request.error)
		request.error = refusal_of(request);
	if (is_to_lines(request)) {
		const bool is_same_hub =
			batch_.empty() || batch_.front().command.flags == request.command.flags;
		if (!is_same_hub)
			submit_batch();
		batch_.push_back(request);
		if (batch_.size() >= batch_limit_)
			submit_batch();
		return;
	}
	submit_batch();
	if (has_ended_)
		return;
	if (request.error)
		reply(request, *request.error);
	else if (op == Op::WAIT)
		begin_wait(request);
	else
		reply(request, execute(request));
	if (request.is_fatal)
		end_after_replies();
}

/* --- commands to lines --------------------------------------------------- */

void Session::submit_batch()
{
	if (batch_.empty() || has_ended_)
		return;
	const auto attachment = attach(batch_.front().command);
	const auto owner = attachment ? owner_of(**attachment) : attachment.error();
	if (owner) {
		const auto begin = std::chrono::steady_clock::now();
		submit(**attachment, **owner);
		const bool is_slow = std::chrono::steady_clock::now() - begin > kTimePerTurn;
		batch_limit_ = is_slow ? std::max<std::size_t>(batch_.size() / 2, 1)
				       : std::min(batch_limit_ * 2, kCommandsPerTurn);
	} else {
		for (const Request &request : batch_) {
			if (!has_ended_)
				reply(request, owner.error());
		}
	}
	batch_.clear();
}

namespace
{

std::uint64_t address_of(const void *data)
{
	return reinterpret_cast<std::uintptr_t>(data);
}

/* The command as GPIOHUB_SUBMIT takes it: its payload by address, where it lies. */
gpiohub_command to_kernel(const Request &request, std::vector<gpiohub_play> &plays)
{
	gpiohub_command command = request.command;
	command.flags = 0;
	if (command.op == GPIOHUB_OP_PLAY) {
		plays.push_back(wire::from_bytes<gpiohub_play>(request.payload));
		plays.back().steps = address_of(request.payload.data() + sizeof(gpiohub_play));
		command.value = address_of(&plays.back());
		command.arg = 0;
	} else if (command.op == GPIOHUB_OP_RULE_ADD) {
		command.value = address_of(request.payload.data());
		command.arg = 0;
	}
	return command;
}

} // namespace

/* The kernel stops at the first error: that command has its answer, and the rest
 * goes down again. */
void Session::submit(Attachment &attachment, HubOwner &owner)
{
	std::vector<gpiohub_command> commands;
	std::vector<gpiohub_play> plays;
	plays.reserve(batch_.size());
	for (const Request &request : batch_)
		commands.push_back(to_kernel(request, plays));

	std::size_t answered = 0;
	while (answered < commands.size()) {
		const Submitted submitted = owner.submit(std::span(commands).subspan(answered));
		for (std::uint32_t i = 0; i < submitted.done && !has_ended_; i++) {
			note_done(attachment, batch_[answered]);
			reply(batch_[answered++], Answer{});
		}
		if (has_ended_ || answered == commands.size())
			return;
		/* No error, and not all done, is no answer that a hub gives. */
		const int code = submitted.code != 0 ? submitted.code : EIO;
		const Request &failed = batch_[answered++];
		reply(failed,
			attachment.hub.explained(deed_of(failed.command.op),
				{code, "", submitted.line}, peer_, detail_of(failed, code)));
		if (has_ended_)
			return;
	}
}

/* Who owns what now, and who has which rule. */
void Session::note_done(Attachment &attachment, const Request &request)
{
	const gpiohub_command &command = request.command;
	if (command.op == GPIOHUB_OP_CLAIM)
		attachment.hub.set_holder(command.mask, &peer_);
	else if (command.op == GPIOHUB_OP_RELEASE)
		attachment.hub.set_holder(command.mask, nullptr);
	else if (command.op == GPIOHUB_OP_RULE_ADD)
		note_rule(attachment, request);
	/* One that there was twice, for the hub and for the client: the latter's goes first. */
	else if (command.op == GPIOHUB_OP_RULE_DEL &&
		attachment.rules.find(static_cast<std::uint32_t>(command.value)) != nullptr)
		attachment.rules.forget(static_cast<std::uint32_t>(command.value));
	else if (command.op == GPIOHUB_OP_RULE_DEL)
		attachment.hub.rules().forget(static_cast<std::uint32_t>(command.value));
}

/* That it was added says that the hub had none of its id. */
void Session::note_rule(Attachment &attachment, const Request &request)
{
	const auto rule = wire::from_bytes<gpiohub_rule>(request.payload);
	const std::uint32_t id = request.command.id;
	attachment.hub.rules().forget(id);
	if ((rule.flags & GPIOHUB_RULE_HUB) != 0)
		attachment.hub.rules().note(id, rule);
	else
		attachment.rules.note(id, rule);
}

Result<Session::Attachment *> Session::attach(const gpiohub_command &command)
{
	const unsigned number = wire::hub_of(command.flags);
	for (const auto &attachment : attachments_) {
		if (attachment->hub.number() == number)
			return attachment.get();
	}
	/* A new hub under the number of one that went is another hub. */
	const bool is_gone = number >= 64 || (gone_hubs_ >> number & 1) != 0;
	Hub *hub = is_gone ? nullptr : context_.find_hub(number);
	if (hub == nullptr)
		return Error{ENODEV,
			"there is no hub " + std::to_string(number) +
				": the reply to HELLO tells which there are"};
	attachments_.push_back(std::make_unique<Attachment>(*hub,
		Subscription(context_.reactor, *this, out_, *protocol_, number, hub->ring(),
			hub->views())));
	Attachment &attached = *attachments_.back();
	apply_rights(attached);
	return &attached;
}

Result<HubOwner *> Session::owner_of(Attachment &attachment)
{
	if (!attachment.owner) {
		auto owner = attachment.hub.own();
		if (!owner)
			return attachment.hub.explained("open", owner.error(), peer_);
		attachment.owner = *std::move(owner);
	}
	return attachment.owner.get();
}

/* --- the daemon's own commands ------------------------------------------- */

Result<Answer> Session::execute(const Request &request)
{
	const gpiohub_command &command = request.command;
	const auto op = static_cast<Op>(command.op);
	if (op == Op::HELLO)
		return hello();
	if (op == Op::AUTH)
		return authenticate(request);
	if (op == Op::STATS)
		return Answer{0, 0, context_.stats()};
	if (op == Op::PING)
		return Answer{command.value, 0, {}};

	auto attachment = attach(command);
	if (!attachment)
		return attachment.error();
	switch (op) {
	case Op::INFO:
		return info(**attachment);
	case Op::LINE_INFO:
		return line_info(**attachment, command);
	case Op::SUBSCRIBE:
		return subscribe(**attachment, command);
	case Op::OPEN:
		return open(**attachment);
	case Op::FILTER:
		return filter(**attachment, command);
	case Op::GET:
		return get(**attachment, command);
	case Op::MESSAGE:
		return message(**attachment, request.payload);
	case Op::CANCEL:
		return cancel(**attachment, command);
	case Op::SET:
	case Op::CLAIM:
	case Op::RELEASE:
	case Op::CONFIGURE:
	case Op::KICK:
	case Op::PLAY:
	case Op::RULE_ADD:
	case Op::RULE_DEL:
	case Op::HELLO:
	case Op::STATS:
	case Op::PING:
	case Op::WAIT:
	case Op::AUTH:
		break; /* not here */
	}
	std::abort();
}

Result<Answer> Session::hello()
{
	if (!access_.is_known())
		return unknown();
	has_greeted_ = true;
	return Answer{wire::kVersion, context_.hubs() & ~gone_hubs_, {}};
}

Result<Answer> Session::info(Attachment &attachment)
{
	const auto info = attachment.hub.current_info();
	if (!info)
		return attachment.hub.explained("read", info.error(), peer_);
	return Answer{0, 0, bytes_of(*info)};
}

Result<Answer> Session::line_info(Attachment &attachment, const gpiohub_command &command)
{
	const auto info = attachment.hub.line_info(command.line, peer_);
	if (!info) {
		/* A line whose chip is gone can still be asked about; a hub cannot. */
		const int code = info.error().code;
		const std::uint8_t line = code == ENODEV ? GPIOHUB_NO_LINE : command.line;
		return attachment.hub.explained("read", {code, "", line}, peer_);
	}
	return Answer{0, 0, bytes_of(*info)};
}

Result<Answer> Session::subscribe(Attachment &attachment, const gpiohub_command &command)
{
	const auto kinds = static_cast<std::uint32_t>(command.value);
	const auto flags = static_cast<std::uint32_t>(command.value >> 32);
	if (kinds == 0 || (kinds & ~GPIOHUB_KINDS_ALL) != 0)
		return Error{EINVAL, "cannot watch: kinds must be a set of event types"};
	if ((flags & ~wire::kLoseNothing) != 0)
		return Error{EINVAL, "cannot watch: there is no such flag"};
	const bool loses_nothing = (flags & wire::kLoseNothing) != 0;
	const std::uint64_t oldest = ring_bounds(attachment.hub.ring()).oldest;
	if (loses_nothing && command.arg < oldest)
		return Error{EOVERFLOW,
			fmt::format("cannot watch from event {} without loss: the oldest one left "
				    "is {}",
				command.arg, oldest)};
	const auto first =
		attachment.hub.subscribe(attachment.subscription, command.mask, kinds, command.arg);
	if (first) {
		attachment.subscription.lose_nothing(loses_nothing);
		return Answer{*first, 0, {}};
	}
	/* Its own text where the sequence number is what is wrong. */
	if (first.error().code == EINVAL)
		return first.error();
	return attachment.hub.explained("watch", first.error(), peer_);
}

Result<Answer> Session::open(Attachment &attachment)
{
	if (!peer_.is_local)
		return Error{EOPNOTSUPP, "a file can be handed over a Unix socket only"};
	/* As many as it keeps count for somebody: who wants another connects anew. */
	if (attachment.has_file)
		return Error{EALREADY, "this connection was handed its file of the hub already"};
	auto file = attachment.hub.look();
	if (!file)
		return attachment.hub.explained(kDeedHandOver, file.error(), peer_);
	attachment.has_file = true;
	return Answer{0, 0, {}, std::make_shared<const UniqueFd>(*std::move(file))};
}

Result<Answer> Session::get(Attachment &attachment, const gpiohub_command &command)
{
	const auto levels = attachment.hub.get(command.mask);
	if (!levels)
		return attachment.hub.explained("read", levels.error(), peer_);
	return Answer{*levels, 0, {}};
}

Result<Answer> Session::message(Attachment &attachment, std::span<const std::byte> payload)
{
	const std::string_view text(reinterpret_cast<const char *>(payload.data()), payload.size());
	const auto owner = owner_of(attachment);
	if (!owner)
		return owner.error();
	if (const auto published = (*owner)->message(text); !published)
		return attachment.hub.explained("publish a message on", published.error(), peer_);
	return Answer{};
}

} // namespace gpiohub::daemon
