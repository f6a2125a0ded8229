/* SPDX-License-Identifier: MIT */
#include "bits_i2c.hpp"

#include "i2c_segments.hpp"

#include <algorithm>
#include <optional>

namespace gpiohub::daemon::pigpio
{

namespace
{

using Op = I2cMaster::Op;
using Kind = Op::Kind;

constexpr unsigned kAcknowledge = 8; /* the bit after those of a byte */

class Reader
{
public:
	explicit Reader(Extension input) : input_(input) {}

	std::variant<std::vector<Op>, Status> read()
	{
		while (!input_.empty()) {
			const std::uint32_t code = *take_number(input_, 1);
			if (code == 0)
				break;
			if (const Status status = command(code); status != Status::Ok)
				return status;
		}
		if (is_started_)
			ops_.push_back({.kind = Kind::Stop});
		return std::move(ops_);
	}

private:
	enum class Direction : std::uint8_t { None, Read, Write };

	Status command(std::uint32_t code)
	{
		const std::size_t size = is_escaped_ ? 2 : 1;
		is_escaped_ = code == 1;
		switch (code) {
		case 1:
			return Status::Ok;
		case 2:
			return condition(Kind::Start);
		case 3:
			return condition(Kind::Stop);
		case 4: {
			const auto address = take_number(input_, size);
			if (!address)
				return Status::BadI2cCommand;
			if (*address > kMostI2cAddress)
				return Status::BadI2cAddress;
			address_ = static_cast<std::uint8_t>(*address);
			return Status::Ok;
		}
		case 5:
			return take_number(input_, 2) ? Status::Ok : Status::BadI2cCommand;
		case 6:
			return read_segment(take_number(input_, size));
		case 7:
			return write_segment(take_number(input_, size));
		default:
			return Status::BadI2cCommand;
		}
	}

	/* Takes room for so many more; false: there is not as much. */
	bool take(std::size_t count)
	{
		if (count > left_)
			return false;
		left_ -= count;
		return true;
	}

	Status condition(Kind kind)
	{
		if (!take(1))
			return Status::TooManySegments;
		ops_.push_back({.kind = kind});
		is_started_ = kind == Kind::Start;
		direction_ = Direction::None;
		return Status::Ok;
	}

	/* The address, unless it goes on as it was. */
	Status open(Direction direction)
	{
		if (direction_ == direction && open_address_ == address_)
			return Status::Ok;
		if (!is_started_ || direction_ != Direction::None) {
			if (const Status status = condition(Kind::Start); status != Status::Ok)
				return status;
		}
		const bool is_read = direction == Direction::Read;
		if (!take(1))
			return Status::TooManySegments;
		const Status fault = is_read ? Status::I2cReadFailed : Status::I2cWriteFailed;
		ops_.back().fault = fault; /* the start's */
		ops_.push_back({.kind = Kind::Put,
			.byte = static_cast<std::uint8_t>(address_ << 1 | (is_read ? 1 : 0)),
			.fault = fault});
		direction_ = direction;
		open_address_ = address_;
		return Status::Ok;
	}

	Status read_segment(std::optional<std::uint32_t> size)
	{
		if (!size)
			return Status::BadI2cCommand;
		/* An address alone cannot be read from: the device would have the line. */
		if (*size == 0 || !take(*size))
			return Status::BadI2cReadLength;
		if (const Status status = open(Direction::Read); status != Status::Ok)
			return status;
		/* It goes on: what was the last byte is none. */
		ops_.back().is_last = false;
		ops_.insert(ops_.end(), *size, {.kind = Kind::Get, .fault = Status::I2cReadFailed});
		ops_.back().is_last = true;
		return Status::Ok;
	}

	Status write_segment(std::optional<std::uint32_t> size)
	{
		if (!size)
			return Status::BadI2cCommand;
		if (*size > input_.size() || !take(*size))
			return Status::BadI2cWriteLength;
		if (const Status status = open(Direction::Write); status != Status::Ok)
			return status;
		for (const std::byte byte : input_.first(*size))
			ops_.push_back(
				{.kind = Kind::Put, .byte = std::to_integer<std::uint8_t>(byte)});
		input_ = input_.subspan(*size);
		return Status::Ok;
	}

