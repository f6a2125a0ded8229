/* SPDX-License-Identifier: MIT */
#include "i2c_segments.hpp"

#include <linux/i2c-dev.h>
#include <linux/i2c.h>

#include <optional>

namespace gpiohub::daemon::pigpio
{

namespace
{

/* What a message may be told. Not its direction, which is the command's; not addresses of ten
 * bits; nor a size that the device tells, for which there would have to be room. */
constexpr std::uint32_t kFlags =
	I2C_M_STOP | I2C_M_NOSTART | I2C_M_REV_DIR_ADDR | I2C_M_IGNORE_NAK | I2C_M_NO_RD_ACK;

class Reader
{
public:
	Reader(Extension input, std::uint16_t address) : input_(input), address_(address) {}

	std::variant<std::vector<I2cTransfer>, Status> read()
	{
		while (!is_end_ && !input_.empty()) {
			if (const Status status = command(*take_number(input_, 1));
				status != Status::Ok)
				return status;
		}
		return std::move(transfers_);
	}

private:
	Status command(std::uint32_t code)
	{
		const bool is_long = is_escaped_;
		is_escaped_ = false;
		switch (code) {
		case 0:
			is_end_ = true;
			return Status::Ok;
		case 1:
			is_escaped_ = true;
			return Status::Ok;
		case 2:
		case 3:
			is_combined_ = code == 2;
			is_open_ = false;
			return Status::Ok;
		case 4:
			return set(address_, take_number(input_, is_long ? 2 : 1), kMostI2cAddress,
				Status::BadI2cAddress);
		case 5: {
			const auto flags = take_number(input_, 2);
			if (flags && (*flags & ~kFlags) != 0)
				return Status::BadFlags;
			return set(flags_, flags, 0xffff, Status::BadFlags);
		}
		case 6:
		case 7:
			return segment(code == 6, take_number(input_, is_long ? 2 : 1));
		default:
			return Status::BadI2cCommand;
		}
	}

	static Status set(std::uint16_t &field, std::optional<std::uint32_t> value,
		std::uint32_t most, Status fault)
	{
		if (!value)
			return Status::BadI2cCommand;
		if (*value > most)
			return fault;
		field = static_cast<std::uint16_t>(*value);
		return Status::Ok;
	}

	Status segment(bool is_read, std::optional<std::uint32_t> size)
	{
		const Status bad = is_read ? Status::BadI2cReadLength : Status::BadI2cWriteLength;
		if (!size)
			return Status::BadI2cCommand;
		if (*size == 0 || *size >= left_ || (!is_read && *size > input_.size()))
			return bad;
		left_ -= *size + 1;
		I2cSegment made{is_read, address_, flags_, *size, {}};
		if (!is_read) {
			made.bytes = input_.first(*size);
			input_ = input_.subspan(*size);
		}
		if (!is_open_)
			transfers_.emplace_back();
		if (transfers_.back().size() == I2C_RDWR_IOCTL_MAX_MSGS)
			return Status::TooManySegments;
		transfers_.back().push_back(made);
		is_open_ = is_combined_;
		return Status::Ok;
	}

	Extension input_;
	std::uint16_t address_;
	std::uint16_t flags_ = 0;
	bool is_end_ = false;
	bool is_escaped_ = false;
	bool is_combined_ = false;
	bool is_open_ = false; /* the next segment goes with the last one */
	std::size_t left_ = kMostI2cBytes + 1;
	std::vector<I2cTransfer> transfers_;
};

} // namespace

std::variant<std::vector<I2cTransfer>, Status> segments(Extension input, std::uint16_t address)
{
	return Reader(input, address).read();
}

} // namespace gpiohub::daemon::pigpio
