/* SPDX-License-Identifier: MIT */
#include "hub.hpp"

#include <gpiohub/explain.hpp>

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <utility>

namespace gpiohub::daemon
{

namespace
{

/* Events that are about no line. */
constexpr std::uint32_t kKindsWithoutLine =
	GPIOHUB_KIND(GPIOHUB_EVENT_MESSAGE) | GPIOHUB_KIND(GPIOHUB_EVENT_SUSPENDED);

/* A hub's share of a turn; then the sessions get theirs. */
constexpr int kBatchesPerTurn = 4;

std::uint64_t lines_mask(unsigned lines)
{
	return lines >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << lines) - 1;
}

} // namespace

Result<std::unique_ptr<Hub>> Hub::open(
	Reactor &reactor, Backend &backend, unsigned number, Gone gone)
{
	auto watch = backend.watch(number);
	if (!watch)
		return watch.error();
	const auto info = (*watch)->info();
	if (!info)
		return info.error();
	if (info->abi_version != GPIOHUB_ABI_VERSION)
		return Error{EPROTO,
			"the module speaks version " + std::to_string(info->abi_version) +
				" of the contract, this daemon version " +
				std::to_string(GPIOHUB_ABI_VERSION)};

	std::unique_ptr<Hub> hub(
		new Hub(reactor, backend, number, std::move(gone), *std::move(watch), *info));
	/* Edge-triggered: a chip that is gone says EPOLLHUP for as long as it is. */
	if (auto added = reactor.add(*hub, hub->watch_->view().fd, EPOLLIN | EPOLLET); !added)
		return added.error();
	return hub;
}

Hub::Hub(Reactor &reactor, Backend &backend, unsigned number, Gone gone,
	std::unique_ptr<HubWatch> watch, const gpiohub_info &info)
	: reactor_(reactor),
	  backend_(backend),
	  number_(number),
	  gone_(std::move(gone)),
	  watch_(std::move(watch)),
	  info_(info),
	  reader_(watch_->view().ring, 0),
	  cursor_(watch_->view().cursor)
{
}

Hub::~Hub()
{
	reactor_.remove(*this);
}

/* --- events ------------------------------------------------------------- */

void Hub::ready(std::uint32_t events)
{
	deliver_all();
	if ((events & (EPOLLHUP | EPOLLERR)) != 0)
		check();
}

void Hub::later()
{
	deliver_all();
	if (std::exchange(is_check_due_, false))
		check();
}

bool Hub::deliver_all()
{
	for (int i = 0; i < kBatchesPerTurn; i++) {
		if (sinks_.empty())
			return true;
		if (!deliver_batch() && cursor_.prepare_sleep(reader_))
			return true;
	}
	reactor_.later(*this);
	return false;
}

/* False: there was nothing new. */
bool Hub::deliver_batch()
{
	std::array<gpiohub_event, kBatch> events;
	const Batch batch = reader_.read(events);
	lost_ += batch.lost;
	if (batch.count > 0) {
		const auto read = std::span(events).first(batch.count);
		for (EventSink *sink : sinks_)
			sink->deliver(read);
		if (left_out_ != 0)
			arm_again(read);
	}
	return batch.count > 0 || batch.lost > 0;
}

void Hub::drain()
{
	/* The hub is gone: nobody writes any more. */
	while (!sinks_.empty() && deliver_batch()) {
	}
}

/* --- who wants what ------------------------------------------------------ */

Result<std::uint64_t> Hub::subscribe(
	Subscription &subscription, std::uint64_t lines, std::uint32_t kinds, std::uint64_t first)
{
	/* Before arming: the first samples are events that belong to it. */
	const std::uint64_t end = ring_bounds(ring()).end;
	if (first == wire::kFromNow)
		first = end;
	if (first > end)
		return Error{EINVAL,
			"the stream has not come to event " + std::to_string(first) +
				" yet: is it of an earlier hub of that number?"};
	if (lines == 0 && (kinds & kKindsWithoutLine) == 0) {
		unsubscribe(subscription);
		subscription.start(lines, kinds, false, first, first);
		return first;
	}
	if (auto entered = enter(subscription, lines, end); !entered)
		return entered.error();
	/* All: then also types that this daemon does not know, for clients that do. */
	const bool takes_all =
		kinds == GPIOHUB_KINDS_ALL && (lines_mask(info_.lines) & ~lines) == 0;
	subscription.start(lines, kinds, takes_all, first, reader_.seq());
	return first;
}

Result<std::uint64_t> Hub::await(EventSink &wait)
{
	/* Armed lines that went are not armed anew, so that nothing refuses them. */
	if (const auto gone = watch_->view().state.gone() & wait.lines(); gone != 0)
		return Error{ENODEV, "", static_cast<std::uint8_t>(std::countr_zero(gone))};
	const std::uint64_t end = ring_bounds(ring()).end;
	if (auto entered = enter(wait, wait.lines(), end); !entered)
		return entered.error();
	return end;
}

/* `end`: of the stream, before anything was armed. */
Result<void> Hub::enter(EventSink &sink, std::uint64_t lines, std::uint64_t end)
{
	if (auto armed = arm(lines, wanted_without(&sink)); !armed)
		return armed;
	if (sinks_.empty()) {
		/* Nobody was reading: skip what nobody asked for. */
		reader_ = RingReader(ring(), end);
		reactor_.later(*this);
	}
	if (!is_subscribed(sink))
		sinks_.push_back(&sink);
	return {};
}

