/* SPDX-License-Identifier: MIT */
/*
 * What pigpio's clients find: one board for all of them, of one hub. Whatever they set up
 * stays when they go, as pigpio has it, notifications on their own sockets apart.
 */
#pragma once

#include "bit_buses.hpp"
#include "bus_thread.hpp"
#include "files.hpp"
#include "handles.hpp"
#include "hardware_pwm.hpp"
#include "i2c.hpp"
#include "lines.hpp"
#include "notifier.hpp"
#include "pwm.hpp"
#include "report_pipes.hpp"
#include "script_runner.hpp"
#include "serial.hpp"
#include "serial_reader.hpp"
#include "settings.hpp"
#include "spi.hpp"
#include "waves.hpp"

#include "../../metrics.hpp"
#include "../../timer.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>

namespace gpiohub::daemon::pigpio
{

class Board
{
public:
	static Result<std::unique_ptr<Board>> create(Reactor &reactor, const Settings &settings);

	/** A hub came: it is the board's if it may be, and the board has none. */
	void hub_came(Hub &hub);
	/** Does nothing for another hub than the board's. */
	void hub_gone(Hub &hub);
	/** nullptr: there is none. */
	Hub *hub() noexcept { return lines.is_attached() ? &lines.hub() : nullptr; }

	/** Patterns play, or may: it is to be known when they end. */
	bool is_playing() { return pwm.playing() != 0 || waves.is_busy(); }

	const Settings &settings() const noexcept { return settings_; }

	Lines lines;
	ReportPipes pipes;
	std::unique_ptr<Notifier> notifier;
	Pwm pwm{lines};
	Waves waves{lines};
	std::map<unsigned, SerialReader> readers; /* by the GPIO that they listen to */
	std::unique_ptr<BitBuses> bit_buses;
	std::unique_ptr<ScriptRunner> scripts;
	/** Whose command is being done, for who looks at handles later. */
	Caller caller;
	/* It, I2C and SPI are the bus thread's, PWM chips the PWM thread's. */
	Caller bus_caller;
	I2c i2c{bus_caller};
	Spi spi;
	HardwarePwm hardware_pwm;
	Serial serial{caller};
	Files files;
	/** Who drove or set up a GPIO last, who stored the scripts and made the waves. */
	std::array<std::string, kGpios> drivers;
	std::map<std::uint32_t, std::string> script_makers;
	std::map<std::uint32_t, std::string> wave_makers;
	/** Clients by this door may use the machine's buses, ports and files. */
	bool has_buses = true;
	/* What has no meaning here, for who asks for what he stored. */
	std::array<std::uint32_t, 3> pads{8, 8, 8}; /* mA */
	std::uint32_t internals = 0;                /* CSI */
	/* They go first: scripts may wait for them, and they use the buses and chips. */
	std::unique_ptr<BusThread> bus_thread;
	std::unique_ptr<BusThread> pwm_thread; /* if there are such chips */

	/** What clients by this door may do with the hub's lines, and their scripts. */
	void permit(const Rights &rights);
	const Rights &rights() const noexcept { return rights_; }

	/** What there is that stays, and who made it. */
	std::vector<MadeStats> made() const;

	/** The hub drives it, if that went well: hardware PWM is over there. */
	Reply by_hub(unsigned gpio, Reply reply);
	/** It is not answered any more. */
	void left(const Asker &asker);

	/** To be called after each command. */
	void settle();
	/** Takes what has happened until now. */
	void look();
	/** Other GPIOs' edges are listened to than before. */
	void listen();

private:
	/* How often ports are looked at that are not written out. */
	static constexpr std::chrono::milliseconds kPortsEvery{100};

	void take_edge(unsigned gpio, bool level, std::uint64_t time_ns);

	explicit Board(const Settings &settings)
		: pipes(settings.pipes),
		  spi(bus_caller, settings.spi),
		  hardware_pwm(settings.pwm),
		  files(caller, settings.files),
		  settings_(settings)
	{
	}

	Settings settings_;
	std::unique_ptr<Timer> ports_timer_;
	bool are_ports_due_ = false;
	Rights rights_ = Rights::everything();
};

} // namespace gpiohub::daemon::pigpio
