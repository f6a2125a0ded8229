/* SPDX-License-Identifier: MIT */
#include "board.hpp"

#include "call.hpp"

#include "log.hpp"

#include <gpiohub/clock.hpp>

#include <fmt/format.h>

#include <bit>
#include <utility>

namespace gpiohub::daemon::pigpio
{

namespace
{

void append(
	std::vector<MadeStats> &made, std::string_view kind, const std::vector<HandleInfo> &handles)
{
	for (const HandleInfo &handle : handles)
		made.push_back(
			{fmt::format("{} {}: {}", kind, handle.handle, handle.what), handle.who});
}

} // namespace

Result<std::unique_ptr<Board>> Board::create(Reactor &reactor, const Settings &settings)
{
	std::unique_ptr<Board> board(new Board(settings));
	auto notifier = Notifier::create(reactor);
	if (!notifier)
		return notifier.error();
	board->notifier = *std::move(notifier);
	board->notifier->on_pattern([raw = board.get()](unsigned line, std::uint32_t id) {
		raw->waves.ended(line, id);
		const auto gpio = raw->lines.bank().gpio(line);
		if (gpio && *gpio < kUserGpios)
			raw->pwm.ended(*gpio, id);
	});
	board->notifier->on_loss([raw = board.get()] {
		const std::uint64_t playing = raw->lines.hub().state().playing();
		raw->waves.ends_lost(playing);
		raw->pwm.ends_lost(raw->lines.bank().to_gpios(playing));
	});
	board->lines.on_play([raw = board.get()] { raw->notifier->expect_patterns(true); });
	auto bit_buses = BitBuses::create(reactor, board->lines);
	if (!bit_buses)
		return bit_buses.error();
	board->bit_buses = *std::move(bit_buses);
	auto ports_timer = Timer::create(reactor, [raw = board.get()] {
		raw->are_ports_due_ = false;
		raw->serial.let_go();
		raw->settle();
	});
	if (!ports_timer)
		return ports_timer.error();
	board->ports_timer_ = *std::move(ports_timer);
	auto scripts = ScriptRunner::create(
		reactor,
		[raw = board.get()](const Request &request, Asker &asker) {
			return execute({*raw, nullptr, "a script", request, &asker});
		},
		[raw = board.get()] { raw->listen(); });
	if (!scripts)
		return scripts.error();
	board->scripts = *std::move(scripts);
	auto bus_thread = BusThread::create(
		reactor,
		[raw = board.get()] {
			std::vector<MadeStats> made;
			append(made, "I2C", raw->i2c.handles());
			append(made, "SPI", raw->spi.handles());
			return made;
		},
		[raw = board.get()] { raw->scripts->look(); });
	if (!bus_thread)
		return bus_thread.error();
	board->bus_thread = *std::move(bus_thread);
	if (!settings.pwm.empty()) {
		auto pwm_thread = BusThread::create(
			reactor, [] { return std::vector<MadeStats>(); },
			[raw = board.get()] {
				raw->pwm.stop(raw->hardware_pwm.running());
				raw->scripts->look();
			});
		if (!pwm_thread)
			return pwm_thread.error();
		board->pwm_thread = *std::move(pwm_thread);
		board->pwm_thread->add(
			[raw = board.get()] { return raw->hardware_pwm.prepare(); }, nullptr);
	}
	board->notifier->on_edge(
		[raw = board.get()](unsigned gpio, bool level, std::uint64_t time_ns) {
			raw->take_edge(gpio, level, time_ns);
		});
	return board;
}

Reply Board::by_hub(unsigned gpio, Reply reply)
{
	if (reply.res >= 0 && hardware_pwm.leave(gpio))
		pwm_thread->add([this, gpio] { return hardware_pwm.off(gpio); }, nullptr);
	return reply;
}

void Board::left(const Asker &asker)
{
	(void)bit_buses->left(asker);
	bus_thread->left(asker);
	if (pwm_thread)
		pwm_thread->left(asker);
}

void Board::settle()
{
	notifier->expect_patterns(is_playing());
	if (serial.leaving() == 0 || are_ports_due_)
		return;
	are_ports_due_ = true;
	ports_timer_->arm(kPortsEvery);
}

void Board::permit(const Rights &rights)
{
	rights_ = rights;
	notifier->show(lines.bank().to_gpios(rights_.lines(Verb::Look)));
}

void Board::listen()
{
	std::uint32_t gpios = scripts->awaited_gpios();
	for (const auto &[gpio, reader] : readers)
		gpios |= std::uint32_t{1} << gpio;
	notifier->listen(gpios);
}

void Board::take_edge(unsigned gpio, bool level, std::uint64_t time_ns)
{
	scripts->gpio_changed(gpio);
	if (const auto reader = readers.find(gpio); reader != readers.end())
		reader->second.edge(level, time_ns);
}

void Board::look()
{
	if (hub() == nullptr)
		return;
	/* What happened until then is in the ring now. */
	const std::uint64_t now = monotonic_ns();
	if (!hub()->deliver_all())
		return;
	for (auto &[gpio, reader] : readers)
		reader.advance(now - FilterChain::kPublished);
}

void Board::hub_came(Hub &hub)
{
	if (settings_.hub && *settings_.hub != hub.number())
		return;
	/* One whose lines have the names is better than the first one. */
	const bool may_be_better = !settings_.hub && !settings_.gpios;
	if (lines.is_attached() && (!may_be_better || lines.bank().is_by_name()))
		return;
	const RoleHub its = hub.as_roles_see_it();
	Bank bank;
	if (settings_.gpios) {
		auto made = Bank::of(*settings_.gpios, its.lines, its.name);
		if (!made) {
			log(Level::Error,
				fmt::format("pigpio: {} cannot be served: pigpio.gpios: {}",
					hub.info().name, made.error().what));
			return;
		}
		bank = *made;
	} else {
		bank = Bank::by_default(its.lines, its.name);
		if (lines.is_attached() && !bank.is_by_name())
			return;
	}
	if (lines.is_attached())
		hub_gone(lines.hub());
	Gpios reserved = 0;
	for (const unsigned gpio : settings_.reserved)
		reserved |= gpio_bit(gpio);
	lines.attach(hub, bank, settings_.guard);
	notifier->attach(hub, bank, reserved);
	log(Level::Info,
		fmt::format("pigpio: {} GPIOs are lines of {}", std::popcount(bank.gpios()),
			hub.info().name));
}

void Board::hub_gone(Hub &hub)
{
	if (this->hub() != &hub)
		return;
	pwm.forget();
	waves.forget();
	bit_buses->forget();
	notifier->detach();
	lines.detach();
}

std::vector<MadeStats> Board::made() const
{
	std::vector<MadeStats> made;
	const Gpios outputs = lines.outputs() & ~bit_buses->used();
	for (unsigned gpio = 0; gpio < kGpios; gpio++) {
		const Gpios bit = gpio_bit(gpio);
		const bool is_pwm = (pwm.playing() & bit) != 0;
		if (is_pwm || (outputs & bit) != 0)
			made.push_back(
				{fmt::format("{} on GPIO {}", is_pwm ? "PWM" : "output", gpio),
					drivers[gpio]});
		if ((hardware_pwm.running() & bit) != 0)
			made.push_back(
				{fmt::format("hardware PWM on GPIO {}", gpio), drivers[gpio]});
		if ((notifier->watched_over() & bit) != 0)
			made.push_back({fmt::format("watchdog or filter on GPIO {}", gpio),
				drivers[gpio]});
		if (readers.contains(gpio))
			made.push_back(
				{fmt::format("serial input on GPIO {}", gpio), drivers[gpio]});
	}
	for (const BitBusInfo &info : bit_buses->infos())
		made.push_back({info.what, info.who});
	for (const auto &[id, maker] : script_makers)
		made.push_back({fmt::format("script {}", id), maker});
	for (const auto &[id, maker] : wave_makers)
		made.push_back({fmt::format("wave {}", id), maker});
	append(made, "notifications", notifier->handles());
	for (MadeStats &each : bus_thread->made())
		made.push_back(std::move(each));
	append(made, "serial port", serial.handles());
	append(made, "file", files.handles());
	return made;
}

} // namespace gpiohub::daemon::pigpio