	Extension input_;
	std::uint8_t address_ = 0;
	std::uint8_t open_address_ = 0;
	bool is_escaped_ = false;
	bool is_started_ = false;
	Direction direction_ = Direction::None; /* of what can go on */
	std::size_t left_ = kMostI2cBytes;
	std::vector<Op> ops_;
};

} // namespace

std::variant<I2cMaster, Status> I2cMaster::create(Gpios sda, Gpios scl, Extension input)
{
	auto ops = Reader(input).read();
	if (const auto *status = std::get_if<Status>(&ops))
		return *status;
	return I2cMaster(sda, scl, std::move(std::get<0>(ops)));
}

Reply I2cMaster::reply() const
{
	if (failed_ != Status::Ok)
		return failed_;
	return Reply::bytes(got_);
}

std::optional<BitStep> I2cMaster::next(bool sample)
{
	if (is_sampling_)
		sample_ = sample;
	if (step_ == step_count_)
		go_on();
	if (step_ == step_count_)
		return std::nullopt;
	is_sampling_ = steps_[step_].sample != 0;
	return steps_[step_++];
}

void I2cMaster::do_steps(std::initializer_list<BitStep> steps)
{
	std::copy(steps.begin(), steps.end(), steps_.begin());
	step_ = 0;
	step_count_ = steps.size();
}

/* A start, a stop or a bit is done: what is next. */
void I2cMaster::go_on()
{
	if (is_inside_) {
		if (goes_on(ops_[at_]))
			return;
		is_inside_ = false;
		at_++;
	}
	if (is_cancelled_)
		end_after_this();
	if (at_ == ops_.size())
		return;
	is_inside_ = true;
	fault_ = ops_[at_].fault;
	begin(ops_[at_]);
}

void I2cMaster::begin(const Op &op)
{
	switch (op.kind) {
	case Kind::Start:
		/* Its last step is the first half of what follows. */
		do_steps({{.drive = sda_, .levels = sda_},
			{.drive = scl_, .levels = scl_, .await = scl_, .sample = sda_},
			{.drive = sda_}, {.drive = scl_, .is_half = false}});
		break;
	case Kind::Stop:
		do_steps({{.drive = scl_, .is_half = false}, {.drive = sda_},
			{.drive = scl_, .levels = scl_, .await = scl_},
			{.drive = sda_, .levels = sda_}});
		break;
	case Kind::Put:
	case Kind::Get:
		bit_ = 0;
		shifted_ = op.byte;
		begin_bit(op);
		break;
	}
}

/* The data line changes while the clock is low. */
void I2cMaster::begin_bit(const Op &op)
{
	const bool is_acknowledge = bit_ == kAcknowledge;
	bool level = true; /* let go of: it is the device's */
	if (op.kind == Kind::Put && !is_acknowledge)
		level = (op.byte >> (7 - bit_) & 1) != 0;
	if (op.kind == Kind::Get && is_acknowledge)
		level = op.is_last;
	do_steps({{.drive = sda_, .levels = level ? sda_ : 0},
		{.drive = scl_, .levels = scl_, .await = scl_, .sample = sda_},
		{.drive = scl_, .is_half = false}});
}

/* False: that was the last of it. */
bool I2cMaster::goes_on(const Op &op)
{
	switch (op.kind) {
	case Kind::Start:
		if (!sample_)
			fail(op.fault); /* somebody holds the data line */
		return false;
	case Kind::Stop:
		return false;
	case Kind::Put:
	case Kind::Get:
		break;
	}
	if (bit_ < kAcknowledge) {
		shifted_ = static_cast<std::uint8_t>(shifted_ << 1 | (sample_ ? 1 : 0));
		bit_++;
		begin_bit(op);
		return true;
	}
	if (op.kind == Kind::Get)
		got_.push_back(static_cast<char>(shifted_));
	else if (sample_)
		fail(op.fault);
	return false;
}

/* Nobody acknowledged. */
void I2cMaster::fail(Status status)
{
	if (failed_ == Status::Ok)
		failed_ = status;
	ops_.resize(at_ + 1, {.kind = Kind::Stop});
	ops_.push_back({.kind = Kind::Stop});
}

/* A device that is about to send has the data line: it is let send one byte, the last. */
void I2cMaster::end_after_this()
{
	is_cancelled_ = false;
	if (at_ == ops_.size())
		return;
	const bool is_idle = at_ == 0 || ops_[at_ - 1].kind == Kind::Stop;
	const bool is_sending = ops_[at_].kind == Kind::Get;
	ops_.resize(at_ + (is_sending ? 1 : 0), {.kind = Kind::Stop});
	if (is_sending)
		ops_.back().is_last = true;
	if (!is_idle)
		ops_.push_back({.kind = Kind::Stop});
	if (failed_ == Status::Ok)
		failed_ = fault_;
}

void I2cMaster::give_up()
{
	if (failed_ == Status::Ok)
		failed_ = fault_;
	ops_.clear();
	at_ = 0;
	is_inside_ = false;
	do_steps({{.drive = sda_ | scl_, .levels = sda_ | scl_, .is_half = false}});
}

} // namespace gpiohub::daemon::pigpio
