/* SPDX-License-Identifier: MIT */
#include "i2c.hpp"

#include "i2c_segments.hpp"

#include <fmt/format.h>

#include <linux/i2c-dev.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace gpiohub::daemon::pigpio
{

namespace
{

constexpr std::uint32_t kMostByte = 0xff;
constexpr std::uint32_t kMostWord = 0xffff;

/* Of a block's data the first byte is how many follow. The kernel says 32 at most; what it
 * says is not believed, there is no room for more. */
Reply block_reply(const i2c_smbus_data &data)
{
	const std::size_t size = std::min<std::size_t>(data.block[0], I2C_SMBUS_BLOCK_MAX);
	return Reply::bytes({reinterpret_cast<const char *>(data.block) + 1, size});
}

std::optional<i2c_smbus_data> block_of(Extension bytes)
{
	if (bytes.empty() || bytes.size() > I2C_SMBUS_BLOCK_MAX)
		return std::nullopt;
	i2c_smbus_data data{};
	data.block[0] = static_cast<__u8>(bytes.size());
	std::memcpy(data.block + 1, bytes.data(), bytes.size());
	return data;
}

/* The bytes read go to `read`, one segment's after another's. */
int transfer(DeviceCalls &calls, int fd, const I2cTransfer &segments, std::string &read)
{
	std::size_t at = read.size();
	std::size_t size = at;
	for (const I2cSegment &segment : segments)
		size += segment.is_read ? segment.size : 0;
	read.resize(size);

	std::vector<i2c_msg> messages;
	for (const I2cSegment &segment : segments) {
		const auto flags =
			static_cast<__u16>(segment.flags | (segment.is_read ? I2C_M_RD : 0));
		/* What is written is not changed, though the message is the same for both. */
		auto *written = const_cast<std::byte *>(segment.bytes.data());
		messages.push_back({segment.address, flags, static_cast<__u16>(segment.size),
			reinterpret_cast<__u8 *>(
				segment.is_read ? static_cast<void *>(&read[at]) : written)});
		at += segment.is_read ? segment.size : 0;
	}
	i2c_rdwr_ioctl_data argument{messages.data(), static_cast<__u32>(messages.size())};
	return calls.control(fd, I2C_RDWR, &argument);
}

} // namespace

I2c::I2c(const Caller &caller, std::string devices, DeviceCalls &calls)
	: devices_(std::move(devices)),
	  calls_(calls),
	  handles_(caller, kMostHandles)
{
}

/* --- open, close ---------------------------------------------------------------- */

Reply I2c::open(std::uint32_t bus, std::uint32_t address, Extension flags)
{
	const auto flag_bits = number_of(flags);
	if (!flag_bits)
		return Status::BadParameter;
	if (address > kMostI2cAddress)
		return Status::BadI2cAddress;
	if (*flag_bits != 0)
		return Status::BadFlags;
	if (handles_.is_full())
		return Status::NoHandle;

	const std::string name = fmt::format("i2c-{}", bus);
	const int fd = calls_.open(devices_ + "/" + name);
	if (fd < 0) {
		const bool is_none = fd == -ENOENT || fd == -ENODEV || fd == -ENXIO;
		return is_none ? Status::BadI2cBus : Status::I2cOpenFailed;
	}
	Device device{UniqueFd(fd), static_cast<std::uint16_t>(address)};
	/* The call takes the number in the pointer's place.
	 * NOLINTNEXTLINE(performance-no-int-to-ptr) */
	auto *argument = reinterpret_cast<void *>(static_cast<std::uintptr_t>(address));
	if (calls_.control(fd, I2C_SLAVE, argument) < 0)
		return Status::I2cOpenFailed;
	return handles_.add(std::move(device), fmt::format("{} address {:#04x}", name, address));
}

Reply I2c::close(std::uint32_t handle, std::uint32_t, Extension)
{
	return handles_.remove(handle) ? Status::Ok : Status::BadHandle;
}

/* --- plain bytes ---------------------------------------------------------------- */

Reply I2c::read_device(std::uint32_t handle, std::uint32_t count, Extension)
{
	const Device *device = handles_.find(handle);
	if (device == nullptr)
		return Status::BadHandle;
	if (count == 0 || count > kMostI2cBytes)
		return Status::BadParameter;
	std::string bytes(count, '\0');
	const int done =
		calls_.read(device->fd.get(), std::as_writable_bytes(std::span<char>(bytes)));
	if (done != static_cast<int>(count))
		return Status::I2cReadFailed;
	return Reply::bytes(std::move(bytes));
}

Reply I2c::write_device(std::uint32_t handle, std::uint32_t, Extension bytes)
{
	const Device *device = handles_.find(handle);
	if (device == nullptr)
		return Status::BadHandle;
	if (bytes.empty() || bytes.size() > kMostI2cBytes)
		return Status::BadParameter;
	const int done = calls_.write(device->fd.get(), bytes);
	return done == static_cast<int>(bytes.size()) ? Status::Ok : Status::I2cWriteFailed;
}

/* --- SMBus ---------------------------------------------------------------------- */

Status I2c::smbus(std::uint32_t handle, std::uint8_t direction, std::uint32_t reg,
	std::uint32_t kind, i2c_smbus_data *data)
{
	const Device *device = handles_.find(handle);
	if (device == nullptr)
		return Status::BadHandle;
	if (reg > kMostByte)
		return Status::BadParameter;
	i2c_smbus_ioctl_data argument{direction, static_cast<__u8>(reg), kind, data};
	const int done = calls_.control(device->fd.get(), I2C_SMBUS, &argument);
	if (done >= 0)
		return Status::Ok;
	if (done == -EOPNOTSUPP)
		return Status::BadSmbusCommand;
	/* A call writes and has an answer, a quick command neither. */
	const bool is_call = kind == I2C_SMBUS_PROC_CALL || kind == I2C_SMBUS_BLOCK_PROC_CALL;
	const bool is_read = direction == I2C_SMBUS_READ && kind != I2C_SMBUS_QUICK;
	return is_call || is_read ? Status::I2cReadFailed : Status::I2cWriteFailed;
}

Reply I2c::write_quick(std::uint32_t handle, std::uint32_t bit, Extension)
{
	if (bit > 1)
		return Status::BadParameter;
	const std::uint8_t direction = bit == 0 ? I2C_SMBUS_WRITE : I2C_SMBUS_READ;
	return smbus(handle, direction, 0, I2C_SMBUS_QUICK, nullptr);
}

Reply I2c::read_byte(std::uint32_t handle, std::uint32_t, Extension)
{
	i2c_smbus_data data{};
	const Status status = smbus(handle, I2C_SMBUS_READ, 0, I2C_SMBUS_BYTE, &data);
	return status == Status::Ok ? Reply::number(data.byte) : status;
}

/* The byte goes where others have the register. */
Reply I2c::write_byte(std::uint32_t handle, std::uint32_t byte, Extension)
{
	return smbus(handle, I2C_SMBUS_WRITE, byte, I2C_SMBUS_BYTE, nullptr);
}

Reply I2c::read_byte_data(std::uint32_t handle, std::uint32_t reg, Extension)
{
	i2c_smbus_data data{};
	const Status status = smbus(handle, I2C_SMBUS_READ, reg, I2C_SMBUS_BYTE_DATA, &data);
	return status == Status::Ok ? Reply::number(data.byte) : status;
}

Reply I2c::write_byte_data(std::uint32_t handle, std::uint32_t reg, Extension byte)
{
	const auto value = number_of(byte);
	if (!value || *value > kMostByte)
		return Status::BadParameter;
	i2c_smbus_data data{};
	data.byte = static_cast<__u8>(*value);
	return smbus(handle, I2C_SMBUS_WRITE, reg, I2C_SMBUS_BYTE_DATA, &data);
}

Reply I2c::read_word_data(std::uint32_t handle, std::uint32_t reg, Extension)
{
	i2c_smbus_data data{};
	const Status status = smbus(handle, I2C_SMBUS_READ, reg, I2C_SMBUS_WORD_DATA, &data);
	return status == Status::Ok ? Reply::number(data.word) : status;
}

Reply I2c::write_word_data(std::uint32_t handle, std::uint32_t reg, Extension word)
{
	const auto value = number_of(word);
	if (!value || *value > kMostWord)
		return Status::BadParameter;
	i2c_smbus_data data{};
	data.word = static_cast<__u16>(*value);
	return smbus(handle, I2C_SMBUS_WRITE, reg, I2C_SMBUS_WORD_DATA, &data);
}

Reply I2c::process_call(std::uint32_t handle, std::uint32_t reg, Extension word)
{
	const auto value = number_of(word);
	if (!value || *value > kMostWord)
		return Status::BadParameter;
	i2c_smbus_data data{};
	data.word = static_cast<__u16>(*value);
	const Status status = smbus(handle, I2C_SMBUS_WRITE, reg, I2C_SMBUS_PROC_CALL, &data);
	return status == Status::Ok ? Reply::number(data.word) : status;
}

/* --- SMBus, blocks -------------------------------------------------------------- */

Reply I2c::read_block(std::uint32_t handle, std::uint32_t reg, Extension)
{
	i2c_smbus_data data{};
	const Status status = smbus(handle, I2C_SMBUS_READ, reg, I2C_SMBUS_BLOCK_DATA, &data);
	return status == Status::Ok ? block_reply(data) : status;
}

Reply I2c::read_i2c_block(std::uint32_t handle, std::uint32_t reg, Extension count)
{
	const auto size = number_of(count);
	if (!size || *size == 0 || *size > I2C_SMBUS_BLOCK_MAX)
		return Status::BadParameter;
	i2c_smbus_data data{};
	data.block[0] = static_cast<__u8>(*size);
	const Status status = smbus(handle, I2C_SMBUS_READ, reg, I2C_SMBUS_I2C_BLOCK_DATA, &data);
	return status == Status::Ok ? block_reply(data) : status;
}

Reply I2c::block_process_call(std::uint32_t handle, std::uint32_t reg, Extension bytes)
{
	auto data = block_of(bytes);
	if (!data)
		return Status::BadParameter;
	const Status status =
		smbus(handle, I2C_SMBUS_WRITE, reg, I2C_SMBUS_BLOCK_PROC_CALL, &*data);
	return status == Status::Ok ? block_reply(*data) : status;
}

Reply I2c::send_block(std::uint32_t handle, std::uint32_t reg, std::uint32_t kind, Extension bytes)
{
	auto data = block_of(bytes);
	return data ? smbus(handle, I2C_SMBUS_WRITE, reg, kind, &*data) : Status::BadParameter;
}

Reply I2c::write_block(std::uint32_t handle, std::uint32_t reg, Extension bytes)
{
	return send_block(handle, reg, I2C_SMBUS_BLOCK_DATA, bytes);
}

Reply I2c::write_i2c_block(std::uint32_t handle, std::uint32_t reg, Extension bytes)
{
	return send_block(handle, reg, I2C_SMBUS_I2C_BLOCK_DATA, bytes);
}

/* --- segments ------------------------------------------------------------------- */

Reply I2c::zip(std::uint32_t handle, std::uint32_t, Extension input)
{
	const Device *device = handles_.find(handle);
	if (device == nullptr)
		return Status::BadHandle;
	const auto parsed = segments(input, device->address);
	if (const Status *fault = std::get_if<Status>(&parsed))
		return *fault;
	std::string read;
	for (const I2cTransfer &each : std::get<0>(parsed)) {
		if (transfer(calls_, device->fd.get(), each, read) < 0)
			return Status::BadI2cSegment;
	}
	return Reply::bytes(std::move(read));
}

} // namespace gpiohub::daemon::pigpio
