/* SPDX-License-Identifier: MIT */
#include "soft_hub.hpp"

#include "soft_owner.hpp"
#include "soft_watch.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace gpiohub::daemon
{

namespace
{

/* Then readers are woken, and others get the lock. */
constexpr std::size_t kEdgesAtOnce = 256;

gpiohub_info make_info(unsigned number, const Pins &pins)
{
	gpiohub_info info{};
	info.abi_version = GPIOHUB_ABI_VERSION;
	info.lines = pins.lines();
	info.features = GPIOHUB_FEATURE_PLAY;
	/* Never short for so few bytes, and an epoch of 0 would be one as well. */
	(void)!::getrandom(&info.epoch, sizeof(info.epoch), 0);
	info.records = SoftStream::kRecords;
	info.state_size = sizeof(gpiohub_state);
	info.cursor_size = sizeof(gpiohub_cursor);
	info.positions_size = sizeof(gpiohub_positions);
	info.records_size = SoftStream::kRecords * sizeof(gpiohub_event);
	("gpiohub" + std::to_string(number)).copy(info.name, sizeof(info.name) - 1);
	pins.label().copy(info.label, sizeof(info.label) - 1);
	return info;
}

} // namespace

SoftHub::Parts::Parts(Pins &pins, Alarm &alarm)
	: stream(pins.lines()),
	  lines(pins, stream),
	  player(lines, stream, alarm),
	  claims(lines, stream, player, alarm)
{
}

SoftHub::Access::Access(SoftHub &hub)
	: hub_(hub),
	  lock_(hub.mutex_),
	  head_(static_cast<std::uint32_t>(hub.parts_.stream.seq()))
{
}

SoftHub::Access::~Access()
{
	const auto count = static_cast<std::uint32_t>(hub_.parts_.stream.seq()) - head_;
	if (count == 0)
		return;
	/* The head before wake_at. Pairs with the fence in Cursor::prepare_sleep(). */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (SoftReader *reader : hub_.parts_.readers) {
		const std::uint32_t wake_at =
			__atomic_load_n(&reader->cursor.wake_at, __ATOMIC_RELAXED);
		if (wake_at - head_ - 1 < count)
			reader->bell.ring();
	}
}

Result<void> SoftHub::Access::check() const
{
	return hub_.parts_.is_gone ? Error{ENODEV, hub_.info_.name} : Result<void>();
}

SoftHub::SoftHub(unsigned number, std::unique_ptr<Pins> pins)
	: pins_(std::move(pins)),
	  info_(make_info(number, *pins_)),
	  alarm_([this](std::uint64_t now_ns) { return due(now_ns); }),
	  parts_(*pins_, alarm_)
{
	pins_->start(*this);
}

/* Both threads, before anything that they use. */
SoftHub::~SoftHub()
{
	pins_->stop();
	alarm_.stop();
}

Result<std::unique_ptr<HubWatch>> SoftHub::watch()
{
	if (auto there = Access(*this).check(); !there)
		return there.error();
	auto bell = SoftBell::create();
	if (!bell)
		return bell.error();
	return std::unique_ptr<HubWatch>(
		std::make_unique<SoftWatch>(shared_from_this(), *std::move(bell)));
}

Result<std::unique_ptr<HubOwner>> SoftHub::own()
{
	if (auto there = Access(*this).check(); !there)
		return there.error();
	return std::unique_ptr<HubOwner>(std::make_unique<SoftOwner>(shared_from_this()));
}

bool SoftHub::is_gone()
{
	return !Access(*this).check();
}

void SoftHub::edges(std::span<const PinEdge> edges)
{
	while (!edges.empty()) {
		const auto some = edges.first(std::min(edges.size(), kEdgesAtOnce));
		edges = edges.subspan(some.size());
		const Access hub(*this);
		for (const PinEdge &edge : some) {
			if (hub->lines.take(edge))
				hub->player.edge(edge.line, edge.level, edge.time_ns);
		}
	}
}

/* As in the module: first what was going on has its end, then each line is told gone. */
void SoftHub::gone()
{
	const Access hub(*this);
	if (hub->is_gone)
		return;
	hub->claims.gone();
	hub->lines.gone();
	hub->is_gone = true;
	for (SoftReader *reader : hub->readers)
		reader->bell.hang_up();
}

/* In the alarm's thread. */
std::uint64_t SoftHub::due(std::uint64_t now_ns)
{
	const Access hub(*this);
	const std::uint64_t heartbeat = hub->claims.look_for_silent(now_ns);
	return std::min(heartbeat, hub->player.run(now_ns));
}

} // namespace gpiohub::daemon
