/* SPDX-License-Identifier: MIT */
/*
 * The master of a bit-banged I2C bus: one BI2CZ, read as a whole before any of it is on the
 * bus. Pure. Of the language of I2CZ (i2c_segments.hpp), but that starts and stops are said:
 *
 *	0		end; what follows is not read
 *	1		the next P is two bytes, little-endian, not one
 *	2, 3		start, or start again; stop
 *	4 P		address
 *	5 lsb msb	flags, of which there are none
 *	6 P		read P bytes
 *	7 P bytes	write P bytes; of 0 it is the address alone
 *
 * The address goes out after each start, with the segment that follows. One that cannot go
 * on where the one before ended, being the other way or for another address, begins with a
 * start that was not said; and at the end there is a stop.
 */
#pragma once

#include "bit_master.hpp"
#include "extension.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

namespace gpiohub::daemon::pigpio
{

class I2cMaster final : public BitMaster
{
public:
	/** Lines that are driven high are let go of. What is wrong with the input: as
	 * segments() of i2c_segments.hpp tells. */
	static std::variant<I2cMaster, Status> create(Gpios sda, Gpios scl, Extension input);

	/** I2cWriteFailed, I2cReadFailed: no acknowledge, or the bus was not free. */
	Reply reply() const override;
	Status broken() const override { return fault_; }
	std::optional<BitStep> next(bool sample) override;
	void give_up() override;
	void cancel() override { is_cancelled_ = true; }

	/** What is to be done, one by one. Put: a byte out; fault: if nobody takes it. Get: a
	 * byte in; is_last: it is not acknowledged. */
	struct Op {
		enum class Kind : std::uint8_t { Start, Stop, Put, Get };
		Kind kind;
		std::uint8_t byte = 0;
		bool is_last = false;
		Status fault = Status::I2cWriteFailed;
	};

private:
	I2cMaster(Gpios sda, Gpios scl, std::vector<Op> ops)
		: sda_(sda),
		  scl_(scl),
		  ops_(std::move(ops))
	{
	}

	void go_on();
	void begin(const Op &op);
	bool goes_on(const Op &op);
	void begin_bit(const Op &op);
	void end_after_this();
	void fail(Status status);
	void do_steps(std::initializer_list<BitStep> steps);

	Gpios sda_;
	Gpios scl_;
	std::vector<Op> ops_;

	std::array<BitStep, 4> steps_{}; /* of a start, a stop or a bit */
	std::size_t step_ = 0;
	std::size_t step_count_ = 0;
	bool is_sampling_ = false; /* the step that was said last */
	bool sample_ = false;

	std::size_t at_ = 0; /* the op that is under way, or is next */
	bool is_inside_ = false;
	unsigned bit_ = 0; /* of a byte; the ninth is its acknowledge */
	std::uint8_t shifted_ = 0;
	std::string got_;
	Status fault_ = Status::I2cWriteFailed; /* of the op that is under way */
	Status failed_ = Status::Ok;
	bool is_cancelled_ = false;
};

} // namespace gpiohub::daemon::pigpio
