/* SPDX-License-Identifier: MIT */
/*
 * What a session's client must be allowed to for each of its commands, and how it says who
 * it is where that is not known.
 */
#include "session.hpp"

#include "log.hpp"

#include <gpiohub/pattern.hpp>
#include <gpiohub/wire.hpp>

#include <fmt/format.h>

#include <bit>
#include <cerrno>

namespace gpiohub::daemon
{

namespace
{

using wire::Op;

/* Presented tokens that may be wrong, of one connection. */
constexpr unsigned kTries = 3;

/* What who has the verb may do, as a refusal says it. */
std::string_view deed_of(Verb verb)
{
	switch (verb) {
	case Verb::Look:
		return "look at";
	case Verb::Claim:
		return "claim";
	case Verb::Drive:
		return "drive";
	case Verb::Rule:
		return "have rules on";
	case Verb::Administer:
		return "administer";
	}
	return {};
}

struct Need {
	Verb verb;
	std::uint64_t lines;
};

/* A line by its number; nothing: there is none of that number, which others will say. */
std::uint64_t one_line(std::uint32_t number)
{
	return number < GPIOHUB_MAX_LINES ? std::uint64_t{1} << number : 0;
}

/* What a guard of levels does to them is driving. */
std::vector<Need> needs_of_claim(const gpiohub_command &command)
{
	if ((command.value & 0xff) == GPIOHUB_GUARD_LEVELS)
		return {{Verb::Claim, command.mask}, {Verb::Drive, command.mask}};
	return {{Verb::Claim, command.mask}};
}

/* When it plays tells when the line changed that it waits for. */
std::vector<Need> needs_of_play(const gpiohub_play &play)
{
	if (play.start == GPIOHUB_START_EDGE)
		return {{Verb::Drive, play.lines}, {Verb::Look, one_line(play.start_line)}};
	return {{Verb::Drive, play.lines}};
}

std::vector<Need> needs_of_rule(const gpiohub_rule &rule)
{
	return {{Verb::Rule, one_line(rule.trigger)}, {Verb::Look, rule.mask},
		{Verb::Drive, rule.set | rule.clear | rule.toggle | rule.stop}};
}

/*
 * A rule of the hub may be another client's. One that is the client's own it may always
 * delete; one that nobody here knows was there before this daemon.
 */
std::vector<Need> needs_of_deletion(const gpiohub_rule *of_hub, bool is_own)
{
	if (of_hub != nullptr)
		return needs_of_rule(*of_hub);
	if (is_own)
		return {};
	return {{Verb::Rule, ~std::uint64_t{0}}};
}

/* Those of commands to a hub, by themselves. */
std::vector<Need> needs_of(const Request &request)
{
	const gpiohub_command &command = request.command;
	switch (static_cast<Op>(command.op)) {
	case Op::SET:
		return {{Verb::Drive, command.mask}};
	case Op::CLAIM:
		return needs_of_claim(command);
	case Op::CONFIGURE:
		if ((command.arg & 0xff) == GPIOHUB_DIRECTION_OUTPUT)
			return {{Verb::Drive, command.mask}};
		return {{Verb::Claim, command.mask}};
	case Op::PLAY:
		return needs_of_play(wire::from_bytes<gpiohub_play>(request.payload));
	case Op::RULE_ADD:
		return needs_of_rule(wire::from_bytes<gpiohub_rule>(request.payload));
	case Op::LINE_INFO:
		return {{Verb::Look, std::uint64_t{1} << (command.line & 63)}};
	case Op::SUBSCRIBE:
	case Op::GET:
	case Op::WAIT:
	case Op::FILTER:
		return {{Verb::Look, command.mask}};
	case Op::OPEN:
		/* Its ring and its state page tell of all. */
		return {{Verb::Look, ~std::uint64_t{0}}};
	case Op::RELEASE:
	case Op::KICK:
	case Op::CANCEL:
	case Op::RULE_DEL:
	case Op::HELLO:
	case Op::INFO:
	case Op::MESSAGE:
	case Op::STATS:
	case Op::PING:
	case Op::AUTH:
		break; /* its own, or not about lines */
	}
	return {};
}

} // namespace

/* The first right that a command needs and this client has not. */
std::optional<Error> Session::refusal_of(const Request &request)
{
	if (!access_.is_limited())
		return std::nullopt;
	const auto op = static_cast<Op>(request.command.op);
	if (op == Op::STATS && !access_.has(Verb::Administer))
		return Error{EACCES, missing(Verb::Administer, "see what other clients do")};
	if (op == Op::MESSAGE && !access_.has(Verb::Claim) && !access_.has(Verb::Drive))
		return Error{EACCES, missing(Verb::Claim, "publish messages")};
	if (op == Op::RULE_DEL && !access_.has(Verb::Rule))
		return Error{EACCES, missing(Verb::Rule, "delete rules")};
	auto needs = needs_of(request);
	if (needs.empty() && op != Op::RULE_DEL)
		return std::nullopt;
	const auto attachment = attach(request.command);
	if (!attachment)
		return std::nullopt; /* it will be told that */
	if (op == Op::RULE_DEL) {
		const auto id = static_cast<std::uint32_t>(request.command.value);
		const RuleBook &of_hub = (*attachment)->hub.rules();
		/* Its own may be over, and one of the hub that was forgotten have its id. */
		const bool is_own =
			of_hub.is_complete() && (*attachment)->rules.find(id) != nullptr;
		needs = needs_of_deletion(of_hub.find(id), is_own);
	}
	const gpiohub_info &info = (*attachment)->hub.info();
	const std::uint64_t all = ~std::uint64_t{0} >> (64 - info.lines);
	for (const Need &need : needs) {
		const std::uint64_t bad =
			need.lines & all & ~(*attachment)->rights.lines(need.verb);
		if (bad == 0)
			continue;
		const auto line = static_cast<std::uint8_t>(std::countr_zero(bad));
		return Error{EACCES,
			missing(need.verb,
				fmt::format(
					"{} line {} of {}", deed_of(need.verb), line, info.name)),
			line};
	}
	return std::nullopt;
}

std::string Session::missing(Verb verb, std::string_view what) const
{
	return fmt::format("not allowed to {}: none of this client's roles has the verb \"{}\" for "
			   "that (it has: {})",
		what, name_of(verb), access_.names());
}

/* Who nobody said anything about may present a token, and say HELLO again. */
Error Session::unknown() const
{
	return {ENOKEY,
		peer_.is_local
			? fmt::format("user {} has no role here: be granted one, or present a "
				      "token (--token-file)",
				  peer_.uid)
			: "who comes by TCP must present a token (--token-file)"};
}

Result<Answer> Session::authenticate(const Request &request)
{
	const std::string_view token(
		reinterpret_cast<const char *>(request.payload.data()), request.payload.size());
	if (auto presented = access_.present(token); !presented) {
		log(Level::Warning, fmt::format("{} presented a wrong token", peer_.name));
		if (++wrong_tokens_ == kTries)
			end_after_replies();
		return presented.error();
	}
	if (auto watched = watch_token(); !watched) {
		end_after_replies();
		return watched.error();
	}
	for (const auto &attachment : attachments_)
		apply_rights(*attachment);
	return Answer{};
}

/* A token that expires takes its connection along, by the time of day: a board may be told that
 * only later. */
Result<void> Session::watch_token()
{
	const auto expires = access_.expires();
	if (!expires && token_timer_)
		token_timer_->cancel();
	if (!expires)
		return {};
	if (!token_timer_) {
		auto timer = Timer::create(
			context_.reactor,
			[this] {
				log(Level::Info,
					fmt::format("the token of {} has expired", peer_.name));
				end();
			},
			Timer::Clock::Wall);
		if (!timer)
			return timer.error();
		token_timer_ = *std::move(timer);
	}
	token_timer_->arm_at(*expires);
	return {};
}

void Session::renew(std::shared_ptr<const Roles> roles)
{
	if (has_ended_)
		return;
	access_.renew(std::move(roles));
	if (has_greeted_ && !access_.is_known()) {
		log(Level::Info, fmt::format("{} has no role any more", peer_.name));
		end();
		return;
	}
	/* Its token may expire at another time now. */
	if (!watch_token()) {
		end();
		return;
	}
	for (const auto &attachment : attachments_)
		apply_rights(*attachment);
}

void Session::apply_rights(Attachment &attachment)
{
	attachment.rights = access_.on(attachment.hub.as_roles_see_it());
	const std::uint64_t shown = attachment.rights.lines(Verb::Look);
	attachment.subscription.show(shown);
	waits_.allow(attachment.hub, shown);
}

} // namespace gpiohub::daemon
