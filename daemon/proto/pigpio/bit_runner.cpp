/* SPDX-License-Identifier: MIT */
#include "bit_runner.hpp"

#include <gpiohub/clock.hpp>

#include <algorithm>
#include <bit>
#include <chrono>
#include <utility>

namespace gpiohub::daemon::pigpio
{

namespace
{

/* How often what is waited for is looked at, at most. */
constexpr std::uint64_t kLookNs = 100'000;

} // namespace

Result<std::unique_ptr<BitRunner>> BitRunner::create(Reactor &reactor, Lines &lines)
{
	std::unique_ptr<BitRunner> runner(new BitRunner(reactor, lines));
	auto timer = Timer::create(reactor, [raw = runner.get()] { raw->later(); });
	if (!timer)
		return timer.error();
	runner->timer_ = *std::move(timer);
	return runner;
}

BitRunner::~BitRunner()
{
	reactor_.remove(*this);
	if (!jobs_.empty())
		let_go(*jobs_.front().master);
}

/* At once, as far as the lines can be driven: no device is left selected, no line held down. */
void BitRunner::let_go(BitMaster &master)
{
	master.cancel();
	master.give_up();
	while (const auto step = master.next(false)) {
		const Gpios can = step->drive & lines_.outputs() & ~lines_.playing();
		(void)lines_.drive(can, step->levels & can);
	}
}

void BitRunner::fail()
{
	BitMaster &master = *jobs_.front().master;
	const Status broken = master.broken();
	let_go(master);
	finish(broken);
}

void BitRunner::add(BitJob job)
{
	jobs_.push_back(std::move(job));
	reactor_.later(*this);
}

bool BitRunner::left(const Asker &asker)
{
	if (jobs_.empty())
		return false;
	bool is_its = false;
	if (BitJob &running = jobs_.front(); running.asker == &asker) {
		running.asker = nullptr;
		running.master->cancel();
		is_its = true;
	}
	return std::erase_if(jobs_, [&](const BitJob &job) { return job.asker == &asker; }) > 0 ||
		is_its;
}

bool BitRunner::is_busy(unsigned bus) const noexcept
{
	return std::any_of(
		jobs_.begin(), jobs_.end(), [&](const BitJob &job) { return job.bus == bus; });
}

void BitRunner::fail_all()
{
	for (BitJob &job : jobs_)
		job.is_broken = true;
	reactor_.later(*this);
}

void BitRunner::later()
{
	const std::uint64_t begin = monotonic_ns();
	while (!jobs_.empty()) {
		const std::uint64_t now = monotonic_ns();
		if (now - begin > kShareNs) {
			reactor_.later(*this);
			return;
		}
		if (jobs_.front().is_broken)
			finish(jobs_.front().master->broken());
		else if (now >= due_ns_)
			work(now);
		else if (due_ns_ - now > kSpinNs) {
			timer_->arm(std::chrono::nanoseconds(due_ns_ - now));
			return;
		}
	}
}

void BitRunner::work(std::uint64_t now_ns)
{
	switch (phase_) {
	case Phase::Begin:
		begin_step();
		break;
	case Phase::Drive:
		drive_step(now_ns);
		break;
	case Phase::Await:
		await(now_ns);
		break;
	case Phase::Half:
		end_half();
		break;
	}
}

void BitRunner::begin_step()
{
	const auto step = jobs_.front().master->next(sample_);
	sample_ = false;
	if (!step) {
		finish(jobs_.front().master->reply());
		return;
	}
	step_ = *step;
	phase_ = Phase::Drive;
	const std::uint64_t now = monotonic_ns();
	until_ns_ = now + kMostPlayedNs;
	drive_step(now);
}

void BitRunner::drive_step(std::uint64_t now_ns)
{
	if ((step_.drive & lines_.playing()) != 0 && now_ns < until_ns_) {
		due_ns_ = now_ns + kLookNs;
		return;
	}
	if (!drive(step_)) {
		fail();
		return;
	}
	if (step_.await == 0) {
		begin_half();
		return;
	}
	phase_ = Phase::Await;
	due_ns_ = 0;
	until_ns_ = monotonic_ns() + kMostHeldNs;
}

/* False also where they are no outputs any more, or a pattern's: somebody made them so. */
bool BitRunner::drive(const BitStep &step)
{
	return (step.drive & (~lines_.outputs() | lines_.playing())) == 0 &&
		lines_.drive(step.drive, step.levels) == Status::Ok;
}

void BitRunner::await(std::uint64_t now_ns)
{
	const auto level = lines_.read(static_cast<unsigned>(std::countr_zero(step_.await)));
	if (!level) {
		fail();
		return;
	}
	if (*level) {
		begin_half();
		return;
	}
	due_ns_ = now_ns + std::min(jobs_.front().half_ns, kLookNs);
	if (now_ns < until_ns_)
		return;
	jobs_.front().master->give_up();
	phase_ = Phase::Begin;
}

void BitRunner::begin_half()
{
	phase_ = Phase::Half;
	/* From when the lines are so. */
	due_ns_ = step_.is_half ? monotonic_ns() + jobs_.front().half_ns : 0;
}

void BitRunner::end_half()
{
	phase_ = Phase::Begin;
	due_ns_ = 0;
	if (step_.sample == 0)
		return;
	const auto level = lines_.read(static_cast<unsigned>(std::countr_zero(step_.sample)));
	if (level)
		sample_ = *level;
	else
		fail();
}

/* Nothing of it is touched after its answer, which may bring the next one, or end its client. */
void BitRunner::finish(const Reply &reply)
{
	const BitJob job = std::move(jobs_.front());
	jobs_.pop_front();
	phase_ = Phase::Begin;
	sample_ = false;
	due_ns_ = 0;
	if (job.asker != nullptr)
		job.asker->answer(reply);
}

} // namespace gpiohub::daemon::pigpio
