/* SPDX-License-Identifier: MIT */
#include "serial_reader.hpp"

#include <algorithm>

namespace gpiohub::daemon::pigpio
{

void SerialReader::edge(bool level, std::uint64_t time_ns)
{
	advance(time_ns);
	level_ = level != is_inverted_;
	if (is_inside_ || level_)
		return;
	is_inside_ = true;
	begin_ns_ = time_ns;
	bits_ = 0;
	value_ = 0;
}

void SerialReader::advance(std::uint64_t now_ns)
{
	while (is_inside_ && now_ns >= middle(bits_)) {
		if (bits_ == data_bits_) {
			finish(level_);
			return;
		}
		value_ |= (level_ ? std::uint32_t{1} : 0) << bits_;
		bits_++;
	}
}

/* Of a data bit, counted from 0; after them of the stop bit. */
std::uint64_t SerialReader::middle(std::uint32_t bit) const noexcept
{
	constexpr std::uint64_t kHalf = 500'000'000;
	return begin_ns_ + kHalf * (2 * std::uint64_t{bit} + 3) / baud_;
}

/* Without a stop bit it was none: the next character begins when the line has been idle. */
void SerialReader::finish(bool stop)
{
	is_inside_ = false;
	if (!stop)
		return;
	std::size_t size = 1;
	if (data_bits_ > 8)
		size = data_bits_ > 16 ? 4 : 2;
	for (std::size_t i = 0; i < size; i++)
		bytes_.push_back(static_cast<char>(value_ >> 8 * i & 0xff));
	while (bytes_.size() > kCapacity)
		bytes_.pop_front();
}

std::string SerialReader::read(std::size_t most)
{
	const auto size = static_cast<std::ptrdiff_t>(std::min(most, bytes_.size()));
	std::string taken(bytes_.begin(), bytes_.begin() + size);
	bytes_.erase(bytes_.begin(), bytes_.begin() + size);
	return taken;
}

} // namespace gpiohub::daemon::pigpio
