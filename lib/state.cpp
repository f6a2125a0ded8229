/* SPDX-License-Identifier: MIT */
/*
 * The loop of struct gpiohub_state: copy, and again if the writer was at it
 * meanwhile. All words are loaded relaxed; the two loads of the count order them.
 */
#include <gpiohub/state.hpp>

#include <array>
#include <bit>
#include <cstddef>

namespace gpiohub
{

namespace
{

using Shared [[gnu::may_alias]] = std::uint64_t;

/* Calls copy() until nothing was written while it ran. */
template <class Copy>
auto consistent(const gpiohub_state &state, Copy copy) noexcept
{
	for (;;) {
		/* Pairs with the release of the even count in the writer. */
		const std::uint32_t begin = __atomic_load_n(&state.sequence, __ATOMIC_ACQUIRE);
		if (begin & 1)
			continue;
		auto result = copy();
		/* Pairs with the barrier after the odd count in the writer. */
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (__atomic_load_n(&state.sequence, __ATOMIC_RELAXED) == begin)
			return result;
	}
}

} // namespace

Levels StateView::now() const noexcept
{
	return consistent(*state_, [this] {
		return Levels{load(state_->seq), load(state_->time_ns), levels(), known()};
	});
}

gpiohub_state StateView::snapshot() const noexcept
{
	using Words = std::array<std::uint64_t, sizeof(gpiohub_state) / sizeof(std::uint64_t)>;
	const auto *from = reinterpret_cast<const Shared *>(state_);

	return std::bit_cast<gpiohub_state>(consistent(*state_, [from] {
		Words words;
		for (std::size_t i = 0; i < words.size(); i++)
			words[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
		return words;
	}));
}

} // namespace gpiohub
