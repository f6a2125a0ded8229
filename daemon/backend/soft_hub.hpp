/* SPDX-License-Identifier: MIT */
/*
 * A hub in the daemon's own memory, over pins that are not the module's: the same
 * ring, state page and commands (linux/gpiohub.h), without rules and latches. One
 * lock guards all of it: the loop's thread commands, a thread of the pins reports
 * edges, and the alarm's plays patterns and misses heartbeats.
 */
#pragma once

#include "alarm.hpp"
#include "backend.hpp"
#include "pins.hpp"
#include "soft_bell.hpp"
#include "soft_claims.hpp"
#include "soft_lines.hpp"
#include "soft_player.hpp"
#include "soft_stream.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace gpiohub::daemon
{

/** One who looks: woken when the ring comes to wake_at. */
struct SoftReader {
	explicit SoftReader(SoftBell its_bell) : bell(std::move(its_bell)) {}

	gpiohub_cursor cursor{}; /* written by him, read by who publishes */
	SoftBell bell;           /* these two under the hub's lock */
	std::uint64_t lines = 0; /* that he watches */
};

class SoftHub final : public PinSink, public std::enable_shared_from_this<SoftHub>
{
private:
	struct Parts;

public:
	/**
	 * The hub's lock, and what is under it. Given back, it wakes who waits for what
	 * was published meanwhile.
	 */
	class Access
	{
	public:
		explicit Access(SoftHub &hub);
		Access(const Access &) = delete;
		Access &operator=(const Access &) = delete;
		~Access();

		Parts *operator->() const noexcept { return &hub_.parts_; }

		/** ENODEV: the hub is gone. Whatever is asked of it asks this first. */
		Result<void> check() const;

	private:
		SoftHub &hub_;
		const std::lock_guard<std::mutex> lock_;
		const std::uint32_t head_; /* before */
	};

	/** `number`: as in /dev/gpiohub0. */
	SoftHub(unsigned number, std::unique_ptr<Pins> pins);
	SoftHub(const SoftHub &) = delete;
	SoftHub &operator=(const SoftHub &) = delete;
	~SoftHub() override;

	/** What back ends give; both keep the hub. ENODEV: it is gone. */
	Result<std::unique_ptr<HubWatch>> watch();
	Result<std::unique_ptr<HubOwner>> own();

	/** Nothing is there any more but the ring; nothing is published any more. */
	bool is_gone();

	const gpiohub_info &info() const noexcept { return info_; }
	RingView ring() const noexcept { return parts_.stream.ring(); }
	StateView state() const noexcept { return parts_.stream.view(); }

	void edges(std::span<const PinEdge> edges) override;
	void gone() override;

private:
	struct Parts {
		Parts(Pins &pins, Alarm &alarm);

		SoftStream stream;
		SoftLines lines;
		SoftPlayer player;
		SoftClaims claims;
		std::vector<SoftReader *> readers;
		bool is_gone = false;
	};

	std::uint64_t due(std::uint64_t now_ns);

	std::unique_ptr<Pins> pins_;
	gpiohub_info info_{}; /* constant */
	std::mutex mutex_;    /* guards the parts; pins and alarm are called under it */
	Alarm alarm_;
	Parts parts_;
};

} // namespace gpiohub::daemon
