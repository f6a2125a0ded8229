/* SPDX-License-Identifier: MIT */
#include "groups.hpp"

#include <cstring>

namespace gpiohub::daemon::pigpio
{

namespace
{

/* WVTXM's modes. */
enum Mode : std::uint32_t { Once, Repeat, OnceAfter, RepeatAfter };

/* Takes these, as far as they are outputs, from what else plays there: if that may be. */
Status claim(const Call &call, Gpios gpios)
{
	if ((gpios & call.board.lines.outputs() & ~call.allowed(Verb::Drive)) != 0)
		return Status::NotPermitted;
	call.board.pwm.stop(gpios);
	return Status::Ok;
}

Reply play(const Call &call, std::uint32_t id, std::uint32_t mode)
{
	Waves &waves = call.board.waves;
	const Wave *wave = waves.store().find(id);
	if (wave == nullptr)
		return Status::BadWaveId;
	if (mode > Mode::RepeatAfter)
		return Status::BadWaveMode;
	if (const Status fault = claim(call, wave->gpios); fault != Status::Ok)
		return fault;
	const bool is_repeated = mode == Mode::Repeat || mode == Mode::RepeatAfter;
	const bool is_after = mode == Mode::OnceAfter || mode == Mode::RepeatAfter;
	return waves.play(Chain::of(id, *wave, is_repeated),
		is_after ? Waves::Begin::After : Waves::Begin::Now);
}

Reply ask(const Gauge &gauge, std::uint32_t which, Status otherwise)
{
	const auto value = gauge.ask(which);
	return value ? Reply::number(*value) : Reply(otherwise);
}

} // namespace

Reply clear_waves(const Call &call)
{
	call.board.waves.halt();
	call.board.waves.store().clear();
	call.board.wave_makers.clear();
	return Status::Ok;
}

Reply begin_wave(const Call &call)
{
	call.board.waves.store().begin_new();
	return Status::Ok;
}

/* Pulses of 12 bytes. */
Reply add_pulses(const Call &call)
{
	const auto bytes = call.request.extension;
	std::vector<Pulse> pulses(bytes.size() / sizeof(Pulse));
	if (!pulses.empty())
		std::memcpy(pulses.data(), bytes.data(), pulses.size() * sizeof(Pulse));
	return call.board.waves.store().add(pulses);
}

/* Three numbers, then the bytes. */
Reply add_serial(const Call &call)
{
	constexpr std::size_t kNumbers = 3;
	const auto data_bits = call.extra(0);
	const auto half_stop_bits = call.extra(1);
	const auto offset = call.extra(2);
	if (!data_bits || !half_stop_bits || !offset)
		return Status::BadParameter;
	return call.board.waves.store().add_serial(call.gpio(),
		{call.p2(), *data_bits, *half_stop_bits, *offset},
		call.request.extension.subspan(kNumbers * sizeof(std::uint32_t)));
}

Reply create_wave(const Call &call)
{
	Reply made = call.board.waves.store().create();
	if (made.res >= 0)
		call.board.wave_makers[static_cast<std::uint32_t>(made.res)] = call.maker;
	return made;
}

/* Its room is its own here, so that nothing has to be put aside. */
Reply create_padded_wave(const Call &call)
{
	constexpr std::uint32_t kMostPercent = 100;
	if (call.p1() > kMostPercent)
		return Status::BadParameter;
	return create_wave(call);
}

Reply delete_wave(const Call &call)
{
	call.board.wave_makers.erase(call.p1());
	return call.board.waves.store().remove(call.p1());
}

Reply send_wave_once(const Call &call)
{
	return play(call, call.p1(), Mode::Once);
}

Reply send_wave_repeat(const Call &call)
{
	return play(call, call.p1(), Mode::Repeat);
}

Reply send_wave_mode(const Call &call)
{
	return play(call, call.p1(), call.p2());
}

Reply send_chain(const Call &call)
{
	Waves &waves = call.board.waves;
	auto parsed = Chain::parse(call.request.extension, waves.store());
	if (const auto *fault = std::get_if<Status>(&parsed))
		return *fault;
	auto &chain = std::get<Chain>(parsed);
	if (const Status fault = claim(call, chain.gpios()); fault != Status::Ok)
		return fault;
	const Reply played = waves.play(std::move(chain), Waves::Begin::Now);
	return played.res < 0 ? played : Reply(Status::Ok);
}

/* It may have ended, and nobody looked yet. */
Reply get_wave_at(const Call &call)
{
	call.board.look();
	return Reply::number(call.board.waves.current());
}

Reply is_wave_busy(const Call &call)
{
	call.board.look();
	return Reply::number(call.board.waves.is_busy() ? 1 : 0);
}

Reply halt_wave(const Call &call)
{
	call.board.waves.halt();
	return Status::Ok;
}

Reply get_wave_micros(const Call &call)
{
	return ask(call.board.waves.store().micros(), call.p1(), Status::BadWaveMicros);
}

Reply get_wave_pulses(const Call &call)
{
	return ask(call.board.waves.store().pulses(), call.p1(), Status::BadWavePulses);
}

Reply get_wave_blocks(const Call &call)
{
	return ask(call.board.waves.store().blocks(), call.p1(), Status::BadWaveBlocks);
}

} // namespace gpiohub::daemon::pigpio
