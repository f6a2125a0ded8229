/* SPDX-License-Identifier: MIT */
/*
 * Every command of pigpio's interface: its number, its name, what does it, which GPIO it
 * is about and what a client must be allowed to do to that.
 */
#include "groups.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace gpiohub::daemon::pigpio
{

namespace
{

/* Of p1: one of 0 to 53, of 0 to 31, or something else. */
enum class P1 : std::uint8_t { Gpio, User, Other };

struct Command {
	std::uint8_t number;
	const char *name;
	Reply (*run)(const Call &);
	P1 p1 = P1::Other;
	Verb verb = Verb::Look;
};

constexpr Command kCommands[] = {
	{0, "MODES", set_mode, P1::Gpio, Verb::Claim},
	{1, "MODEG", get_mode, P1::Gpio, Verb::Look},
	{2, "PUD", set_pull, P1::Gpio, Verb::Claim},
	{3, "READ", read_level, P1::Gpio, Verb::Look},
	{4, "WRITE", write_level, P1::Gpio, Verb::Drive},
	{5, "PWM", set_pwm, P1::User, Verb::Drive},
	{6, "PRS", set_pwm_range, P1::User, Verb::Drive},
	{7, "PFS", set_pwm_frequency, P1::User, Verb::Drive},
	{8, "SERVO", set_servo, P1::User, Verb::Drive},
	{9, "WDOG", set_watchdog, P1::User, Verb::Look},
	{10, "BR1", read_bank_1},
	{11, "BR2", read_bank_2},
	{12, "BC1", clear_bank_1},
	{13, "BC2", clear_bank_2},
	{14, "BS1", set_bank_1},
	{15, "BS2", set_bank_2},
	{16, "TICK", tick},
	{17, "HWVER", hardware_version},
	{18, "NO", open_notifications},
	{19, "NB", begin_notifications},
	{20, "NP", pause_notifications},
	{21, "NC", close_notifications},
	{22, "PRG", get_pwm_range, P1::User, Verb::Look},
	{23, "PFG", get_pwm_frequency, P1::User, Verb::Look},
	{24, "PRRG", get_pwm_real_range, P1::User, Verb::Look},
	{26, "PIGPV", interface_version},
	{30, "WVGO", deprecated},
	{31, "WVGOR", deprecated},
	{37, "TRIG", trigger, P1::User, Verb::Drive},
	{38, "PROC", store_script},
	{39, "PROCD", delete_script},
	{40, "PROCR", run_script},
	{41, "PROCS", stop_script},
	{45, "PROCP", get_script_status},
	{46, "MICS", delay_micros},
	{47, "MILS", delay_millis},
	{48, "PARSE", check_script},
	{83, "GDC", get_pwm, P1::User, Verb::Look},
	{84, "GPW", get_servo, P1::User, Verb::Look},
	{85, "HC", hardware_clock},
	{86, "HP", hardware_pwm},
	{87, "CF1", custom_1},
	{88, "CF2", custom_2},
	{95, "CGI", get_internal},
	{96, "CSI", set_internal},
	{97, "FG", set_glitch_filter, P1::User, Verb::Look},
	{98, "FN", set_noise_filter, P1::User, Verb::Look},
	{99, "NOIB", open_notifications_inline},
	{102, "PADS", set_pad},
	{103, "PADG", get_pad},
	{104, "FO", no_files},
	{105, "FC", no_files},
	{106, "FR", no_files},
	{107, "FW", no_files},
	{108, "FS", no_files},
	{109, "FL", no_files},
	{110, "SHELL", no_shell},
	{114, "BSCX", unknown},
	{115, "EVM", monitor_events},
	{116, "EVT", trigger_event},
	{117, "PROCU", update_script},
};

constexpr std::size_t kNumbers = 128;

/* By number; nullptr: there is none. */
constexpr auto by_number = [] {
	std::array<const Command *, kNumbers> table{};
	for (const Command &command : kCommands)
		table[command.number] = &command;
	return table;
}();

const Command *find(std::uint32_t number) noexcept
{
	return number < by_number.size() ? by_number[number] : nullptr;
}

/* What is wrong with the GPIO that a command is about. */
Status check(const Command &command, const Call &call)
{
	const bool is_user = command.p1 == P1::User;
	const unsigned gpio = call.request.p1;
	if (gpio >= (is_user ? kUserGpios : kGpios) || !call.board.lines.bank().line(gpio))
		return is_user ? Status::BadUserGpio : Status::BadGpio;
	if ((call.allowed(command.verb) & gpio_bit(gpio)) == 0)
		return Status::NotPermitted;
	call.board.notifier->name(gpio);
	return Status::Ok;
}

} // namespace

Reply execute(const Call &call)
{
	const Command *command = find(call.request.command);
	if (command == nullptr)
		return Status::UnknownCommand;
	if (command->p1 != P1::Other) {
		if (const Status checked = check(*command, call); checked != Status::Ok)
			return checked;
	}
	Reply reply = command->run(call);
	call.board.notifier->expect_patterns(call.board.is_playing());
	return reply;
}

std::string_view name_of_command(std::uint32_t number) noexcept
{
	const Command *command = find(number);
	return command != nullptr ? command->name : "";
}

} // namespace gpiohub::daemon::pigpio
