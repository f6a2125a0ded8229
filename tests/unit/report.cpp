/* SPDX-License-Identifier: MIT */
#include <gpiohub/report.hpp>

#include <catch2/catch.hpp>
#include <cerrno>

using namespace gpiohub;

TEST_CASE("a report is taken out of its event")
{
	gpiohub_event event = {};
	event.type = GPIOHUB_EVENT_REPORT;
	event.value = static_cast<__u32>(ENODEV) << 16 | GPIOHUB_OUTCOME_FAILED;
	event.time_ns = std::uint64_t{1200} << 32 | 3200;
	event.levels = std::uint64_t{1} << 40;
	CHECK(decode_report(event) ==
		Report{GPIOHUB_OUTCOME_FAILED, ENODEV, 3200, 1200, std::uint64_t{1} << 40});
}

TEST_CASE("a report is said in words")
{
	CHECK(report_text({GPIOHUB_OUTCOME_DONE, 0, 3200, 1100, 12}) ==
		"done: 12 steps, 3.2us late at most, 1.1us on average");
	CHECK(report_text({GPIOHUB_OUTCOME_RULE, 0, 10, 10, 1}) ==
		"stopped by a rule: 1 step, 10ns late at most, 10ns on average");
	CHECK(report_text({GPIOHUB_OUTCOME_FAILED, ENODEV, 0, 0, 0}) ==
		"failed (No such device): 0 steps");
	CHECK(report_text({99, 0, 0, 0, 0}) == "ended (outcome 99): 0 steps");
}

TEST_CASE("each outcome has a word of its own")
{
	CHECK(outcome_word(GPIOHUB_OUTCOME_DONE) == "done");
	CHECK(outcome_word(GPIOHUB_OUTCOME_STOPPED) == "stopped");
	CHECK(outcome_word(GPIOHUB_OUTCOME_UNDERRUN) == "underrun");
	CHECK(outcome_word(GPIOHUB_OUTCOME_FAILED) == "failed");
	CHECK(outcome_word(GPIOHUB_OUTCOME_FAILED + 1) == "?");
}
