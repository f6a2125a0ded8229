/* SPDX-License-Identifier: MIT */
#include "serial.hpp"

#include <gpiohub/clock.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <string_view>

namespace gpiohub::daemon::pigpio
{

namespace
{

struct Speed {
	std::uint32_t bits;
	speed_t code;
};

constexpr std::array kSpeeds = {Speed{50, B50}, Speed{75, B75}, Speed{110, B110}, Speed{134, B134},
	Speed{150, B150}, Speed{200, B200}, Speed{300, B300}, Speed{600, B600}, Speed{1200, B1200},
	Speed{1800, B1800}, Speed{2400, B2400}, Speed{4800, B4800}, Speed{9600, B9600},
	Speed{19'200, B19200}, Speed{38'400, B38400}, Speed{57'600, B57600},
	Speed{115'200, B115200}, Speed{230'400, B230400}};

constexpr std::string_view kDev = "/dev";

/* Links are followed, as /dev has them: who makes them is root. */
bool is_device_path(const std::string &path, const std::vector<std::string> &prefixes)
{
	if (path.size() >= PATH_MAX || path.find('\0') != std::string::npos)
		return false;
	if (!path.starts_with(kDev) || (path + "/").find("/../") != std::string::npos)
		return false;
	return std::any_of(prefixes.begin(), prefixes.end(),
		[&](const std::string &prefix) { return path.starts_with(prefix); });
}

/* TCSANOW: the others wait for what is still to be written. */
bool configure(const UniqueFd &fd, speed_t speed)
{
	termios settings{};
	if (::tcgetattr(fd.get(), &settings) != 0)
		return false;
	::cfmakeraw(&settings);
	settings.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS);
	settings.c_cflag |= CREAD | CLOCAL;
	settings.c_iflag &= ~static_cast<tcflag_t>(IXOFF | IXANY);
	/* With 0 no data would look like an end. */
	settings.c_cc[VMIN] = 1;
	settings.c_cc[VTIME] = 0;
	if (::cfsetspeed(&settings, speed) != 0)
		return false;
	return ::tcsetattr(fd.get(), TCSANOW, &settings) == 0;
}

bool is_written_out(const UniqueFd &fd)
{
	int left = 0;
	return ::ioctl(fd.get(), TIOCOUTQ, &left) != 0 || left == 0;
}

void discard(const UniqueFd &fd)
{
	::tcflush(fd.get(), TCOFLUSH);
}

} // namespace

Serial::Serial(const Caller &caller, std::string devices, std::vector<std::string> prefixes)
	: devices_(std::move(devices)),
	  prefixes_(std::move(prefixes)),
	  handles_(caller, kMostHandles)
{
}

/* The daemon's end does not wait either. */
Serial::~Serial()
{
	for (const HandleInfo &info : handles_.list())
		discard(*handles_.find(info.handle));
	for (const Leaving &each : leaving_)
		discard(each.fd);
}

/* --- open, close ---------------------------------------------------------------- */

Reply Serial::open(std::uint32_t speed, std::uint32_t flags, Extension path)
{
	let_go();
	const std::string name = text_of(path);
	if (!is_device_path(name, prefixes_))
		return Status::BadSerialDevice;
	const auto *known = std::find_if(kSpeeds.begin(), kSpeeds.end(),
		[&](const Speed &each) { return each.bits == speed; });
	if (known == kSpeeds.end())
		return Status::BadSerialSpeed;
	if (flags != 0)
		return Status::BadFlags;
	if (handles_.is_full())
		return Status::NoHandle;

	/* Without waiting for a modem, nor made this process's own terminal. */
	const std::string where = devices_ + name.substr(kDev.size());
	UniqueFd fd(::open(where.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
	if (!fd || !configure(fd, known->code))
		return Status::SerialOpenFailed;
	return handles_.add(std::move(fd), fmt::format("{} {} baud", name, speed));
}

Reply Serial::close(std::uint32_t handle, std::uint32_t, Extension)
{
	auto fd = handles_.remove(handle);
	if (!fd)
		return Status::BadHandle;
	leaving_.push_back({*std::move(fd), monotonic_ns() + kMostLeavingNs});
	let_go();
	return Status::Ok;
}

void Serial::let_go()
{
	const std::uint64_t now = monotonic_ns();
	if (leaving_.size() > kMostHandles)
		leaving_.front().until_ns = 0;
	std::erase_if(leaving_, [now](const Leaving &each) {
		if (is_written_out(each.fd))
			return true;
		if (now < each.until_ns)
			return false;
		discard(each.fd);
		return true;
	});
}

/* --- bytes ---------------------------------------------------------------------- */

Reply Serial::read(std::uint32_t handle, std::uint32_t most, Extension)
{
	const UniqueFd *fd = handles_.find(handle);
	if (fd == nullptr)
		return Status::BadHandle;
	if (most == 0)
		return Status::BadParameter;
	std::string bytes(std::min<std::size_t>(most, kMostBytes), '\0');
	const ssize_t size = ::read(fd->get(), bytes.data(), bytes.size());
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return Reply::bytes({});
	if (size <= 0)
		return Status::SerialReadFailed;
	bytes.resize(static_cast<std::size_t>(size));
	return Reply::bytes(std::move(bytes));
}

Reply Serial::read_byte(std::uint32_t handle, std::uint32_t, Extension)
{
	Reply one = read(handle, 1, {});
	if (one.res < 0)
		return one;
	return one.res == 0 ? Status::SerialNoData
			    : Reply::number(static_cast<std::uint8_t>(one.extension[0]));
}

Reply Serial::write(std::uint32_t handle, std::uint32_t, Extension bytes)
{
	const UniqueFd *fd = handles_.find(handle);
	if (fd == nullptr)
		return Status::BadHandle;
	if (bytes.empty() || bytes.size() > kMostBytes)
		return Status::BadParameter;
	const ssize_t size = ::write(fd->get(), bytes.data(), bytes.size());
	return size == static_cast<ssize_t>(bytes.size()) ? Status::Ok : Status::SerialWriteFailed;
}

Reply Serial::write_byte(std::uint32_t handle, std::uint32_t byte, Extension)
{
	if (byte > 0xff)
		return Status::BadParameter;
	const auto only = static_cast<std::byte>(byte);
	return write(handle, 0, Extension(&only, 1));
}

Reply Serial::available(std::uint32_t handle, std::uint32_t, Extension)
{
	const UniqueFd *fd = handles_.find(handle);
	if (fd == nullptr)
		return Status::BadHandle;
	int count = 0;
	if (::ioctl(fd->get(), FIONREAD, &count) != 0)
		return Status::SerialReadFailed;
	return Reply::number(count);
}

} // namespace gpiohub::daemon::pigpio
