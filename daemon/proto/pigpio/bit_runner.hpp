/* SPDX-License-Identifier: MIT */
/*
 * Runs the masters of bit-banged buses on the lines, one after the other, in the daemon's
 * loop: a bounded share of each turn, and none while a half of the clock passes that is long
 * enough to sleep through. A half is never shorter than asked, and as long as it takes.
 */
#pragma once

#include "asker.hpp"
#include "bit_master.hpp"
#include "lines.hpp"

#include "../../reactor.hpp"
#include "../../timer.hpp"

#include <cstdint>
#include <deque>
#include <memory>

namespace gpiohub::daemon::pigpio
{

/** One transfer. bus: whose, by the GPIO that it is known by. asker: who is answered when it
 * is over; nullptr: nobody any more. */
struct BitJob {
	std::unique_ptr<BitMaster> master;
	std::uint64_t half_ns;
	unsigned bus;
	Asker *asker;
	bool is_broken = false; /* its lines are gone */
};

class BitRunner final : public Source
{
public:
	/** Of a turn of the loop. */
	static constexpr std::uint64_t kShareNs = 500'000;
	/** What is sooner is not worth a timer. */
	static constexpr std::uint64_t kSpinNs = 20'000;
	/** For which a device may hold the clock: those that measure meanwhile do it for long. */
	static constexpr std::uint64_t kMostHeldNs = 100'000'000;
	/** For which a pattern that was ended, or a pulse, may go on driving one of the lines. */
	static constexpr std::uint64_t kMostPlayedNs = 100'000'000;

	static Result<std::unique_ptr<BitRunner>> create(Reactor &reactor, Lines &lines);
	/** What runs lets go of its lines; nobody is answered. */
	~BitRunner() override;

	void add(BitJob job);
	/** Who asked goes: what waits is forgotten, what runs is ended as the bus has it. False:
	 * there was nothing. */
	bool left(const Asker &asker);
	bool is_busy(unsigned bus) const noexcept;
	/** The lines are gone: everybody is answered, not from within. */
	void fail_all();

	void ready(std::uint32_t) override {}
	void later() override;

private:
	BitRunner(Reactor &reactor, Lines &lines) : reactor_(reactor), lines_(lines) {}

	/* What the step under way is at: to be taken, waiting for patterns on its lines to end,
	 * waiting for a clock that is held, its half. */
	enum class Phase : std::uint8_t { Begin, Drive, Await, Half };

	void work(std::uint64_t now_ns);
	void begin_step();
	void drive_step(std::uint64_t now_ns);
	void await(std::uint64_t now_ns);
	void begin_half();
	void end_half();
	bool drive(const BitStep &step);
	void finish(const Reply &reply);
	void fail();
	void let_go(BitMaster &master);

	Reactor &reactor_;
	Lines &lines_;
	std::unique_ptr<Timer> timer_;
	std::deque<BitJob> jobs_; /* the first one runs */

	BitStep step_;
	Phase phase_ = Phase::Begin;
	bool sample_ = false;
	std::uint64_t due_ns_ = 0;   /* what comes next; 0: at once */
	std::uint64_t until_ns_ = 0; /* for what may last */
};

} // namespace gpiohub::daemon::pigpio
