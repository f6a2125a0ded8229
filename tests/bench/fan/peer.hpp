/* SPDX-License-Identifier: MIT */
/*
 * Who fans events out, as the crowd sees it: gpiohubd, mosquitto, or a program that
 * does nothing but write (bare.cpp).
 */
#pragma once

#include "crowd.hpp"

#include <gpiohub/fd.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace fan
{

/** `bursts` times `size` events, `hz` bursts a second. */
struct Bursts {
	std::uint32_t size = 0;
	std::uint32_t hz = 0;
	std::uint32_t count = 0;

	std::uint64_t period_ns() const noexcept { return 1'000'000'000ULL / hz; }
	std::uint64_t events() const noexcept { return std::uint64_t{size} * count; }
};

class Peer
{
public:
	virtual ~Peer() = default;

	/** A client that is told everything; nothing comes before start(). */
	virtual gpiohub::UniqueFd subscribe() = 0;
	/** As in Take. */
	virtual std::size_t take(std::span<const std::byte> bytes, Account &account) const = 0;
	/** Has the bursts ready, and calls `begin` just before the first one. */
	virtual void start(const Bursts &bursts, const std::function<void()> &begin) = 0;
};

/** gpiohubd --backend sim: clients watch one line. */
std::unique_ptr<Peer> make_native(const std::string &socket);
/** bare, which writes the same frames. */
std::unique_ptr<Peer> make_bare(const std::string &socket);
/** A broker of MQTT 3.1.1, QoS 0: one message an event, or a burst. */
std::unique_ptr<Peer> make_mqtt(const std::string &socket, bool is_batched);

/** A blocking stream connection to a Unix socket. */
gpiohub::UniqueFd connect_to(const std::string &path);
/** As take(), of a frame of gpiohub's. */
std::size_t take_frame(std::span<const std::byte> bytes, Account &account);

} // namespace fan
