/* SPDX-License-Identifier: MIT */
/*
 * Every command of pigpio's interface: its number, its name, what does it, which GPIO it
 * is about and what a client must be allowed to do to that.
 */
#include "group_buses.hpp"
#include "groups.hpp"

#include <array>

namespace gpiohub::daemon::pigpio
{

namespace
{

/* Of p1: one of 0 to 53, of 0 to 31, or something else. */
enum class P1 : std::uint8_t { Gpio, User, Other };

/* In the order in which the table is read. */
struct Command { /* NOLINT(clang-analyzer-optin.performance.Padding) */
	std::uint8_t number;
	const char *name;
	Reply (*run)(const Call &);
	P1 p1 = P1::Other;
	Verb verb = Verb::Look;
	bool is_question = false; /* about what was set: the line itself is left alone */
};

constexpr bool kQuestion = true;

constexpr Command kCommands[] = {
	{0, "MODES", set_mode, P1::Gpio, Verb::Claim},
	{1, "MODEG", get_mode, P1::Gpio, Verb::Look, kQuestion},
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
	{22, "PRG", get_pwm_range, P1::User, Verb::Look, kQuestion},
	{23, "PFG", get_pwm_frequency, P1::User, Verb::Look, kQuestion},
	{24, "PRRG", get_pwm_real_range, P1::User, Verb::Look, kQuestion},
	{26, "PIGPV", interface_version},
	{27, "WVCLR", clear_waves},
	{28, "WVAG", add_pulses},
	{29, "WVAS", add_serial, P1::User, Verb::Drive},
	{30, "WVGO", deprecated},
	{31, "WVGOR", deprecated},
	{32, "WVBSY", is_wave_busy},
	{33, "WVHLT", halt_wave},
	{34, "WVSM", get_wave_micros},
	{35, "WVSP", get_wave_pulses},
	{36, "WVSC", get_wave_blocks},
	{37, "TRIG", trigger, P1::User, Verb::Drive},
	{38, "PROC", store_script},
	{39, "PROCD", delete_script},
	{40, "PROCR", run_script},
	{41, "PROCS", stop_script},
	{42, "SLRO", open_serial_reader, P1::User, Verb::Look},
	{43, "SLR", read_serial, P1::User, Verb::Look, kQuestion},
	{44, "SLRC", close_serial_reader, P1::User, Verb::Look, kQuestion},
	{45, "PROCP", get_script_status},
	{46, "MICS", delay_micros},
	{47, "MILS", delay_millis},
	{48, "PARSE", check_script},
	{49, "WVCRE", create_wave},
	{50, "WVDEL", delete_wave},
	{51, "WVTX", send_wave_once},
	{52, "WVTXR", send_wave_repeat},
	{53, "WVNEW", begin_wave},
	{54, "I2CO", i2c<&I2c::open>},
	{55, "I2CC", i2c<&I2c::close>},
	{56, "I2CRD", i2c<&I2c::read_device>},
	{57, "I2CWD", i2c<&I2c::write_device>},
	{58, "I2CWQ", i2c<&I2c::write_quick>},
	{59, "I2CRS", i2c<&I2c::read_byte>},
	{60, "I2CWS", i2c<&I2c::write_byte>},
	{61, "I2CRB", i2c<&I2c::read_byte_data>},
	{62, "I2CWB", i2c<&I2c::write_byte_data>},
	{63, "I2CRW", i2c<&I2c::read_word_data>},
	{64, "I2CWW", i2c<&I2c::write_word_data>},
	{65, "I2CRK", i2c<&I2c::read_block>},
	{66, "I2CWK", i2c<&I2c::write_block>},
	{67, "I2CRI", i2c<&I2c::read_i2c_block>},
	{68, "I2CWI", i2c<&I2c::write_i2c_block>},
	{69, "I2CPC", i2c<&I2c::process_call>},
	{70, "I2CPK", i2c<&I2c::block_process_call>},
	{71, "SPIO", spi<&Spi::open>},
	{72, "SPIC", spi<&Spi::close>},
	{73, "SPIR", spi<&Spi::read>},
	{74, "SPIW", spi<&Spi::write>},
	{75, "SPIX", spi<&Spi::exchange>},
	{76, "SERO", serial<&Serial::open>},
	{77, "SERC", serial<&Serial::close>},
	{78, "SERRB", serial<&Serial::read_byte>},
	{79, "SERWB", serial<&Serial::write_byte>},
	{80, "SERR", serial<&Serial::read>},
	{81, "SERW", serial<&Serial::write>},
	{82, "SERDA", serial<&Serial::available>},
	{83, "GDC", get_pwm, P1::User, Verb::Look, kQuestion},
	{84, "GPW", get_servo, P1::User, Verb::Look, kQuestion},
	{85, "HC", hardware_clock},
	{86, "HP", hardware_pwm},
	{87, "CF1", custom_1},
	{88, "CF2", custom_2},
	{89, "BI2CC", close_bit_i2c, P1::User, Verb::Drive},
	{90, "BI2CO", open_bit_i2c, P1::User, Verb::Drive},
	{91, "BI2CZ", transfer_bit_i2c, P1::User, Verb::Drive},
	{92, "I2CZ", i2c<&I2c::zip>},
	{93, "WVCHA", send_chain},
	{94, "SLRI", invert_serial_reader, P1::User, Verb::Look, kQuestion},
	{95, "CGI", get_internal},
	{96, "CSI", set_internal},
	{97, "FG", set_glitch_filter, P1::User, Verb::Look},
	{98, "FN", set_noise_filter, P1::User, Verb::Look},
	{99, "NOIB", open_notifications_inline},
	{100, "WVTXM", send_wave_mode},
	{101, "WVTAT", get_wave_at},
	{102, "PADS", set_pad},
	{103, "PADG", get_pad},
	{104, "FO", file<&Files::open>},
	{105, "FC", file<&Files::close>},
	{106, "FR", file<&Files::read>},
	{107, "FW", file<&Files::write>},
	{108, "FS", file<&Files::seek>},
	{109, "FL", file<&Files::list>},
	{110, "SHELL", no_shell},
	{111, "BSPIC", close_bit_spi, P1::User, Verb::Drive},
	{112, "BSPIO", open_bit_spi, P1::User, Verb::Drive},
	{113, "BSPIX", transfer_bit_spi, P1::User, Verb::Drive},
	{114, "BSCX", unknown},
	{115, "EVM", monitor_events},
	{116, "EVT", trigger_event},
	{117, "PROCU", update_script},
	{118, "WVCAP", create_padded_wave},
};

constexpr std::size_t kNumbers = 128;

/* By number; nullptr: there is none. */
constexpr auto kByNumber = [] {
	std::array<const Command *, kNumbers> table{};
	for (const Command &command : kCommands)
		table[command.number] = &command;
	return table;
}();

const Command *find(std::uint32_t number) noexcept
{
	return number < kByNumber.size() ? kByNumber[number] : nullptr;
}

/* What is wrong with the command, or the GPIO that it is about. */
Status check(const Command *found, const Call &call)
{
	if (found == nullptr)
		return Status::UnknownCommand;
	const Command &command = *found;
	if (command.p1 == P1::Other)
		return Status::Ok;
	const bool is_user = command.p1 == P1::User;
	const unsigned gpio = call.request.p1;
	if (gpio >= (is_user ? kUserGpios : kGpios) || !call.board.lines.bank().line(gpio))
		return is_user ? Status::BadUserGpio : Status::BadGpio;
	if ((call.allowed(command.verb) & gpio_bit(gpio)) == 0)
		return Status::NotPermitted;
	return Status::Ok;
}

} // namespace

Reply execute(const Call &call)
{
	const Command *command = find(call.request.command);
	const Status checked = check(command, call);
	Reply reply = checked == Status::Ok ? command->run(call) : Reply(checked);
	if (checked != Status::Ok)
		return reply;
	if (command->p1 != P1::Other && !command->is_question && reply.res >= 0) {
		call.board.notifier->name(call.gpio());
		if (command->verb != Verb::Look)
			call.board.drivers[call.gpio()] = call.maker;
	}
	call.board.settle();
	return reply;
}

std::string_view name_of_command(std::uint32_t number) noexcept
{
	const Command *command = find(number);
	return command != nullptr ? command->name : "";
}

} // namespace gpiohub::daemon::pigpio