bool Hub::is_subscribed(const EventSink &sink) const noexcept
{
	return std::find(sinks_.begin(), sinks_.end(), &sink) != sinks_.end();
}

void Hub::unsubscribe(EventSink &sink)
{
	if (std::erase(sinks_, &sink) == 0 || stays_armed_)
		return;
	/* None of them is this client's: only a hub that is gone can refuse. */
	(void)arm(0, wanted_without(nullptr));
}

std::uint64_t Hub::wanted_without(const EventSink *left_out) const noexcept
{
	std::uint64_t lines = 0;
	for (const EventSink *sink : sinks_) {
		if (sink != left_out)
			lines |= sink->lines();
	}
	return lines;
}

/*
 * The kernel arms all lines or none, those again that were armed before: they may
 * have failed when their chip came back. Such a line of somebody else's is left
 * out and the others tried again, at most once for each line.
 */
Result<void> Hub::arm(std::uint64_t own, std::uint64_t others)
{
	std::uint64_t lines = own | others;
	std::uint64_t left_out = 0;
	while (lines != armed_) {
		auto armed = watch_->subscribe(lines);
		if (armed) {
			armed_ = lines;
			break;
		}
		const std::uint8_t line = armed.error().line;
		const std::uint64_t bit = line < 64 ? std::uint64_t{1} << line : 0;
		if ((lines & ~own & bit) == 0)
			return armed;
		lines &= ~bit;
		left_out |= bit;
	}
	left_out_ = left_out;
	return {};
}

/* A line that was left out is tried again when its chip has come back once more. */
void Hub::arm_again(std::span<const gpiohub_event> events)
{
	const bool is_back = std::any_of(events.begin(), events.end(), [&](const auto &event) {
		return event.type == GPIOHUB_EVENT_GONE && event.value == 0 && event.line < 64 &&
			(left_out_ >> event.line & 1) != 0;
	});
	if (is_back)
		(void)arm(0, wanted_without(nullptr));
}

/* --- asking -------------------------------------------------------------- */

Result<std::uint64_t> Hub::get(std::uint64_t lines)
{
	const Levels now = watch_->view().state.now();
	if ((lines & ~now.known) == 0)
		return now.levels & lines;
	return watch_->get(lines);
}

Result<wire::LineInfo> Hub::line_info(unsigned line, const Peer &asker)
{
	auto answer = watch_->line_info(line);
	if (!answer)
		return answer;
	gpiohub_line_info &info = answer->info;
	const Peer *holder = line < holders_.size() ? holders_[line] : nullptr;
	if (holder != nullptr && info.owner_pid == static_cast<__u32>(::getpid())) {
		info.owner_pid = static_cast<__u32>(holder->pid);
		info.owner_uid = holder->uid;
		std::fill(std::begin(info.owner_comm), std::end(info.owner_comm), '\0');
		holder->name.copy(info.owner_comm, sizeof(info.owner_comm) - 1);
		if (holder == &asker)
			info.flags |= GPIOHUB_LINE_MINE;
	}
	return answer;
}

Result<std::unique_ptr<HubOwner>> Hub::own()
{
	return backend_.own(number_);
}

RoleHub Hub::as_roles_see_it()
{
	return {number_, info_.lines, [this](unsigned line) {
			/* What a line is called costs a walk over the chips. */
			if (!names_[line]) {
				const auto info = watch_->line_info(line);
				if (!info)
					return std::string(); /* its chip may come back */
				names_[line] = info->name;
			}
			return *names_[line];
		}};
}

void Hub::set_holder(std::uint64_t lines, const Peer *peer) noexcept
{
	for (; lines != 0; lines &= lines - 1)
		holders_[static_cast<unsigned>(std::countr_zero(lines))] = peer;
}

void Hub::forget_holder(const Peer &peer) noexcept
{
	std::replace(holders_.begin(), holders_.end(), &peer, static_cast<const Peer *>(nullptr));
}

Error Hub::explained(
	std::string_view deed, const Error &error, const Peer &asker, std::string detail)
{
	Failure failure;
	failure.deed = deed;
	failure.code = error.code;
	failure.hub = info_.name;
	failure.line = error.line;
	failure.lines = info_.lines;
	failure.detail = std::move(detail);
	/* EPERM says nothing about who has the line: cheap, as often as it is caused. */
	if (error.line != GPIOHUB_NO_LINE && error.code != EPERM) {
		if (const auto answer = line_info(error.line, asker)) {
			failure.info = answer->info;
			failure.chip_line = ChipLine{answer->info.offset, answer->name,
				answer->consumer, answer->consumer[0] != '\0', false};
		}
	}
	/* It may be the line's chip, or all of the hub. */
	if (error.code == ENODEV) {
		is_check_due_ = true;
		reactor_.later(*this);
	}
	return {error.code, explain(failure), error.line};
}

void Hub::check()
{
	/* It says so only when the last event is in the ring. */
	const auto info = watch_->info();
	if (!info && info.error().code == ENODEV)
		gone_(*this);
}

} // namespace gpiohub::daemon
