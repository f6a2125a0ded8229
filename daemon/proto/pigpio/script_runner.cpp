/* SPDX-License-Identifier: MIT */
#include "script_runner.hpp"

#include <gpiohub/clock.hpp>

#include <chrono>

namespace gpiohub::daemon::pigpio
{

Result<std::unique_ptr<ScriptRunner>> ScriptRunner::create(Reactor &reactor,
	std::function<Reply(const Request &, Asker &)> execute, std::function<void()> awaited)
{
	std::unique_ptr<ScriptRunner> runner(
		new ScriptRunner(reactor, std::move(execute), std::move(awaited)));
	auto timer = Timer::create(reactor, [raw = runner.get()] { raw->later(); });
	if (!timer)
		return timer.error();
	runner->timer_ = *std::move(timer);
	return runner;
}

ScriptRunner::~ScriptRunner()
{
	reactor_.remove(*this);
}

std::uint64_t ScriptRunner::now_ns()
{
	return monotonic_ns();
}

/* What a script does by itself takes no time to speak of; a command may, on a bus. */
Reply ScriptRunner::execute(const Request &request, Asker &asker)
{
	Reply reply = execute_(request, asker);
	is_turn_over_ = monotonic_ns() >= turn_ends_ns_;
	return reply;
}

void ScriptRunner::later()
{
	is_turn_over_ = false;
	turn_ends_ns_ = monotonic_ns() + kNsPerTurn;
	store_.turn(kStepsPerTurn, *this);
	look();
}

void ScriptRunner::look()
{
	if (const std::uint32_t awaited = store_.awaited_gpios(); awaited != awaited_) {
		awaited_ = awaited;
		changed_();
	}
	if (store_.wants_steps()) {
		reactor_.later(*this);
		return;
	}
	if (const auto due = store_.next_due_ns()) {
		const std::uint64_t now = monotonic_ns();
		timer_->arm(std::chrono::nanoseconds(*due > now ? *due - now : 1));
	}
}

void ScriptRunner::gpio_changed(unsigned gpio)
{
	if ((awaited_ >> gpio & 1) == 0)
		return;
	store_.gpios_changed(std::uint32_t{1} << gpio);
	reactor_.later(*this);
}

void ScriptRunner::event(unsigned id)
{
	store_.events_happened(std::uint32_t{1} << id);
	look();
}

} // namespace gpiohub::daemon::pigpio
