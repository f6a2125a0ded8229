/* SPDX-License-Identifier: MIT */
/*
 * The GPIOs as pigpio's clients drive them: modes, pulls, latches, all of them one
 * owner's, whoever asked, because pigpio keeps what a client leaves. Every change goes
 * down in one call, claim included.
 */
#pragma once

#include "bank.hpp"
#include "wire.hpp"

#include "hub.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace gpiohub::daemon::pigpio
{

/** As MODES and MODEG number them; 2 to 7: alternate functions, stored and echoed. */
inline constexpr unsigned kModeInput = 0;
inline constexpr unsigned kModeOutput = 1;

class Lines
{
public:
	/** `guard`: what happens to lines when the daemon goes. */
	void attach(Hub &hub, const Bank &bank, gpiohub_guard guard);
	void detach();
	bool is_attached() const noexcept { return hub_ != nullptr; }
	const Bank &bank() const noexcept { return bank_; }
	Hub &hub() noexcept { return *hub_; }

	Status set_mode(unsigned gpio, unsigned mode);
	unsigned mode(unsigned gpio) const;
	/** We made it one, and no alternate function was stored since. */
	bool is_output(unsigned gpio) const noexcept
	{
		return (outputs_ & gpio_bit(gpio)) != 0 && alternates_[gpio] == 0;
	}
	/** 0 off, 1 down, 2 up. Off is all right where the chip has no pulls. */
	Status pull(unsigned gpio, unsigned pull);
	/** Makes it an output. */
	Status write(unsigned gpio, bool level);
	/** Levels for those that are outputs; for the others they are latched, and are an
	 * output's first level. SomePermitted: not all of them could be driven. */
	Status drive(Gpios gpios, Gpios levels);
	/** What it was last told to be, as an output or for when it becomes one. */
	bool latched(unsigned gpio) const noexcept { return (latch_ >> gpio & 1) != 0; }
	Result<bool> read(unsigned gpio);
	/** Of those that can be asked; the rest is low. */
	Gpios levels(Gpios gpios);

	/** Owned outputs from now on, so that patterns may drive them. */
	Status make_outputs(Gpios gpios);
	Gpios outputs() const noexcept { return outputs_; }
	/** The same, but that they only pull low, and let go for high, as they do at first.
	 * is_pulled_up: where the chip can. The level of such a line is the chip's: that of a
	 * watched input is the last edge's, and that may still be on its way. */
	Status make_open_drain(Gpios gpios, bool is_pulled_up);
	Gpios open_drains() const noexcept { return open_drain_ & outputs_; }
	/** Those that patterns drive. */
	Gpios playing() const;
	/** What it was: a mode(), and the level of an output. */
	Status restore(unsigned gpio, unsigned mode, bool level);
	/** Called before each pattern, whose end is to be known. */
	void on_play(std::function<void()> listener) { play_listener_ = std::move(listener); }
	/** A pattern of steps whose bits are lines; the id of its request, not used before.
	 * `flags`: GPIOHUB_PLAY_*. */
	Status play(std::uint64_t lines, std::span<const gpiohub_step> steps, std::uint32_t flags,
		std::uint32_t &id);
	void cancel(std::uint32_t id);
	/** The guard of these while something plays there that must not freeze. */
	Status guard(Gpios gpios, bool is_playing);

private:
	Status write_after(unsigned gpio, bool level);
	Submitted submit(std::span<const gpiohub_command> commands);
	int submit_owned(Gpios gpios, std::span<const gpiohub_command> commands);
	void lose(Gpios gpios);
	gpiohub_command claim(Gpios gpios, bool is_playing) const noexcept;
	gpiohub_command configure(Gpios gpios, unsigned direction, unsigned bias) const noexcept;

	Hub *hub_ = nullptr;
	Bank bank_;
	gpiohub_guard guard_ = GPIOHUB_GUARD_KEEP;
	std::unique_ptr<HubOwner> owner_; /* from the first command on */
	Peer holder_{"pigpio"};           /* as other clients see the owner */
	std::function<void()> play_listener_;

	Gpios owned_ = 0;
	Gpios outputs_ = 0;
	Gpios open_drain_ = 0; /* when they were outputs last */
	Gpios latch_ = 0;
	std::array<std::uint8_t, kGpios> alternates_{};       /* 0: none */
	std::array<std::uint32_t, kGpios> last_write_{};      /* its request, that waits; 0: none */
	std::array<std::optional<unsigned>, kGpios> pulls_{}; /* that we made them */
	std::uint32_t next_id_ = 0;
};

} // namespace gpiohub::daemon::pigpio
