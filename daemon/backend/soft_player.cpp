/* SPDX-License-Identifier: MIT */
#include "soft_player.hpp"

#include <gpiohub/clock.hpp>
#include <gpiohub/pattern.hpp>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace gpiohub::daemon
{

namespace
{

/* Lines driven before others get the lock, but for the step that reaches it. */
constexpr unsigned kPortion = 32;

/* Who is behind leaves the lock to others for a while. */
constexpr std::uint64_t kRestNs = 10'000;

constexpr std::uint32_t kReplaces = GPIOHUB_PLAY_REPLACE | GPIOHUB_PLAY_AT_CYCLE;

std::uint32_t saturated(std::uint64_t value)
{
	return static_cast<std::uint32_t>(
		std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

bool are_flags_right(const gpiohub_play &play)
{
	const std::uint32_t all = kReplaces | GPIOHUB_PLAY_MORE | GPIOHUB_PLAY_STANDING;
	if ((play.flags & ~all) != 0 || (play.flags & kReplaces) == kReplaces)
		return false;
	/* It comes again by what started it. */
	return (play.flags & GPIOHUB_PLAY_STANDING) == 0 ||
		(play.start >= GPIOHUB_START_EDGE && (play.flags & GPIOHUB_PLAY_MORE) == 0);
}

/* The line that is watched until it begins. */
std::uint64_t start_line(const gpiohub_play &play)
{
	return play.start == GPIOHUB_START_EDGE ? line_bit(play.start_line) : 0;
}

} // namespace

/* --- asked for ------------------------------------------------------------ */

Result<void> SoftPlayer::check_start(const gpiohub_play &play) const
{
	const bool is_edge = play.start == GPIOHUB_START_EDGE;
	if (play.start > GPIOHUB_START_RULE ||
		(play.start_ns != 0 && play.start != GPIOHUB_START_AT))
		return Error{EINVAL, ""};
	if (!is_edge && (play.start_line != 0 || play.start_kinds != 0))
		return Error{EINVAL, ""};
	if (play.start == GPIOHUB_START_RULE)
		return Error{EOPNOTSUPP, ""};
	if (!is_edge)
		return {};
	if (play.start_kinds == 0 || (play.start_kinds & ~GPIOHUB_KINDS_EDGES) != 0)
		return Error{EINVAL, ""};
	if (play.start_line >= GPIOHUB_MAX_LINES)
		return at_line({ENXIO, ""}, std::min(play.start_line, __u32{GPIOHUB_NO_LINE}));
	return lines_.check(line_bit(play.start_line));
}

Result<void> SoftPlayer::check(const SoftSession &session, const gpiohub_play &play,
	std::span<const gpiohub_step> steps) const
{
	if (play.lines == 0 || play.id == 0 || !are_flags_right(play))
		return Error{EINVAL, ""};
	if (auto exists = lines_.check(play.lines); !exists)
		return exists;
	if (auto start = check_start(play); !start)
		return start;
	if (find_fault(play.lines, steps))
		return Error{EINVAL, ""};
	std::size_t kept = steps.size();
	for (const Request &each : requests_) {
		if (&each.session == &session && each.play.id == play.id)
			return Error{EEXIST, ""};
		kept += each.pattern.size();
	}
	if (requests_.size() >= kMaxPatterns || kept > kMaxSteps)
		return Error{EDQUOT, ""};
	return lines_.may_drive(session, play.lines, 0);
}

Result<void> SoftPlayer::play(
	SoftSession &session, const gpiohub_play &play, std::vector<gpiohub_step> steps)
{
	if (auto right = check(session, play, steps); !right)
		return right;
	if (auto watched = lines_.watch(start_line(play)); !watched)
		return watched;
	requests_.push_back(Request{session, play, SoftPattern(std::move(steps))});
	if ((play.flags & kReplaces) != 0)
		replace(requests_.back());
	if (play.timeout_ns != 0)
		alarm_.wake_by(play.timeout_ns);
	begin(session, monotonic_ns());
	sweep();
	return {};
}

void SoftPlayer::replace(const Request &request)
{
	const bool at_cycle = (request.play.flags & GPIOHUB_PLAY_AT_CYCLE) != 0;
	for (Request &each : requests_) {
		if (&each != &request && &each.session == &request.session &&
			(each.play.lines & request.play.lines) != 0)
			end_now_or_with_cycle(each, GPIOHUB_OUTCOME_REPLACED, at_cycle);
	}
}

/* What has not driven its first step has no cycle to end with. */
void SoftPlayer::end_now_or_with_cycle(Request &request, gpiohub_outcome outcome, bool at_cycle)
{
	const bool waits = request.progress != Progress::Active ||
		(request.driven == 0 && request.due > monotonic_ns());
	if (at_cycle && !waits)
		request.pattern.end_with_cycle();
	else
		finish(request, outcome);
}

Result<void> SoftPlayer::cancel(SoftSession &session, std::uint32_t id, bool at_cycle)
{
	bool is_any = id == 0;
	for (Request &each : requests_) {
		if (&each.session != &session || (id != 0 && each.play.id != id))
			continue;
		is_any = true;
		end_now_or_with_cycle(each,
			at_cycle ? GPIOHUB_OUTCOME_STOPPED : GPIOHUB_OUTCOME_CANCELLED, at_cycle);
	}
	begin(session, monotonic_ns());
	sweep();
	return is_any ? Result<void>() : Error{ENOENT, ""};
}

void SoftPlayer::release(
	SoftSession &session, std::uint64_t lines, gpiohub_outcome outcome, int code)
{
	for (Request &each : requests_) {
		if (&each.session == &session && (each.play.lines & lines) != 0)
			finish(each, outcome, code);
	}
	begin(session, monotonic_ns());
	sweep();
}

/* --- begun ---------------------------------------------------------------- */

/* The lines of those that have had their turn. */
std::uint64_t SoftPlayer::engaged() const
{
	std::uint64_t lines = 0;
	for (const Request &each : requests_) {
		if (each.progress == Progress::Armed || each.progress == Progress::Active)
			lines |= each.play.lines;
	}
	return lines;
}

/* Begins what waits for lines that are free since then. */
void SoftPlayer::begin(SoftSession &session, std::uint64_t time_ns)
{
	std::uint64_t before = 0;
	for (Request &each : requests_) {
		if (&each.session != &session || each.progress != Progress::Queued)
			continue;
		/* Nor does it overtake one that came before it. */
		if ((each.play.lines & (engaged() | before)) != 0)
			before |= each.play.lines;
		else
			begin_one(each, time_ns);
	}
}

void SoftPlayer::begin_one(Request &request, std::uint64_t time_ns)
{
	request.progress = Progress::Armed;
	if (request.play.start == GPIOHUB_START_NOW)
		activate(request, time_ns);
	else if (request.play.start == GPIOHUB_START_AT)
		activate(request, std::max<std::uint64_t>(request.play.start_ns, time_ns));
}

/* Its first step is due then. */
void SoftPlayer::activate(Request &request, std::uint64_t due)
{
	/* The owner may have changed them since he asked. */
	if ((request.play.lines & ~stream_.state().outputs) != 0) {
		finish(request, GPIOHUB_OUTCOME_FAILED, EIO);
		return;
	}
	request.progress = Progress::Active;
	request.due = due;
	stream_.mark(&gpiohub_state::playing, request.play.lines, true);
	alarm_.wake_by(due);
}

void SoftPlayer::edge(unsigned line, bool level, std::uint64_t time_ns)
{
	const std::uint32_t kind =
		GPIOHUB_KIND(level ? GPIOHUB_EVENT_RISING : GPIOHUB_EVENT_FALLING);
	for (Request &each : requests_) {
		if (each.progress != Progress::Armed || start_line(each.play) != line_bit(line) ||
			(each.play.start_kinds & kind) == 0)
			continue;
		activate(each, time_ns);
		if (each.progress == Progress::Over)
			begin(each.session, time_ns);
	}
	sweep();
}

/* --- driven --------------------------------------------------------------- */

std::uint64_t SoftPlayer::run(std::uint64_t now_ns)
{
	const std::uint64_t began = now_ns;
	expire(now_ns);
	for (unsigned driven = 0; driven < kPortion;) {
		Request *request = earliest();
		if (request == nullptr || request->due > now_ns) {
			sweep();
			return next_due();
		}
		driven += step(*request, now_ns);
		now_ns = monotonic_ns();
	}
	sweep();
	return now_ns + std::max(now_ns - began, kRestNs);
}

void SoftPlayer::expire(std::uint64_t now_ns)
{
	for (Request &each : requests_) {
		if (each.progress == Progress::Over || each.play.timeout_ns == 0 ||
			each.play.timeout_ns > now_ns)
			continue;
		finish(each, GPIOHUB_OUTCOME_TIMED_OUT);
		begin(each.session, now_ns);
	}
}

SoftPlayer::Request *SoftPlayer::earliest()
{
	Request *first = nullptr;
	for (Request &each : requests_) {
		if (each.progress == Progress::Active &&
			(first == nullptr || each.due < first->due))
			first = &each;
	}
	return first;
}

/* Drives the step that is due. Gives how much of a portion that was. */
unsigned SoftPlayer::step(Request &request, std::uint64_t now_ns)
{
	unsigned driven = 1;
	if ((request.play.lines & ~stream_.state().outputs) != 0) {
		finish(request, GPIOHUB_OUTCOME_FAILED, EIO);
		begin(request.session, now_ns);
		return driven;
	}
	const gpiohub_step *step = request.pattern.next();
	if (step == nullptr) {
		ended(request);
		return driven;
	}
	const std::uint64_t late = now_ns - request.due;
	request.driven++;
	request.late_sum += late;
	request.late_max = std::max(request.late_max, late);
	if (const auto done = drive(*step, driven); !done) {
		finish(request, GPIOHUB_OUTCOME_FAILED, done.error().code);
		begin(request.session, now_ns);
		return driven;
	}
	request.due += step->wait_ns;
	request.pattern.step_over();
	return driven;
}

/* One that fails does not keep the others from being driven. */
Result<void> SoftPlayer::drive(const gpiohub_step &step, unsigned &driven)
{
	const gpiohub_state &state = stream_.state();
	Result<void> first;
	const std::uint64_t set = step.set & ~(state.levels & state.known);
	const std::uint64_t clear = step.clear & (state.levels | ~state.known);
	for (const unsigned line : LineSet(set | clear)) {
		driven++;
		auto done = lines_.drive(line, (set & line_bit(line)) != 0);
		if (!done && first)
			first = std::move(done);
	}
	return first;
}

/* --- ended ---------------------------------------------------------------- */

/* Its last step's time is over at request.due. */
void SoftPlayer::ended(Request &request)
{
	const gpiohub_outcome outcome = end_of(request);
	if (outcome == GPIOHUB_OUTCOME_DONE && (request.play.flags & GPIOHUB_PLAY_STANDING) != 0) {
		stream_.mark(&gpiohub_state::playing, request.play.lines, false);
		report(request, outcome, 0);
		request.pattern.rewind();
		request.driven = request.late_sum = request.late_max = 0;
		request.progress = Progress::Armed;
		return;
	}
	finish(request, outcome);
	begin(request.session, request.due);
}

gpiohub_outcome SoftPlayer::end_of(const Request &request) const
{
	if (request.pattern.is_ending())
		return is_followed(request, GPIOHUB_PLAY_AT_CYCLE) ? GPIOHUB_OUTCOME_REPLACED
								   : GPIOHUB_OUTCOME_STOPPED;
	if ((request.play.flags & GPIOHUB_PLAY_MORE) != 0 && !is_followed(request, ~0U))
		return GPIOHUB_OUTCOME_UNDERRUN;
	return GPIOHUB_OUTCOME_DONE;
}

/* Is there one that waits for these lines, with one of the flags? ~0: with any or none. */
bool SoftPlayer::is_followed(const Request &request, std::uint32_t flags) const
{
	return std::any_of(requests_.begin(), requests_.end(), [&](const Request &each) {
		return &each.session == &request.session && each.progress == Progress::Queued &&
			(each.play.lines & request.play.lines) != 0 &&
			(flags == ~0U || (each.play.flags & flags) != 0);
	});
}

/* The first reason ends it; the caller begins what waits for its lines. */
void SoftPlayer::finish(Request &request, gpiohub_outcome outcome, int code)
{
	if (request.progress == Progress::Over)
		return;
	if (request.progress == Progress::Active)
		stream_.mark(&gpiohub_state::playing, request.play.lines, false);
	request.progress = Progress::Over;
	report(request, outcome, code);
	lines_.unwatch(start_line(request.play));
}

void SoftPlayer::report(const Request &request, gpiohub_outcome outcome, int code)
{
	const std::uint64_t mean = request.driven > 0 ? request.late_sum / request.driven : 0;
	stream_.report(lowest_line(request.play.lines), request.play.id,
		{static_cast<std::uint16_t>(outcome), static_cast<std::uint16_t>(code),
			saturated(request.late_max), saturated(mean), request.driven});
}

std::uint64_t SoftPlayer::next_due() const
{
	std::uint64_t next = Alarm::kNever;
	for (const Request &each : requests_) {
		if (each.progress == Progress::Active)
			next = std::min(next, each.due);
		if (each.play.timeout_ns != 0)
			next = std::min<std::uint64_t>(next, each.play.timeout_ns);
	}
	return next;
}

/* Last in what changes patterns: who goes through them finds all of them there. */
void SoftPlayer::sweep()
{
	std::erase_if(
		requests_, [](const Request &each) { return each.progress == Progress::Over; });
}

} // namespace gpiohub::daemon
