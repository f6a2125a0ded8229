/* SPDX-License-Identifier: MIT */
/* Reads what a back end publishes, as the daemon does: sleeps on its descriptor. */
#pragma once

#include "backend/backend.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <stdexcept>
#include <vector>

namespace gpiohub::daemon
{

class StreamReader
{
public:
	/** From the first event on. */
	explicit StreamReader(HubWatch &watch) : watch_(watch), reader_(watch.view().ring, 0) {}

	/** The next event; waits for it, 10 s at most. */
	gpiohub_event next()
	{
		gpiohub_event event{};
		while (!take(event))
			sleep();
		return event;
	}

	/** The next event of that type; those before it are skipped. */
	gpiohub_event next(std::uint8_t type)
	{
		for (;;) {
			const gpiohub_event event = next();
			if (event.type == type)
				return event;
		}
	}

	/** All that is there now. */
	std::vector<gpiohub_event> rest()
	{
		std::vector<gpiohub_event> events;
		for (gpiohub_event event{}; take(event);)
			events.push_back(event);
		return events;
	}

	/** The types of all that is there now. */
	std::vector<int> rest_types()
	{
		std::vector<int> types;
		for (const gpiohub_event &event : rest())
			types.push_back(event.type);
		return types;
	}

	RingReader &reader() { return reader_; }
	std::uint64_t lost() const { return lost_; }

private:
	bool take(gpiohub_event &event)
	{
		const Batch batch = reader_.read({&event, 1});
		lost_ += batch.lost;
		return batch.count == 1;
	}

	void sleep()
	{
		eventfd_t ignored = 0;
		::eventfd_read(watch_.view().fd, &ignored);
		Cursor cursor = watch_.view().cursor;
		if (!cursor.prepare_sleep(reader_))
			return;
		pollfd poll{watch_.view().fd, POLLIN, 0};
		if (::poll(&poll, 1, 10'000) != 1)
			throw std::runtime_error("the hub is silent");
	}

	HubWatch &watch_;
	RingReader reader_;
	std::uint64_t lost_ = 0;
};

} // namespace gpiohub::daemon
