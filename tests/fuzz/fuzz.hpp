/* SPDX-License-Identifier: MIT */
/* What fuzz targets share: how they get their input, and how they say that something is
 * wrong that no sanitizer sees. */
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace gpiohub::fuzz
{

/** Ends the run: the target's input is then kept as a crash. */
inline void must(bool holds, const char *what)
{
	if (holds)
		return;
	std::fprintf(stderr, "broken: %s\n", what);
	std::abort();
}

inline std::span<const std::byte> bytes_of(const std::uint8_t *data, std::size_t size)
{
	return {reinterpret_cast<const std::byte *>(data), size};
}

inline std::string_view text_of(const std::uint8_t *data, std::size_t size)
{
	return {reinterpret_cast<const char *>(data), size};
}

/** Takes an input apart from the front; behind its end there are zeros. */
class Input
{
public:
	Input(const std::uint8_t *data, std::size_t size) : rest_(data, size) {}

	bool empty() const noexcept { return rest_.empty(); }

	std::uint8_t byte()
	{
		const auto one = take(1);
		return one.empty() ? 0 : one[0];
	}

	std::uint16_t number()
	{
		const std::uint8_t low = byte();
		return static_cast<std::uint16_t>(low | byte() << 8);
	}

	/** As many as there are, `size` at most. */
	std::span<const std::uint8_t> take(std::size_t size)
	{
		const auto taken = rest_.first(size < rest_.size() ? size : rest_.size());
		rest_ = rest_.subspan(taken.size());
		return taken;
	}

private:
	std::span<const std::uint8_t> rest_;
};

} // namespace gpiohub::fuzz
