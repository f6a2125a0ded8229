/* SPDX-License-Identifier: MIT */
/* How a run of a pattern went, as its REPORT event tells it. Pure. */
#pragma once

#include <linux/gpiohub.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace gpiohub
{

/**
 * outcome: enum gpiohub_outcome, or a later one's
 * error: a positive errno, 0 if none
 * late_max_ns, late_mean_ns: how late its steps were, saturating
 * steps: how many were driven
 */
struct Report {
	std::uint16_t outcome = GPIOHUB_OUTCOME_DONE;
	std::uint16_t error = 0;
	std::uint32_t late_max_ns = 0;
	std::uint32_t late_mean_ns = 0;
	std::uint64_t steps = 0;

	bool operator==(const Report &) const = default;
};

Report decode_report(const gpiohub_event &event) noexcept;

/** One word, "?" for a later version's. */
std::string_view outcome_word(std::uint16_t outcome) noexcept;

/** "done: 12 steps, 3.2us late at most, 1.1us on average", with the reason where the
 * end was none that was asked for. */
std::string report_text(const Report &report);

} // namespace gpiohub
