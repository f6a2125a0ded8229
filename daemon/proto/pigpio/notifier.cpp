/* SPDX-License-Identifier: MIT */
#include "notifier.hpp"

#include "hub.hpp"

#include <gpiohub/clock.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace gpiohub::daemon::pigpio
{

namespace
{

/* How long after it happened an edge may still come: another processor is at it. */
constexpr std::uint64_t kPublished = FilterChain::kPublished;

bool has(std::uint32_t bits, unsigned gpio)
{
	return (bits >> gpio & 1) != 0;
}

void set_bit(std::uint32_t &bits, unsigned gpio, bool to)
{
	const std::uint32_t bit = std::uint32_t{1} << gpio;
	bits = to ? bits | bit : bits & ~bit;
}

} // namespace

Result<std::unique_ptr<Notifier>> Notifier::create(Reactor &reactor)
{
	std::unique_ptr<Notifier> notifier(new Notifier(reactor));
	auto timer = Timer::create(reactor, [raw = notifier.get()] { raw->expired(); });
	if (!timer)
		return timer.error();
	notifier->timer_ = *std::move(timer);
	return notifier;
}

Notifier::~Notifier()
{
	if (hub_ != nullptr)
		hub_->unsubscribe(*this);
}

/* --- what is watched ------------------------------------------------------- */

void Notifier::attach(Hub &hub, const Bank &bank, Gpios reserved)
{
	hub_ = &hub;
	bank_ = bank;
	reserved_ = reserved;
	rearm();
}

void Notifier::detach()
{
	if (hub_ != nullptr)
		hub_->unsubscribe(*this);
	hub_ = nullptr;
	bank_ = {};
	lines_ = 0;
}

void Notifier::name(unsigned gpio)
{
	if ((untouchable() >> gpio & 1) == 0)
		return;
	named_ |= gpio_bit(gpio);
	rearm();
}

void Notifier::listen(std::uint32_t gpios)
{
	listened_ = gpios;
	rearm();
}

void Notifier::expect_patterns(bool are_expected)
{
	if (are_patterns_expected_ == are_expected)
		return;
	are_patterns_expected_ = are_expected;
	rearm();
}

void Notifier::show(Gpios gpios)
{
	if (shown_ == gpios)
		return;
	shown_ = gpios;
	rearm();
}

std::uint32_t Notifier::wanted() const noexcept
{
	std::uint32_t wanted = watchdogs_ | listened_ | filtered_;
	for (const auto &[number, handle] : handles_)
		wanted |= handle.bits;
	return wanted & static_cast<std::uint32_t>(shown_ & ~untouchable());
}

void Notifier::rearm()
{
	if (hub_ == nullptr)
		return;
	const std::uint64_t before = lines_;
	const bool was_in = hub_->is_subscribed(*this);
	lines_ = bank_.to_lines(wanted());
	if (lines_ == before && was_in && (lines_ != 0 || are_patterns_expected_))
		return;
	if (lines_ == 0 && !are_patterns_expected_) {
		hub_->unsubscribe(*this);
		return;
	}
	const auto end = enter();
	if (!end) {
		lines_ = was_in ? before : 0;
		return;
	}
	/* What is in the ring already is for lines that were watched before. */
	if (!was_in)
		next_seq_ = *end;
	const auto added =
		static_cast<std::uint32_t>(bank_.to_gpios(was_in ? lines_ & ~before : lines_));
	for (std::uint32_t rest = added; rest != 0; rest &= rest - 1)
		of_[static_cast<unsigned>(std::countr_zero(rest))].first_seq = *end;
	sample(added);
}

/* Arms what is wanted, but for lines that refuse: somebody else uses them. The position from
 * which they are watched; nothing: none can be, and it is as before. */
std::optional<std::uint64_t> Notifier::enter()
{
	for (;;) {
		const auto entered = hub_->await(*this);
		if (entered)
			return *entered;
		const std::uint8_t line = entered.error().line;
		if (line >= 64 || (lines_ >> line & 1) == 0)
			return std::nullopt;
		lines_ &= ~(std::uint64_t{1} << line);
	}
}

/* A line that is watched from now on: nobody is told of the level that it has. */
void Notifier::sample(std::uint32_t gpios)
{
	std::uint32_t now = 0;
	for (std::uint32_t rest = gpios; rest != 0; rest &= rest - 1) {
		const auto gpio = static_cast<unsigned>(std::countr_zero(rest));
		const auto level = hub_->get(bank_.to_lines(gpio_bit(gpio)));
		set_bit(now, gpio, level ? *level != 0 : has(levels_, gpio));
	}
	levels_ = (levels_ & ~gpios) | now;
	reported_ = (reported_ & ~gpios) | now;
	for (std::uint32_t rest = gpios & filtered_; rest != 0; rest &= rest - 1) {
		const auto gpio = static_cast<unsigned>(std::countr_zero(rest));
		of_[gpio].filter.restart(has(now, gpio));
	}
}

/* --- handles ---------------------------------------------------------------- */

Reply Notifier::open(ReportStream &stream, std::string maker)
{
	const auto of_it = std::count_if(handles_.begin(), handles_.end(),
		[&](const auto &each) { return &each.second.stream == &stream; });
	if (handles_.size() >= kMostHandles || static_cast<std::size_t>(of_it) >= kMostHandlesOfOne)
		return Status::NoHandle;
	std::uint32_t number = 0;
	for (const auto &[taken, handle] : handles_) {
		if (taken != number)
			break;
		number++;
	}
	handles_.emplace(number, Handle{stream, std::move(maker)});
	handles_.at(number).last_ns = monotonic_ns();
	arm_timer();
	return Reply::number(number);
}

Reply Notifier::begin(std::uint32_t handle, std::uint32_t bits)
{
	const auto found = handles_.find(handle);
	if (found == handles_.end())
		return Status::BadHandle;
	found->second.bits = bits;
	rearm();
	return Status::Ok;
}

Reply Notifier::want_events(std::uint32_t handle, std::uint32_t bits)
{
	const auto found = handles_.find(handle);
	if (found == handles_.end())
		return Status::BadHandle;
	found->second.event_bits = bits;
	return Status::Ok;
}

Reply Notifier::close(std::uint32_t handle)
{
	if (handles_.erase(handle) == 0)
		return Status::BadHandle;
	rearm();
	return Status::Ok;
}

void Notifier::close_all(const ReportStream &stream)
{
	if (std::erase_if(
		    handles_, [&](const auto &each) { return &each.second.stream == &stream; }) > 0)
		rearm();
}

std::vector<HandleInfo> Notifier::handles() const
{
	std::vector<HandleInfo> infos;
	for (const auto &[number, handle] : handles_)
		infos.push_back({number, handle.maker, fmt::format("of {:#x}", handle.bits)});
	return infos;
}

void Notifier::event(unsigned id)
{
	const std::uint64_t now = monotonic_ns();
	for (auto &[number, handle] : handles_) {
		if (has(handle.event_bits, id))
			add(handle, static_cast<std::uint16_t>(kReportEvent | id), now);
	}
	flush();
}

/* --- filters and watchdogs -------------------------------------------------- */

void Notifier::watchdog(unsigned gpio, std::uint64_t timeout_ns)
{
	Line &line = of_[gpio];
	line.timeout_ns = timeout_ns;
	line.timeout_due = timeout_ns == 0 ? Filter::kNever : monotonic_ns() + timeout_ns;
	set_bit(watchdogs_, gpio, timeout_ns != 0);
	rearm();
	note_due();
	arm_timer();
}

void Notifier::glitch_filter(unsigned gpio, std::uint64_t steady_ns)
{
	of_[gpio].filter.glitch(steady_ns, has(levels_, gpio));
	filter_changed(gpio);
}

void Notifier::noise_filter(unsigned gpio, std::uint64_t quiet_ns, std::uint64_t active_ns)
{
	of_[gpio].filter.noise(quiet_ns, active_ns, has(levels_, gpio));
	filter_changed(gpio);
}

/* sample() sees to lines that are watched from now on. A level that the filter before held
 * back is told now: nobody else would. */
void Notifier::filter_changed(unsigned gpio)
{
	set_bit(filtered_, gpio, !of_[gpio].filter.is_open());
	rearm();
	if (has(levels_, gpio) != has(reported_, gpio))
		changed(gpio, has(levels_, gpio), monotonic_ns());
	flush();
	note_due();
}

/* --- events ----------------------------------------------------------------- */

void Notifier::deliver(std::span<const gpiohub_event> events)
{
	for (const gpiohub_event &event : events) {
		if (event.seq < next_seq_)
			continue;
		if (event.seq != next_seq_)
			catch_up(event);
		next_seq_ = event.seq + 1;
		if (event.type == GPIOHUB_EVENT_PATTERN && pattern_listener_) {
			pattern_listener_(event.line, event.value);
			continue;
		}
		const bool is_edge =
			event.type == GPIOHUB_EVENT_RISING || event.type == GPIOHUB_EVENT_FALLING;
		/* Others watch lines that we may not look at. */
		if (!is_edge || (lines_ >> event.line & 1) == 0)
			continue;
		const auto gpio = bank_.gpio(event.line);
		if (gpio && *gpio < kUserGpios && event.seq >= of_[*gpio].first_seq)
			take_edge(*gpio, event.type == GPIOHUB_EVENT_RISING, event.time_ns);
	}
	flush();
	arm_timer();
}

/* Events were lost: lines have the levels that this one tells, as of its time. */
void Notifier::catch_up(const gpiohub_event &event)
{
	if (loss_listener_)
		loss_listener_();
	if (!has_levels(event))
		return;
	const std::uint64_t lines = lines_ & hub_->state().known();
	const auto now = static_cast<std::uint32_t>(bank_.to_gpios(event.levels & lines));
	const auto known = static_cast<std::uint32_t>(bank_.to_gpios(lines));
	for (std::uint32_t rest = (levels_ ^ now) & known; rest != 0; rest &= rest - 1) {
		const auto gpio = static_cast<unsigned>(std::countr_zero(rest));
		take_edge(gpio, has(now, gpio), event.time_ns);
	}
}

void Notifier::take_edge(unsigned gpio, bool level, std::uint64_t time_ns)
{
	if (time_ns >= due_)
		settle(time_ns);
	if (has(levels_, gpio) == level)
		return;
	set_bit(levels_, gpio, level);
	if (has(listened_, gpio) && edge_listener_)
		edge_listener_(gpio, level, time_ns);
	if (!has(filtered_, gpio)) {
		changed(gpio, level, time_ns);
		return;
	}
	if (of_[gpio].filter.edge(level, time_ns))
		changed(gpio, level, time_ns);
	note_due();
}

/* What the time alone decides, in the order of its times. */
void Notifier::settle(std::uint64_t now_ns)
{
	while (due_ <= now_ns) {
		const std::uint64_t at = due_;
		for (std::uint32_t rest = filtered_ | watchdogs_; rest != 0; rest &= rest - 1)
			settle_one(static_cast<unsigned>(std::countr_zero(rest)), at, now_ns);
		note_due();
	}
}

void Notifier::settle_one(unsigned gpio, std::uint64_t at_ns, std::uint64_t now_ns)
{
	Line &line = of_[gpio];
	Filter::Change change{};
	if (line.filter.due() <= at_ns && line.filter.settle(change))
		changed(gpio, change.level, change.time_ns);
	if (line.timeout_due > at_ns)
		return;
	for (auto &[number, handle] : handles_) {
		if (has(handle.bits, gpio))
			add(handle, static_cast<std::uint16_t>(kReportWatchdog | gpio),
				line.timeout_due);
	}
	line.timeout_due += line.timeout_ns;
	/* Who comes so late would be ever later with the reports of all that was missed. */
	if (line.timeout_due + kMostLateNs < now_ns)
		line.timeout_due = now_ns;
}

void Notifier::changed(unsigned gpio, bool level, std::uint64_t time_ns)
{
	set_bit(reported_, gpio, level);
	Line &line = of_[gpio];
	if (line.timeout_ns != 0) {
		line.timeout_due = time_ns + line.timeout_ns;
		note_due();
	}
	for (auto &[number, handle] : handles_) {
		if (has(handle.bits, gpio))
			add(handle, 0, time_ns);
	}
}

void Notifier::add(Handle &handle, std::uint16_t flags, std::uint64_t time_ns)
{
	handle.reports.push_back({handle.seqno++, flags, tick_of(time_ns),
		reported_ & static_cast<std::uint32_t>(shown_)});
	handle.last_ns = time_ns;
	has_reports_ = true;
}

/* What a client's socket does not take is dropped: its numbers tell. */
void Notifier::flush()
{
	if (!has_reports_)
		return;
	has_reports_ = false;
	for (auto &[number, handle] : handles_) {
		if (handle.reports.empty())
			continue;
		handle.stream.send(handle.reports);
		handle.reports.clear();
	}
}

/* --- time ------------------------------------------------------------------- */

void Notifier::note_due()
{
	due_ = Filter::kNever;
	for (std::uint32_t rest = filtered_ | watchdogs_; rest != 0; rest &= rest - 1) {
		const Line &line = of_[static_cast<unsigned>(std::countr_zero(rest))];
		due_ = std::min({due_, line.filter.due(), line.timeout_due});
	}
}

/* Earlier than need be is no harm, and cheaper than to set it with each report. */
void Notifier::arm_timer()
{
	std::uint64_t due = due_ == Filter::kNever ? due_ : due_ + kPublished;
	if (timer_due_ > due || timer_due_ == Filter::kNever) {
		for (const auto &[number, handle] : handles_)
			due = std::min(due, handle.last_ns + kAliveNs);
	}
	if (due >= timer_due_)
		return;
	timer_due_ = due;
	const std::uint64_t now = monotonic_ns();
	timer_->arm(std::chrono::nanoseconds(due > now ? due - now : 1));
}

void Notifier::expired()
{
	timer_due_ = Filter::kNever;
	/* What happened until then is in the ring now. */
	const std::uint64_t now = monotonic_ns();
	if (hub_ == nullptr || hub_->deliver_all())
		settle(now - kPublished);
	keep_alive(now);
	flush();
	arm_timer();
}

void Notifier::keep_alive(std::uint64_t now_ns)
{
	for (auto &[number, handle] : handles_) {
		if (handle.last_ns + kAliveNs <= now_ns)
			add(handle, kReportAlive, now_ns);
	}
}

} // namespace gpiohub::daemon::pigpio
