/* SPDX-License-Identifier: MIT */
/*
 * Pins over the kernel's GPIO character device: up to 64 lines in a row of one chip, each
 * requested by itself while the hub has it. A thread reads their edges; it is also who
 * tells that the chip is gone, whoever noticed.
 *
 * What the kernel cannot say here: whether a chip heeded a pull (where it has none, that
 * is passed over), and whether an edge's time was taken in a thread.
 */
#pragma once

#include "gpio_line.hpp"
#include "pins.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace gpiohub::daemon
{

/** Edges of several lines in the order of their times; of one line, as they were read. */
void put_in_order(std::vector<PinEdge> &edges);

class ChardevPins final : public Pins
{
public:
	/** `first`, `count`: which lines of the chip. `consumer`: as whose they are known. */
	static Result<std::unique_ptr<ChardevPins>> create(std::shared_ptr<const GpioChip> chip,
		unsigned first, unsigned count, std::string consumer);
	~ChardevPins() override { stop(); }

	/** Has the hub told that the chip is gone. Any thread, under any lock. */
	void lost() noexcept;

	unsigned lines() const override { return count_; }
	/** "pinctrl-rp1:0-27", as the module names the hubs of hubs=auto. */
	std::string label() const override;
	void describe(wire::LineInfo &answer) override;
	void start(PinSink &sink) override;
	void stop() override;
	Result<PinSettings> take(unsigned line) override;
	void let_go(unsigned line) override;
	Result<void> configure(unsigned line, const PinSettings &settings, bool level) override;
	Result<void> drive(unsigned line, bool level) override;
	Result<bool> level(unsigned line) override;
	Result<void> arm(unsigned line) override;
	void disarm(unsigned line) override;

private:
	/* is_high: what it drives, as an output. */
	struct Pin {
		GpioLine line;
		PinSettings settings;
		EdgeSequence sequence;
		bool is_armed = false;
		bool is_high = false;
	};

	ChardevPins(std::shared_ptr<const GpioChip> chip, unsigned first, unsigned count,
		std::string consumer, UniqueFd epoll, UniqueFd wake);

	template <class T>
	Result<T> noticed(Result<T> result) noexcept;
	Result<void> follow(int fd, std::uint32_t events, std::uint32_t source);
	Result<void> tell(Pin &pin, const PinSettings &settings, bool level, bool is_armed);
	void run(PinSink &sink);
	bool collect(unsigned line, std::vector<PinEdge> &edges);

	const std::shared_ptr<const GpioChip> chip_;
	const unsigned first_;
	const unsigned count_;
	const std::string consumer_;
	const UniqueFd epoll_; /* the armed lines, the chip and wake_ */
	const UniqueFd wake_;
	std::atomic<bool> is_lost_ = false;
	std::atomic<bool> is_stopping_ = false;
	std::mutex mutex_; /* guards the pins; inside the hub's lock */
	std::array<std::optional<Pin>, GPIOHUB_MAX_LINES> pins_;
	std::vector<gpio_v2_line_event> events_; /* of one line; the thread's */
	std::thread thread_;
};

} // namespace gpiohub::daemon
