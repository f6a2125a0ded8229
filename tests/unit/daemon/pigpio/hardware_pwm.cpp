/* SPDX-License-Identifier: MIT */
/* With a directory of plain files as a chip; a real chip's is in tests/e2e/hardware-pwm.sh. */
#include "proto/pigpio/hardware_pwm.hpp"

#include "bench.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace gpiohub;
using namespace gpiohub::daemon;
using namespace gpiohub::daemon::pigpio;

namespace fs = std::filesystem;

namespace
{

constexpr std::uint32_t kHc = 85;
constexpr std::uint32_t kHp = 86;

/* A chip of two channels; a third one is missing. */
struct Chip {
	Chip()
	{
		for (const char *channel : {"pwm0", "pwm1"}) {
			fs::create_directories(path / channel);
			for (const char *file : {"period", "duty_cycle", "enable"})
				put(fs::path(channel) / file, "0\n");
		}
		put("export", "");
	}
	~Chip() { fs::remove_all(path); }
	Chip(const Chip &) = delete;
	Chip &operator=(const Chip &) = delete;

	void put(const fs::path &file, const std::string &text) const
	{
		std::ofstream(path / file) << text;
	}
	std::string get(const fs::path &file) const
	{
		std::ifstream stream(path / file);
		return {std::istreambuf_iterator<char>(stream), {}};
	}
	/* "period width enabled" of a channel. */
	std::string state(const std::string &channel = "pwm0") const
	{
		return get(channel + "/period") + " " + get(channel + "/duty_cycle") + " " +
			get(channel + "/enable");
	}
	/* Which files of the first channel are written meanwhile, in that order. */
	std::string written(const std::function<void()> &meanwhile) const
	{
		const UniqueFd watch(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
		REQUIRE(::inotify_add_watch(watch.get(), (path / "pwm0").c_str(), IN_CLOSE_WRITE) >=
			0);
		meanwhile();
		std::string names;
		alignas(inotify_event) std::array<char, 4096> buffer{};
		const auto size = ::read(watch.get(), buffer.data(), buffer.size());
		for (ssize_t at = 0; at < size;) {
			const auto *event =
				reinterpret_cast<const inotify_event *>(buffer.data() + at);
			names += std::string(event->name) + " ";
			at += static_cast<ssize_t>(sizeof(inotify_event)) + event->len;
		}
		return names;
	}
	/* A number that is written there is refused. */
	void refuse(const std::string &file) const
	{
		fs::remove(path / file);
		fs::create_symlink("/dev/full", path / file);
	}
	std::string entry(unsigned gpio, unsigned channel) const
	{
		return std::to_string(gpio) + "=" + path.string() + ":" + std::to_string(channel);
	}
	std::vector<std::string> entries() const
	{
		return {entry(18, 0), entry(12, 0), entry(19, 1), entry(4, 2)};
	}
	Settings settings() const
	{
		Settings settings = panel_settings();
		settings.pwm = entries();
		return settings;
	}

	const fs::path path =
		fs::temp_directory_path() / ("gpiohub-test-" + std::to_string(::getpid()) + ".pwm");
};

Reply set(HardwarePwm &pwm, unsigned gpio, HardwarePwm::Pulses pulses)
{
	return pwm.set(gpio, pwm.enter(gpio), pulses, "a test");
}

std::string fault_of(const std::string &entry)
{
	const auto parsed = parse_pwm_channel(entry);
	return parsed ? "" : parsed.error().what;
}

} // namespace

TEST_CASE("an entry is a GPIO, a chip and a channel")
{
	const auto parsed = parse_pwm_channel("18=pwmchip0:2");
	REQUIRE(parsed);
	CHECK(parsed->gpio == 18);
	CHECK(parsed->chip == "pwmchip0");
	CHECK(parsed->channel == 2);
	CHECK(parse_pwm_channel("0=1f00098000.pwm:0")->chip == "1f00098000.pwm");
	CHECK(parse_pwm_channel("0=1-0040:15")->channel == 15);
	CHECK(parse_pwm_channel("1=/sys/class/pwm/pwmchip1:0")->chip == "/sys/class/pwm/pwmchip1");
	for (const char *entry : {"", "18", "18=", "18=:0", "=pwmchip0:0", "54=pwmchip0:0",
		     "18=pwmchip0", "18=pwmchip0:", "18=pwmchip0:x", "18=pwmchip0:1024",
		     "x=pwmchip0:0", "18=../x:0", "18=a/b:0", "18=.:0", "18 =pwmchip0:0"})
		CHECK(fault_of(entry) ==
			"\"" + std::string(entry) +
				"\" is not GPIO=CHIP:CHANNEL, as in \"18=pwmchip0:2\", GPIO from 0 "
				"to 53");
}

TEST_CASE("a channel pulses as it was asked to")
{
	const Chip chip;
	HardwarePwm pwm(chip.entries());
	CHECK(pwm.has(18));
	CHECK_FALSE(pwm.has(17));
	CHECK_FALSE(pwm.has(99));
	CHECK_FALSE(pwm.pulses(18));
	CHECK(set(pwm, 18, {800, 250'000}).res == 0);
	CHECK(chip.state() == "1250000 312500 1");
	CHECK(set(pwm, 18, {3, 1'000'000}).res == 0);
	CHECK(chip.state() == "333333333 333333333 1");
	/* The pulse is longer than the next period. */
	CHECK(set(pwm, 18, {1000, 0}).res == 0);
	CHECK(chip.state() == "1000000 0 1");
	CHECK(pwm.pulses(18)->hz == 1000);
	CHECK(chip.state("pwm1") == "0\n 0\n 0\n");
}

TEST_CASE("at no step the pulse is longer than the period, which the kernel would refuse")
{
	const Chip chip;
	HardwarePwm pwm(chip.entries());
	REQUIRE(set(pwm, 18, {1000, 900'000}).res == 0);
	CHECK(chip.written([&] {
		set(pwm, 18, {10'000, 500'000});
	}) == "duty_cycle period enable ");
	CHECK(chip.written([&] { set(pwm, 18, {1000, 900'000}); }) == "period duty_cycle enable ");
}

TEST_CASE("what the chip refuses changes nothing")
{
	const Chip chip;
	HardwarePwm pwm(chip.entries());
	REQUIRE(set(pwm, 18, {1000, 500'000}).res == 0);
	chip.refuse("pwm0/period");
	CHECK(set(pwm, 18, {10'000, 500'000}).res == res_of(Status::BadHardwarePwmHz));
	CHECK(set(pwm, 18, {10'000, 500'000, true}).res == res_of(Status::BadHardwareClockHz));
	CHECK(chip.get("pwm0/duty_cycle") == "500000");
	CHECK(set(pwm, 18, {1, 500'000}).res == res_of(Status::BadHardwarePwmHz));
	CHECK(chip.get("pwm0/duty_cycle") == "500000");
	CHECK(pwm.pulses(18)->hz == 1000);
	REQUIRE(set(pwm, 19, {1000, 500'000}).res == 0);
	chip.refuse("pwm1/duty_cycle");
	CHECK(set(pwm, 19, {100, 500'000}).res == res_of(Status::BadHardwarePwmHz));
	CHECK(chip.get("pwm1/period") == "1000000");
}

TEST_CASE("a channel that is not there is told")
{
	const Chip chip;
	HardwarePwm pwm(chip.entries());
	CHECK(set(pwm, 4, {1000, 1}).res == res_of(Status::NotHardwarePwmGpio));
	CHECK(set(pwm, 4, {5000, 1, true}).res == res_of(Status::NotHardwareClockGpio));
	CHECK(chip.get("export") == "2");
	fs::remove(chip.path / "pwm1" / "enable");
	CHECK(set(pwm, 19, {1000, 1}).res == res_of(Status::NotHardwarePwmGpio));
	CHECK_FALSE(pwm.pulses(19));
}

TEST_CASE("GPIOs of one channel share it: who is the last ends it")
{
	const Chip chip;
	HardwarePwm pwm(chip.entries());
	REQUIRE(set(pwm, 18, {1000, 500'000}).res == 0);
	REQUIRE(set(pwm, 12, {2000, 500'000}).res == 0);
	CHECK(pwm.pulses(18)->hz == 2000);
	CHECK(pwm.running() == (gpio_bit(12) | gpio_bit(18)));
	CHECK(pwm.leave(18));
	pwm.off(18);
	CHECK(chip.state() == "500000 250000 1");
	CHECK_FALSE(pwm.pulses(18));
	CHECK_FALSE(pwm.leave(18));
	CHECK(pwm.leave(12));
	CHECK(chip.state() == "500000 250000 1");
	pwm.off(12);
	CHECK(chip.state() == "500000 0 0");
}

TEST_CASE("nothing goes on when the daemon goes, or was killed before")
{
	const Chip chip;
	{
		HardwarePwm pwm(chip.entries());
		REQUIRE(set(pwm, 18, {1000, 500'000}).res == 0);
		REQUIRE(set(pwm, 19, {1000, 500'000}).res == 0);
		pwm.leave(19); /* and off() did not come to its turn */
	}
	CHECK(chip.state() == "1000000 0 0");
	CHECK(chip.state("pwm1") == "1000000 0 0");
	chip.put("pwm0/duty_cycle", "700\n");
	chip.put("pwm0/enable", "1\n");
	HardwarePwm(chip.entries()).prepare();
	CHECK(chip.state() == "1000000 0 0");
}

TEST_CASE("HP and HC: what is asked, what is told, what ends it")
{
	const Chip chip;
	Bench bench(chip.settings());
	auto client = bench.connect();
	CHECK(client.call(kHp, 17, 1000, words({1})) == res_of(Status::NotHardwarePwmGpio));
	CHECK(client.call(kHc, 17, 5000) == res_of(Status::NotHardwareClockGpio));
	CHECK(client.call(kHp, 54, 1000, words({1})) == res_of(Status::BadGpio));
	CHECK(client.call(kHc, 54, 5000) == res_of(Status::BadGpio));
	CHECK(client.call(kHp, 18, 125'000'001, words({1})) == res_of(Status::BadHardwarePwmHz));
	CHECK(client.call(kHp, 18, 1000, words({1'000'001})) == res_of(Status::BadHardwarePwmDuty));
	CHECK(client.call(kHp, 18, 1000) == res_of(Status::BadHardwarePwmDuty));
	CHECK(client.call(kHc, 18, 4688) == res_of(Status::BadHardwareClockHz));
	CHECK(client.call(kHc, 18, 250'000'001) == res_of(Status::BadHardwareClockHz));
	CHECK(chip.state() == "0\n 0\n 0\n");

	CHECK(client.call(kHp, 18, 800, words({250'000})) == 0);
	CHECK(chip.state() == "1250000 312500 1");
	CHECK(client.call(kGdc, 18) == 250'000);
	CHECK(client.call(kPrg, 18) == 1'000'000);
	CHECK(client.call(kPrrg, 18) == 312'500);
	CHECK(client.call(kPfg, 18) == 800);
	CHECK(client.call(kGpw, 18) == res_of(Status::NotServoGpio));
	CHECK(client.call(kModeg, 18) == 2);
	CHECK(bench.front->made().at(0).what == "hardware PWM on GPIO 18");

	CHECK(client.call(kHc, 19 | 0x5a00'0000, 1'000'000) == 0);
	CHECK(chip.state("pwm1") == "1000 500 1");
	CHECK(client.call(kGdc, 19) == 500'000);
	CHECK(client.call(kPrrg, 19) == 1'000'000);

	CHECK(client.call(kHp, 18, 0, words({0})) == 0);
	CHECK(chip.state() == "1250000 0 0");
	CHECK(client.call(kGdc, 18) == res_of(Status::NotPwmGpio));
	CHECK(client.call(kHc, 19, 0) == 0);
	CHECK(chip.state("pwm1") == "1000 0 0");

	/* A GPIO that has no line. */
	CHECK(client.call(kHp, 4, 800, words({1})) == res_of(Status::NotHardwarePwmGpio));
}

TEST_CASE("whatever else pulses there, or sets a level, ends hardware PWM; and it ends PWM")
{
	const Chip chip;
	Bench bench(chip.settings());
	auto client = bench.connect();
	const std::array<std::array<std::uint32_t, 2>, 5> others{
		{{kWrite, 1}, {kModes, 0}, {kPwm, 128}, {kServo, 1500}, {kModes, 1}}};
	for (const auto &[command, value] : others) {
		REQUIRE(client.call(kHp, 18, 700, words({250'000})) == 0);
		REQUIRE(client.call(command, 18, value) >= 0);
		/* After what waits for the chip, in its order. */
		REQUIRE(client.call(kHp, 19, 0, words({0})) == 0);
		CHECK(chip.state() == "1428571 0 0");
		CHECK(client.call(kModeg, 18) != 2);
		CHECK(client.call(kPfg, 18) == 800);
		CHECK(client.call(kPrg, 18) == 255);
	}
	REQUIRE(client.call(kHp, 18, 700, words({250'000})) == 0);
	REQUIRE(client.call(kTrig, 18, 10, words({1})) == 0);
	REQUIRE(client.call(kHp, 19, 0, words({0})) == 0);
	CHECK(chip.state() == "1428571 0 0");
	REQUIRE(client.call(kPwm, 18, 128) == 0);
	REQUIRE(client.call(kHp, 18, 500, words({250'000})) == 0);
	CHECK(client.call(kGdc, 18) == 250'000);
	REQUIRE(client.call(kHp, 18, 0, words({0})) == 0);
	CHECK(client.call(kGdc, 18) == res_of(Status::NotPwmGpio));
	/* A pulse longer than there may be is refused, and changes nothing. */
	REQUIRE(client.call(kHp, 18, 500, words({250'000})) == 0);
	CHECK(client.call(kPwm, 18, 1000) == res_of(Status::BadDutyCycle));
	CHECK(client.call(kGdc, 18) == 250'000);
}

TEST_CASE("the last one who asked has his way, however late the chip is")
{
	const Chip chip;
	HardwarePwm pwm(chip.entries());
	/* Asked for, and not wanted any more before it is its turn. */
	const std::uint32_t first = pwm.enter(18);
	CHECK(pwm.leave(18));
	CHECK(pwm.set(18, first, {1000, 1}, "").res == 0);
	CHECK(pwm.off(18).res == 0);
	CHECK(chip.state() == "0\n 0\n 0\n");
	CHECK_FALSE(pwm.leave(18));
	/* The same of what pulses already. */
	REQUIRE(set(pwm, 18, {1000, 500'000}).res == 0);
	const std::uint32_t again = pwm.enter(18);
	CHECK(pwm.leave(18));
	CHECK(pwm.set(18, again, {2000, 1}, "").res == 0);
	CHECK(pwm.off(18).res == 0);
	CHECK(chip.state() == "1000000 0 0");
	/* And of what was asked for twice. */
	const std::uint32_t third = pwm.enter(18);
	const std::uint32_t fourth = pwm.enter(18);
	CHECK(pwm.set(18, third, {1000, 1}, "").res == 0);
	CHECK(pwm.set(18, fourth, {500, 500'000}, "").res == 0);
	CHECK(chip.state() == "2000000 1000000 1");
	CHECK(pwm.pulses(18)->hz == 500);
	/* What comes next is refused: this one goes on, and has an end. */
	const std::uint32_t fifth = pwm.enter(18);
	const std::uint32_t sixth = pwm.enter(18);
	CHECK(pwm.set(18, fifth, {500, 250'000}, "").res == 0);
	chip.refuse("pwm0/period");
	CHECK(pwm.set(18, sixth, {100, 1}, "").res == res_of(Status::BadHardwarePwmHz));
	CHECK(pwm.pulses(18)->duty == 250'000);
	CHECK(pwm.leave(18));
	CHECK(pwm.off(18).res == 0);
	CHECK(chip.get("pwm0/enable") == "0");
}

TEST_CASE("a chip that takes its time is waited for by nobody else, and its pulses are over")
{
	const Chip chip;
	Bench bench(chip.settings());
	auto client = bench.connect();
	auto other = bench.connect();
	/* Opening a pipe waits for its reader: so does the chip. */
	const std::string period = chip.path / "pwm0" / "period";
	fs::remove(period);
	REQUIRE(::mkfifo(period.c_str(), 0600) == 0);
	client.send(kHp, 18, 800, words({250'000}));
	CHECK(client.waiting() == 0);
	/* There is a reader when the chip's turn has come; it has nothing to read yet. */
	UniqueFd writer;
	while (!writer)
		writer = UniqueFd(::open(period.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
	CHECK(other.call(kWrite, 18, 0) == 0);
	CHECK(other.call(kGdc, 18) == res_of(Status::NotPwmGpio));
	/* Both ends: whoever opens it from now on does not wait. */
	const UniqueFd reader(::open(period.c_str(), O_RDWR | O_CLOEXEC));
	const std::string some = "1000\n1000\n1000\n1000\n";
	REQUIRE(::write(reader.get(), some.data(), some.size()) > 0);
	CHECK(client.reply().last == 0);
	REQUIRE(client.call(kHp, 19, 0, words({0})) == 0);
	CHECK(chip.get("pwm0/enable") == "0");
	CHECK(client.call(kGdc, 18) == res_of(Status::NotPwmGpio));
}

TEST_CASE("what cannot be switched off is told, and tried again")
{
	const Chip chip;
	HardwarePwm pwm(chip.entries());
	REQUIRE(set(pwm, 18, {1000, 500'000}).res == 0);
	chip.refuse("pwm0/enable");
	CHECK(pwm.leave(18));
	CHECK(pwm.off(18).res == res_of(Status::NotHardwarePwmGpio));
	fs::remove(chip.path / "pwm0" / "enable");
	chip.put("pwm0/enable", "1");
	CHECK(pwm.off(18).res == 0);
	CHECK(chip.get("pwm0/enable") == "0");
}

TEST_CASE("what the chip refuses leaves PWM by the hub as it was")
{
	const Chip chip;
	Bench bench(chip.settings());
	auto client = bench.connect();
	REQUIRE(client.call(kPwm, 18, 128) == 0);
	chip.refuse("pwm0/period");
	CHECK(client.call(kHp, 18, 500, words({1})) == res_of(Status::BadHardwarePwmHz));
	CHECK(client.call(kGdc, 18) == 128);
	CHECK(client.call(kModeg, 18) != 2);
}

TEST_CASE("where there are roles: who drives the line, and administers the machine")
{
	const Chip chip;
	Bench bench(chip.settings());
	auto client = bench.connect();
	constexpr std::uint32_t kAdminister = 1U << static_cast<unsigned>(Verb::Administer);
	bench.front->renew(panel("0-31", kLookClaimDrive));
	CHECK(client.call(kHp, 18, 800, words({1})) == res_of(Status::NotPermitted));
	CHECK(client.call(kHc, 18, 5000) == res_of(Status::NotPermitted));
	bench.front->renew(panel("0-31", kLookOnly | kAdminister));
	CHECK(client.call(kHp, 18, 800, words({1})) == res_of(Status::NotPermitted));
	bench.front->renew(panel("0-31", kLookClaimDrive | kAdminister));
	CHECK(client.call(kHp, 18, 800, words({1})) == 0);
}
