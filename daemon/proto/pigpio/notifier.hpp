/* SPDX-License-Identifier: MIT */
/*
 * pigpio's notifications: handles and what each wants to be told, filters, watchdogs and
 * events, all by the events' own times. One for all clients: filters and watchdogs are
 * the board's, as pigpio has it.
 *
 * It is a sink of the hub like a session's: what its handles' masks name is armed, as far
 * as the lines are free and not reserved.
 */
#pragma once

#include "bank.hpp"
#include "filter.hpp"
#include "handles.hpp"
#include "wire.hpp"

#include "event_sink.hpp"
#include "reactor.hpp"
#include "timer.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gpiohub::daemon
{
class Hub;
}

namespace gpiohub::daemon::pigpio
{

/** Where a handle's reports go; outlives the handle. */
class ReportStream
{
public:
	virtual ~ReportStream() = default;
	/** All of them or, if there is no room, none. */
	virtual void send(std::span<const Report> reports) = 0;
};

class Notifier final : public EventSink
{
public:
	static constexpr std::size_t kMostHandles = 1024;
	/** Of one connection: so that none takes all. */
	static constexpr std::size_t kMostHandlesOfOne = 32;
	/** Who looks later than so at a watchdog is told of it once. */
	static constexpr std::uint64_t kMostLateNs = 20'000'000;
	/** Without a report for so long a handle is sent one that says that it lives. */
	static constexpr std::uint64_t kAliveNs = 60'000'000'000;

	/** Told of every edge of these GPIOs as it is, before any filter. */
	using EdgeListener = std::function<void(unsigned gpio, bool level, std::uint64_t time_ns)>;
	/** The run of a pattern, anybody's, whose lowest line that is has ended. */
	using PatternListener = std::function<void(unsigned line, std::uint32_t id)>;

	static Result<std::unique_ptr<Notifier>> create(Reactor &reactor);
	~Notifier() override;

	/** What there is to watch; `reserved`: watched only by who names them. */
	void attach(Hub &hub, const Bank &bank, Gpios reserved);
	/** The hub goes: handles stay, without a line to tell of. */
	void detach();

	/** Only these are watched, and their levels told: clients may look at no others. */
	void show(Gpios gpios);

	/** NoHandle: there are too many. */
	Reply open(ReportStream &stream, std::string maker);
	/** Reports of these GPIOs; none: pauses. */
	Reply begin(std::uint32_t handle, std::uint32_t bits);
	Reply want_events(std::uint32_t handle, std::uint32_t bits);
	Reply close(std::uint32_t handle);
	/** All that go there. */
	void close_all(const ReportStream &stream);
	/** Tells who wants to know of that event. */
	void event(unsigned id);

	void watchdog(unsigned gpio, std::uint64_t timeout_ns);
	void glitch_filter(unsigned gpio, std::uint64_t steady_ns);
	void noise_filter(unsigned gpio, std::uint64_t quiet_ns, std::uint64_t active_ns);

	/** A command named it: it is no longer reserved. */
	void name(unsigned gpio);
	/** Whose edges are listened to. */
	void listen(std::uint32_t gpios);
	void on_edge(EdgeListener listener) { edge_listener_ = std::move(listener); }
	/** Patterns play, or none does any more. */
	void on_pattern(PatternListener listener) { pattern_listener_ = std::move(listener); }
	/** Events were lost, ends of patterns perhaps among them. */
	void on_loss(std::function<void()> listener) { loss_listener_ = std::move(listener); }
	void expect_patterns(bool are_expected);

	/** GPIOs that only who names them may watch or ask the chip about. */
	Gpios untouchable() const noexcept { return reserved_ & ~named_; }
	std::vector<HandleInfo> handles() const;
	/** GPIOs with a watchdog or a filter. */
	std::uint32_t watched_over() const noexcept { return watchdogs_ | filtered_; }

	void deliver(std::span<const gpiohub_event> events) override;
	std::uint64_t lines() const noexcept override { return lines_; }

private:
	struct Handle {
		ReportStream &stream;
		std::string maker;
		std::uint32_t bits = 0;
		std::uint32_t event_bits = 0;
		std::uint16_t seqno = 0;
		std::uint64_t last_ns = 0; /* of the last report */
		std::vector<Report> reports = {};
	};
	struct Line {
		Filter filter;
		std::uint64_t first_seq = 0; /* events before it are of before it was watched */
		std::uint64_t timeout_ns = 0;
		std::uint64_t timeout_due = Filter::kNever;
	};

	explicit Notifier(Reactor &reactor) : reactor_(reactor) {}

	std::uint32_t wanted() const noexcept;
	void rearm();
	std::optional<std::uint64_t> enter();
	void sample(std::uint32_t gpios);
	void filter_changed(unsigned gpio);
	void take_edge(unsigned gpio, bool level, std::uint64_t time_ns);
	void catch_up(const gpiohub_event &event);
	void settle(std::uint64_t now_ns);
	void settle_one(unsigned gpio, std::uint64_t at_ns, std::uint64_t now_ns);
	void changed(unsigned gpio, bool level, std::uint64_t time_ns);
	void add(Handle &handle, std::uint16_t flags, std::uint64_t time_ns);
	void flush();
	void keep_alive(std::uint64_t now_ns);
	void note_due();
	void arm_timer();
	void expired();

	Reactor &reactor_;
	std::unique_ptr<Timer> timer_;
	std::uint64_t timer_due_ = Filter::kNever; /* what it is armed for */

	Hub *hub_ = nullptr;
	Bank bank_;
	Gpios reserved_ = 0;
	Gpios named_ = 0;
	Gpios shown_ = ~Gpios{0};
	std::uint64_t lines_ = 0; /* armed */
	std::uint32_t listened_ = 0;
	bool are_patterns_expected_ = false;
	std::uint64_t next_seq_ = 0;

	std::map<std::uint32_t, Handle> handles_;
	bool has_reports_ = false; /* a handle has some that are not sent yet */
	std::array<Line, kUserGpios> of_{};
	std::uint32_t filtered_ = 0;
	std::uint32_t watchdogs_ = 0;
	std::uint64_t due_ = Filter::kNever; /* of filters and watchdogs */
	std::uint32_t levels_ = 0;           /* true, of what is watched */
	std::uint32_t reported_ = 0;         /* as clients see them: filters apply */

	EdgeListener edge_listener_;
	PatternListener pattern_listener_;
	std::function<void()> loss_listener_;
};

} // namespace gpiohub::daemon::pigpio
