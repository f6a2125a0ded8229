/* SPDX-License-Identifier: MIT */
/*
 * The commands, group by group, a file each: what they do once commands.cpp has looked at
 * their GPIO and the client's right to it.
 */
#pragma once

#include "call.hpp"

namespace gpiohub::daemon::pigpio
{

/* group_lines.cpp */
Reply set_mode(const Call &call);
Reply get_mode(const Call &call);
Reply set_pull(const Call &call);
Reply read_level(const Call &call);
Reply write_level(const Call &call);
Reply read_bank_1(const Call &call);
Reply read_bank_2(const Call &call);
Reply clear_bank_1(const Call &call);
Reply clear_bank_2(const Call &call);
Reply set_bank_1(const Call &call);
Reply set_bank_2(const Call &call);
Reply trigger(const Call &call);

/* group_pwm.cpp */
Reply set_pwm(const Call &call);
Reply set_pwm_range(const Call &call);
Reply set_pwm_frequency(const Call &call);
Reply set_servo(const Call &call);
Reply get_pwm(const Call &call);
Reply get_pwm_range(const Call &call);
Reply get_pwm_real_range(const Call &call);
Reply get_pwm_frequency(const Call &call);
Reply get_servo(const Call &call);
Reply hardware_clock(const Call &call);
Reply hardware_pwm(const Call &call);

/* group_notify.cpp */
Reply open_notifications(const Call &call);
Reply open_notifications_inline(const Call &call);
Reply begin_notifications(const Call &call);
Reply pause_notifications(const Call &call);
Reply close_notifications(const Call &call);
Reply monitor_events(const Call &call);
Reply trigger_event(const Call &call);
Reply set_watchdog(const Call &call);
Reply set_glitch_filter(const Call &call);
Reply set_noise_filter(const Call &call);

/* group_waves.cpp */
Reply clear_waves(const Call &call);
Reply begin_wave(const Call &call);
Reply add_pulses(const Call &call);
Reply add_serial(const Call &call);
Reply create_wave(const Call &call);
Reply create_padded_wave(const Call &call);
Reply delete_wave(const Call &call);
Reply send_wave_once(const Call &call);
Reply send_wave_repeat(const Call &call);
Reply send_wave_mode(const Call &call);
Reply send_chain(const Call &call);
Reply get_wave_at(const Call &call);
Reply is_wave_busy(const Call &call);
Reply halt_wave(const Call &call);
Reply get_wave_micros(const Call &call);
Reply get_wave_pulses(const Call &call);
Reply get_wave_blocks(const Call &call);

/* group_bitbang.cpp */
Reply open_serial_reader(const Call &call);
Reply read_serial(const Call &call);
Reply close_serial_reader(const Call &call);
Reply invert_serial_reader(const Call &call);
Reply open_bit_i2c(const Call &call);
Reply close_bit_i2c(const Call &call);
Reply transfer_bit_i2c(const Call &call);
Reply open_bit_spi(const Call &call);
Reply close_bit_spi(const Call &call);
Reply transfer_bit_spi(const Call &call);

/* group_scripts.cpp */
Reply store_script(const Call &call);
Reply check_script(const Call &call);
Reply delete_script(const Call &call);
Reply run_script(const Call &call);
Reply update_script(const Call &call);
Reply stop_script(const Call &call);
Reply get_script_status(const Call &call);

/* group_other.cpp */
Reply tick(const Call &call);
Reply hardware_version(const Call &call);
Reply interface_version(const Call &call);
Reply delay_micros(const Call &call);
Reply delay_millis(const Call &call);
Reply set_pad(const Call &call);
Reply get_pad(const Call &call);
Reply set_internal(const Call &call);
Reply get_internal(const Call &call);
Reply custom_1(const Call &call);
Reply custom_2(const Call &call);
Reply no_shell(const Call &call);
Reply deprecated(const Call &call);
Reply unknown(const Call &call);

} // namespace gpiohub::daemon::pigpio
