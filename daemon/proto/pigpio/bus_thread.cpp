/* SPDX-License-Identifier: MIT */
#include "bus_thread.hpp"

#include "backend/quiet_thread.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace gpiohub::daemon::pigpio
{

Result<std::unique_ptr<BusThread>> BusThread::create(
	Reactor &reactor, Look look, std::function<void()> answered)
{
	UniqueFd done(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (!done)
		return Error{errno, "eventfd"};
	std::unique_ptr<BusThread> thread(
		new BusThread(reactor, std::move(done), std::move(look), std::move(answered)));
	if (const auto added = reactor.add(*thread, thread->done_fd_.get(), EPOLLIN); !added)
		return added.error();
	thread->thread_ = quiet_thread([raw = thread.get()] { raw->run(); });
	return thread;
}

BusThread::~BusThread()
{
	reactor_.remove(*this);
	{
		const std::lock_guard lock(mutex_);
		is_ending_ = true;
	}
	changed_.notify_one();
	if (thread_.joinable())
		thread_.join();
}

void BusThread::add(Work work, Asker *asker)
{
	{
		const std::lock_guard lock(mutex_);
		waiting_.push_back(std::make_unique<Job>(Job{std::move(work), asker}));
	}
	changed_.notify_one();
}

void BusThread::left(const Asker &asker)
{
	const std::lock_guard lock(mutex_);
	for (auto *jobs : {&waiting_, &done_}) {
		for (const auto &job : *jobs) {
			if (job->asker == &asker)
				job->asker = nullptr;
		}
	}
}

std::vector<MadeStats> BusThread::made() const
{
	const std::lock_guard lock(mutex_);
	return made_;
}

void BusThread::run()
{
	std::unique_lock lock(mutex_);
	for (;;) {
		changed_.wait(lock, [this] { return is_ending_ || !waiting_.empty(); });
		if (is_ending_)
			return;
		Job &job = *waiting_.front();
		lock.unlock();
		Reply reply = job.work();
		std::vector<MadeStats> made = look_();
		lock.lock();
		job.reply = std::move(reply);
		made_ = std::move(made);
		done_.push_back(std::move(waiting_.front()));
		waiting_.pop_front();
		::eventfd_write(done_fd_.get(), 1);
	}
}

/* An answer may bring the next piece of work, or have its asker leave. */
void BusThread::ready(std::uint32_t)
{
	eventfd_t ignored = 0;
	::eventfd_read(done_fd_.get(), &ignored);
	for (;;) {
		std::unique_ptr<Job> job;
		{
			const std::lock_guard lock(mutex_);
			if (done_.empty())
				break;
			job = std::move(done_.front());
			done_.pop_front();
		}
		if (job->asker != nullptr)
			job->asker->answer(job->reply);
	}
	answered_();
}

} // namespace gpiohub::daemon::pigpio
