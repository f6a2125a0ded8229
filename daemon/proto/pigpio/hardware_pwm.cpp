/* SPDX-License-Identifier: MIT */
/* The files are those of the kernel's Documentation/ABI/testing/sysfs-class-pwm. */
#include "hardware_pwm.hpp"

#include "log.hpp"

#include <gpiohub/fd.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <utility>

namespace gpiohub::daemon::pigpio
{

namespace
{

namespace fs = std::filesystem;

constexpr const char *kClass = "/sys/class/pwm";
constexpr std::uint64_t kNsPerS = 1'000'000'000;
constexpr unsigned kMostChannels = 1024;

std::optional<std::uint64_t> number(std::string_view text)
{
	std::uint64_t value = 0;
	const char *end = text.data() + text.size();
	const auto [stop, error] = std::from_chars(text.data(), end, value);
	if (error != std::errc() || stop != end)
		return std::nullopt;
	return value;
}

/* 0 or an errno. */
int put(const std::string &path, std::uint64_t value)
{
	const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
	if (!fd)
		return errno;
	const std::string text = std::to_string(value);
	return ::write(fd.get(), text.data(), text.size()) < 0 ? errno : 0;
}

/* 0 as well if it cannot be read: then it cannot be written either, which is told. */
std::uint64_t value_of(const std::string &path)
{
	std::array<char, 32> text{};
	const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
	const ssize_t size = fd ? ::read(fd.get(), text.data(), text.size()) : 0;
	std::string_view got(text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
	return number(got.substr(0, got.find('\n'))).value_or(0);
}

/* Its directory: names of chips change from boot to boot, those of their devices do not. */
std::string directory_of(const std::string &chip)
{
	if (chip.find('/') != std::string::npos)
		return chip;
	std::error_code error;
	const fs::path named = fs::path(kClass) / chip;
	if (fs::exists(named, error))
		return named;
	for (auto entry = fs::directory_iterator(kClass, error);
		!error && entry != fs::directory_iterator(); entry.increment(error)) {
		std::error_code unreadable;
		if (fs::canonical(entry->path() / "device", unreadable).filename() == chip)
			return entry->path();
	}
	return named;
}

/* A period that is shorter than the pulse is refused by the kernel, at each step. 0 or an errno:
 * then it is as it was. */
int change(const std::string &directory, std::uint64_t period, std::uint64_t width)
{
	const std::string period_file = directory + "/period";
	const std::string width_file = directory + "/duty_cycle";
	const std::uint64_t width_before = value_of(width_file);
	const std::uint64_t period_before = value_of(period_file);
	if (period < width_before) {
		if (const int code = put(width_file, width); code != 0)
			return code;
		const int code = put(period_file, period);
		if (code != 0)
			(void)put(width_file, width_before);
		return code;
	}
	if (const int code = period == period_before ? 0 : put(period_file, period); code != 0)
		return code;
	const int code = put(width_file, width);
	if (code != 0 && period_before != 0)
		(void)put(period_file, period_before);
	return code;
}

} // namespace

Result<PwmChannel> parse_pwm_channel(const std::string &entry)
{
	const std::size_t equals = entry.find('=');
	const std::size_t colon = entry.rfind(':');
	if (equals != std::string::npos && colon != std::string::npos && equals + 1 < colon) {
		const auto gpio = number(std::string_view(entry).substr(0, equals));
		const auto channel = number(std::string_view(entry).substr(colon + 1));
		const std::string chip = entry.substr(equals + 1, colon - equals - 1);
		const bool is_chip = chip.starts_with('/') ||
			(chip.find('/') == std::string::npos && !chip.starts_with('.'));
		if (gpio && *gpio < kGpios && channel && *channel < kMostChannels && is_chip)
			return PwmChannel{static_cast<unsigned>(*gpio), chip,
				static_cast<unsigned>(*channel)};
	}
	return Error{EINVAL,
		fmt::format("\"{}\" is not GPIO=CHIP:CHANNEL, as in \"18=pwmchip0:2\", GPIO from 0 "
			    "to {}",
			entry, kGpios - 1)};
}

HardwarePwm::HardwarePwm(const std::vector<std::string> &entries)
{
	output_of_.fill(kNone);
	for (const std::string &entry : entries) {
		const auto parsed = parse_pwm_channel(entry);
		if (!parsed)
			continue;
		auto same =
			std::find_if(outputs_.begin(), outputs_.end(), [&](const Output &output) {
				return output.chip == parsed->chip &&
					output.channel == parsed->channel;
			});
		if (same == outputs_.end())
			same = outputs_.insert(same, Output{parsed->chip, parsed->channel});
		output_of_[parsed->gpio] = static_cast<std::size_t>(same - outputs_.begin());
	}
}

HardwarePwm::~HardwarePwm()
{
	for (Output &output : outputs_) {
		if (output.is_on)
			(void)switch_off(output);
	}
}

/* --- on the loop --------------------------------------------------------------- */

std::uint32_t HardwarePwm::enter(unsigned gpio)
{
	const std::lock_guard lock(mutex_);
	return ++wishes_[gpio].last;
}

bool HardwarePwm::leave(unsigned gpio)
{
	if (!has(gpio))
		return false;
	const std::lock_guard lock(mutex_);
	output_of(gpio).users &= ~gpio_bit(gpio);
	Wish &wish = wishes_[gpio];
	return std::exchange(wish.ended, wish.last) != wish.last;
}

/* --- in the thread that waits for chips ---------------------------------------- */

Reply HardwarePwm::prepare()
{
	for (Output &output : outputs_) {
		std::string directory;
		if (find(output, directory) && value_of(directory + "/enable") != 0)
			(void)switch_off(output);
	}
	return Status::Ok;
}

Reply HardwarePwm::set(unsigned gpio, std::uint32_t number, Pulses pulses, std::string who)
{
	const Status none =
		pulses.is_clock ? Status::NotHardwareClockGpio : Status::NotHardwarePwmGpio;
	Output &output = output_of(gpio);
	Wish &wish = wishes_[gpio];
	{
		const std::lock_guard lock(mutex_);
		if (number <= wish.ended)
			return Status::Ok; /* it was so for no time at all */
	}
	std::string directory;
	const bool is_found = find(output, directory);
	const std::uint64_t period = (kNsPerS + pulses.hz / 2) / pulses.hz;
	int code = is_found ? change(directory, period, period * pulses.duty / kWhole) : ENODEV;
	if (code == 0)
		code = put(directory + "/enable", 1);
	if (is_found && (code == EACCES || code == EPERM || code == EROFS || code == ENOENT)) {
		tell(output, fmt::format("{}: {}", directory, std::strerror(code)));
		code = ENODEV;
	}
	const std::lock_guard lock(mutex_);
	/* What was there before goes on. */
	if (code != 0)
		return code == ENODEV     ? none
			: pulses.is_clock ? Status::BadHardwareClockHz
					  : Status::BadHardwarePwmHz;
	output.is_told = false;
	output.is_on = true;
	/* Else off() is what comes next. */
	if (number > wish.ended) {
		output.pulses = pulses;
		output.users |= gpio_bit(gpio);
		wish.who = std::move(who);
	}
	return Status::Ok;
}

Reply HardwarePwm::off(unsigned gpio)
{
	Output &output = output_of(gpio);
	{
		const std::lock_guard lock(mutex_);
		if (output.users != 0)
			return Status::Ok;
	}
	return !output.is_on || switch_off(output) ? Status::Ok : Status::NotHardwarePwmGpio;
}

/* The channel's directory, which is made if need be. */
bool HardwarePwm::find(Output &output, std::string &directory)
{
	const std::string chip = directory_of(output.chip);
	directory = fmt::format("{}/pwm{}", chip, output.channel);
	if (::access(directory.c_str(), F_OK) == 0)
		return true;
	const int code = put(chip + "/export", output.channel);
	if (code == 0 && ::access(directory.c_str(), F_OK) == 0)
		return true;
	tell(output,
		code == EBUSY ? fmt::format("channel {} of {} is a driver's", output.channel, chip)
			: code == 0 || code == ENODEV
			? fmt::format("{} has no channel {}", chip, output.channel)
			: fmt::format("{}/export: {}", chip, std::strerror(code)));
	return false;
}

/* Some chips stay as they happen to be when they are only disabled. */
bool HardwarePwm::switch_off(Output &output)
{
	std::string directory;
	if (!find(output, directory))
		return false;
	const int width_code = put(directory + "/duty_cycle", 0);
	const int code = put(directory + "/enable", 0);
	output.is_on = code != 0;
	if (code != 0 || width_code != 0)
		tell(output,
			fmt::format("{} is not switched off: {}", directory,
				std::strerror(code != 0 ? code : width_code)));
	return code == 0;
}

/* Once, until it works. */
void HardwarePwm::tell(Output &output, const std::string &what)
{
	if (!output.is_told)
		log(Level::Warning,
			fmt::format("pigpio.pwm: {} (docs/pigpio.md, \"Hardware PWM\")", what));
	output.is_told = true;
}

/* --- in any -------------------------------------------------------------------- */

std::optional<HardwarePwm::Pulses> HardwarePwm::pulses(unsigned gpio) const
{
	if (!has(gpio))
		return std::nullopt;
	const Output &output = outputs_[output_of_[gpio]];
	const std::lock_guard lock(mutex_);
	return (output.users & gpio_bit(gpio)) != 0 ? std::optional(output.pulses) : std::nullopt;
}

Gpios HardwarePwm::running() const
{
	const std::lock_guard lock(mutex_);
	Gpios running = 0;
	for (const Output &output : outputs_)
		running |= output.users;
	return running;
}

std::string HardwarePwm::who(unsigned gpio) const
{
	const std::lock_guard lock(mutex_);
	return wishes_[gpio].who;
}

} // namespace gpiohub::daemon::pigpio
