/* SPDX-License-Identifier: MIT */
#include "spi.hpp"

#include <fmt/format.h>

#include <linux/spi/spidev.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <span>

namespace gpiohub::daemon::pigpio
{

namespace
{

constexpr std::uint32_t kFlags = (1U << 22) - 1;
constexpr std::uint32_t kAuxiliary = 1U << 8;
constexpr std::uint32_t kSlowest = 32'000;
constexpr std::uint32_t kFastest = 125'000'000;
constexpr std::uint32_t kMostBits = 32;

constexpr std::uint32_t kHighSelect = SPI_CS_HIGH;
constexpr std::uint32_t kNoSelect = SPI_NO_CS;

bool is_set(std::uint32_t flags, unsigned bit)
{
	return (flags >> bit & 1) != 0;
}

/* Nothing: not such flags. */
std::optional<SpiSettings> settings_of(
	std::uint32_t flags, std::uint32_t channel, std::uint32_t speed)
{
	SpiSettings settings;
	settings.speed = speed;
	settings.mode = flags & (SPI_CPHA | SPI_CPOL);
	/* There are flags for the interface's three. */
	if (channel < 3) {
		settings.mode |= is_set(flags, 2 + channel) ? kHighSelect : 0;
		settings.mode |= is_set(flags, 5 + channel) ? kNoSelect : 0;
	}
	if ((flags & kAuxiliary) == 0) {
		if (is_set(flags, 9)) {
			settings.mode |= SPI_3WIRE;
			settings.written = flags >> 10 & 0xf;
		}
		return settings;
	}
	settings.is_low_first_out = is_set(flags, 14);
	settings.is_low_first_in = is_set(flags, 15);
	const std::uint32_t bits = flags >> 16 & 0x3f;
	if (bits > kMostBits)
		return std::nullopt;
	settings.bits = static_cast<std::uint8_t>(bits == 0 ? 8 : bits);
	return settings;
}

std::size_t word_size(std::uint8_t bits)
{
	if (bits <= 8)
		return 1;
	return bits <= 16 ? 2 : 4;
}

/* Done here: few controllers can, and none for one direction only. Low byte first. */
void reverse_words(std::string &bytes, std::uint8_t bits)
{
	const std::size_t size = word_size(bits);
	for (std::size_t at = 0; at + size <= bytes.size(); at += size) {
		std::uint32_t word = 0;
		for (std::size_t i = 0; i < size; i++)
			word |= std::uint32_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
		std::uint32_t reversed = 0;
		for (unsigned bit = 0; bit < bits; bit++)
			reversed |= (word >> bit & 1) << (bits - 1 - bit);
		for (std::size_t i = 0; i < size; i++)
			bytes[at + i] = static_cast<char>(reversed >> (8 * i) & 0xff);
	}
}

__u64 address_of(const std::string &bytes, std::size_t at)
{
	return bytes.empty() ? 0 : reinterpret_cast<std::uintptr_t>(bytes.data() + at);
}

} // namespace

Spi::Spi(const Caller &caller, SpiChannels channels, std::string devices, DeviceCalls &calls)
	: channels_(std::move(channels)),
	  devices_(std::move(devices)),
	  calls_(calls),
	  handles_(caller, kMostHandles)
{
}

/* --- open, close ---------------------------------------------------------------- */

Reply Spi::open(std::uint32_t channel, std::uint32_t speed, Extension flags)
{
	const auto bits = number_of(flags);
	if (!bits)
		return Status::BadParameter;
	if (*bits > kFlags)
		return Status::BadFlags;
	const bool is_auxiliary = (*bits & kAuxiliary) != 0;
	const auto &channels = is_auxiliary ? channels_.auxiliary : channels_.main;
	if (is_auxiliary && channels.empty())
		return Status::NoAuxiliarySpi;
	if (channel >= channels.size())
		return Status::BadSpiChannel;
	if (speed < kSlowest || speed > kFastest)
		return Status::BadSpiSpeed;
	auto settings = settings_of(*bits, channel, speed);
	if (!settings)
		return Status::BadFlags;
	if (handles_.is_full())
		return Status::NoHandle;

	const auto path = std::filesystem::path(devices_) / channels[channel];
	const int fd = calls_.open(path);
	if (fd < 0)
		return Status::SpiOpenFailed;
	Device device{UniqueFd(fd), *settings};
	const int done = calls_.control(fd, SPI_IOC_WR_MODE32, &settings->mode);
	if (done < 0)
		return done == -EINVAL ? Status::BadFlags : Status::SpiOpenFailed;
	return handles_.add(std::move(device), fmt::format("{} {} Hz", channels[channel], speed));
}

Reply Spi::close(std::uint32_t handle, std::uint32_t, Extension)
{
	return handles_.remove(handle) ? Status::Ok : Status::BadHandle;
}

/* --- transfers ------------------------------------------------------------------ */

Reply Spi::read(std::uint32_t handle, std::uint32_t count, Extension)
{
	if (count > kMostBytes)
		return Status::BadSpiCount;
	Buffers buffers{{}, std::string(count, '\0')};
	const Status status = transfer(handle, buffers);
	return status == Status::Ok ? Reply::bytes(std::move(buffers.in)) : status;
}

Reply Spi::write(std::uint32_t handle, std::uint32_t, Extension bytes)
{
	Buffers buffers{text_of(bytes), {}};
	const Status status = transfer(handle, buffers);
	return status == Status::Ok ? Reply::number(static_cast<std::int64_t>(bytes.size()))
				    : status;
}

Reply Spi::exchange(std::uint32_t handle, std::uint32_t, Extension bytes)
{
	Buffers buffers{text_of(bytes), std::string(bytes.size(), '\0')};
	const Status status = transfer(handle, buffers);
	return status == Status::Ok ? Reply::bytes(std::move(buffers.in)) : status;
}

/* An empty buffer: nothing is written, or kept of what is read. */
Status Spi::transfer(std::uint32_t handle, Buffers &buffers)
{
	const Device *device = handles_.find(handle);
	if (device == nullptr)
		return Status::BadHandle;
	const SpiSettings &settings = device->settings;
	const std::size_t count = std::max(buffers.out.size(), buffers.in.size());
	if (count > kMostBytes || count % word_size(settings.bits) != 0)
		return Status::BadSpiCount;
	if (count * 8 * 1'000'000'000 / settings.speed > kLongestNs)
		return Status::BadSpiCount;

	if (settings.is_low_first_out)
		reverse_words(buffers.out, settings.bits);
	/* On one wire for both, there is something to write first, and then to read. */
	if ((settings.mode & SPI_3WIRE) != 0) {
		buffers.out.resize(count);
		buffers.in.resize(count);
	}
	const Status status = send(*device, buffers);
	if (settings.is_low_first_in)
		reverse_words(buffers.in, settings.bits);
	return status;
}

/* In pieces that spidev takes, the chip selected from the first to the last. When one fails
 * the kernel ends that. */
Status Spi::send(const Device &device, const Buffers &buffers)
{
	const SpiSettings &settings = device.settings;
	const std::size_t count = std::max(buffers.out.size(), buffers.in.size());
	const bool is_3_wire = (settings.mode & SPI_3WIRE) != 0;
	const std::size_t written = is_3_wire ? std::min<std::size_t>(settings.written, count) : 0;

	/* It is the device's, and another handle or program may have set it since. */
	std::uint32_t mode = settings.mode;
	if (count != 0 && calls_.control(device.fd.get(), SPI_IOC_WR_MODE32, &mode) < 0)
		return Status::SpiTransferFailed;

	for (std::size_t at = 0; at < count;) {
		const std::size_t end = std::min(at + kPiece, count);
		std::array<spi_ioc_transfer, 2> transfers{};
		std::size_t used = 0;
		const auto add = [&](std::size_t to, bool is_out, bool is_in) {
			spi_ioc_transfer &made = transfers[used++];
			made.cs_change = to < count ? 1 : 0;
			made.tx_buf = is_out ? address_of(buffers.out, at) : 0;
			made.rx_buf = is_in ? address_of(buffers.in, at) : 0;
			made.len = static_cast<__u32>(to - at);
			made.speed_hz = settings.speed;
			made.bits_per_word = settings.bits;
			at = to;
		};
		if (at < written)
			add(written, true, false);
		if (at < end)
			add(end, !is_3_wire, true);
		/* Between the two of one message the chip is not let go either. */
		if (used == 2)
			transfers[0].cs_change = 0;
		const unsigned long request = used == 1 ? SPI_IOC_MESSAGE(1) : SPI_IOC_MESSAGE(2);
		if (calls_.control(device.fd.get(), request, transfers.data()) < 0)
			return Status::SpiTransferFailed;
	}
	return Status::Ok;
}

} // namespace gpiohub::daemon::pigpio
