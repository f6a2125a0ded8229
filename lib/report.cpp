/* SPDX-License-Identifier: MIT */
#include <gpiohub/report.hpp>

#include <gpiohub/duration.hpp>

#include <array>
#include <cstring>
#include <fmt/format.h>

namespace gpiohub
{

namespace
{

struct Outcome {
	std::string_view word;
	std::string_view text; /* for people */
};

/* In the order of enum gpiohub_outcome. */
constexpr std::array<Outcome, 11> kOutcomes = {
	Outcome{"done", "done"},
	{"cancelled", "cancelled"},
	{"stopped", "stopped at the end of its cycle"},
	{"replaced", "replaced by another pattern"},
	{"released", "ended, because a line's owner is gone"},
	{"timed-out", "ended, because its time was up"},
	{"underrun", "ended, because what was to follow did not come in time"},
	{"budget", "ended, because it took too much of a processor's time"},
	{"rule", "stopped by a rule"},
	{"suspended", "ended, because the machine went to sleep"},
	{"failed", "failed"},
};

} // namespace

Report decode_report(const gpiohub_event &event) noexcept
{
	Report report;
	report.outcome = static_cast<std::uint16_t>(event.value);
	report.error = static_cast<std::uint16_t>(event.value >> 16);
	report.late_max_ns = static_cast<std::uint32_t>(event.time_ns);
	report.late_mean_ns = static_cast<std::uint32_t>(event.time_ns >> 32);
	report.steps = event.levels;
	return report;
}

std::string_view outcome_word(std::uint16_t outcome) noexcept
{
	return outcome < kOutcomes.size() ? kOutcomes[outcome].word : "?";
}

std::string report_text(const Report &report)
{
	std::string text = report.outcome < kOutcomes.size()
		? std::string(kOutcomes[report.outcome].text)
		: fmt::format("ended (outcome {})", report.outcome);
	if (report.error != 0)
		text += fmt::format(" ({})", std::strerror(report.error));
	text += fmt::format(": {} step{}", report.steps, report.steps == 1 ? "" : "s");
	if (report.steps > 0)
		text += fmt::format(", {} late at most, {} on average",
			duration_text(report.late_max_ns), duration_text(report.late_mean_ns));
	return text;
}

} // namespace gpiohub
