/* SPDX-License-Identifier: MIT */
/*
 * One pass over the text: words become steps, each of which remembers its place, so
 * that what find_fault() has against a step can be told where it was written.
 */
#include <gpiohub/pattern_text.hpp>

#include <gpiohub/duration.hpp>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace gpiohub
{

namespace
{

constexpr std::string_view kSpace = " \t\r\n";

std::string place_of(std::string_view text, std::size_t at)
{
	const std::string_view before = text.substr(0, at);
	const auto line = std::count(before.begin(), before.end(), '\n') + 1;
	const std::size_t begin = before.rfind('\n') + 1; /* npos + 1: the text's own begin */
	if (text.find('\n') == std::string_view::npos)
		return fmt::format("column {}", at + 1);
	return fmt::format("line {}, column {}", line, at - begin + 1);
}

template <class Number>
std::optional<Number> parse_number(std::string_view text)
{
	Number number = 0;
	const char *end = text.data() + text.size();
	const auto parsed = std::from_chars(text.data(), end, number);
	if (parsed.ec != std::errc() || parsed.ptr != end)
		return std::nullopt;
	return number;
}

class Parser
{
public:
	Parser(std::string_view text, const LineFinder &find_lines)
		: text_(text),
		  find_lines_(find_lines)
	{
	}

	Result<Pattern> parse()
	{
		for (;;) {
			const std::string_view word = next_word();
			if (word.empty())
				break;
			if (auto taken = take(word); !taken)
				return taken.error();
		}
		flush(0);
		if (pattern_.steps.empty())
			return Error{EINVAL,
				"the pattern is empty: write what to drive and how long, as in "
				"17=1 500us 17=0"};
		if (const auto fault = find_fault(pattern_.lines, pattern_.steps))
			return wrong(places_[std::min(fault->step, places_.size() - 1)],
				"this " + fault->what);
		return std::move(pattern_);
	}

private:
	Error wrong(std::size_t at, const std::string &what) const
	{
		return {EINVAL, "in the pattern, " + place_of(text_, at) + ": " + what};
	}

	/* "" at the end. A parenthesis is a word, and "3x(" one with what is before it. */
	std::string_view next_word()
	{
		for (;;) {
			at_ = std::min(text_.find_first_not_of(kSpace, end_), text_.size());
			if (at_ == text_.size() || text_[at_] != '#')
				break;
			end_ = std::min(text_.find('\n', at_), text_.size());
		}
		end_ = std::min(text_.find_first_of(" \t\r\n()#", at_), text_.size());
		const std::size_t after = text_.find_first_not_of(kSpace, end_);
		const bool opens = after != std::string_view::npos && text_[after] == '(';
		if (opens)
			end_ = after + 1;
		else if (end_ == at_ && end_ < text_.size())
			end_++; /* the parenthesis itself */
		return text_.substr(at_, end_ - at_);
	}

	Result<void> take(std::string_view word)
	{
		if (is_over_ && word != ")")
			return wrong(at_, "this never comes: what is before it is endless");
		if (word.ends_with('('))
			return open(word.substr(0, word.find_first_of(" \t\r\n(")));
		if (word == ")")
			return close();
		if (word.find('=') != std::string_view::npos)
			return drive(word);
		const auto duration = parse_duration(word);
		if (!duration)
			return wrong(at_,
				duration.error().what + "; levels are written LINE=1 or LINE=0");
		if (*duration > GPIOHUB_STEP_MAX_NS)
			return wrong(at_,
				fmt::format("\"{}\" is too long: at most {}", word,
					duration_text(GPIOHUB_STEP_MAX_NS)));
		flush(*duration);
		return {};
	}

	Result<void> drive(std::string_view word)
	{
		const std::size_t equals = word.rfind('=');
		const std::string_view level = word.substr(equals + 1);
		const bool high = level == "1" || level == "high" || level == "on";
		if (!high && level != "0" && level != "low" && level != "off")
			return wrong(at_,
				fmt::format(
					"\"{}\" is no level: write 1 or 0, high or low", level));
		const auto lines = find_lines_(word.substr(0, equals));
		if (!lines)
			return wrong(at_, lines.error().what);
		if (const std::uint64_t again = (set_ | clear_) & *lines; again != 0)
			return wrong(at_,
				fmt::format("line {} is driven twice at the same moment: write how "
					    "long to wait in between",
					std::countr_zero(again)));
		if (!is_pending_)
			place_ = at_;
		is_pending_ = true;
		(high ? set_ : clear_) |= *lines;
		pattern_.lines |= *lines;
		return {};
	}

	Result<void> open(std::string_view times)
	{
		std::uint32_t count = 0;
		if (times != "*") {
			const auto number = times.ends_with('x')
				? parse_number<std::uint32_t>(times.substr(0, times.size() - 1))
				: std::nullopt;
			if (!number || *number == 0)
				return wrong(at_,
					fmt::format("\"{}(\" is no loop: write 3x( for three "
						    "times, *( for an endless one",
						times));
			count = *number;
		}
		if (is_pending_)
			flush(0);
		opened_.push_back({at_, count == 0});
		add(loop_step(count), at_);
		return {};
	}

	Result<void> close()
	{
		if (opened_.empty())
			return wrong(at_,
				"this ends a loop that did not begin: write 3x( or *( "
				"before it");
		if (is_pending_)
			flush(0);
		is_over_ = is_over_ || opened_.back().is_endless;
		opened_.pop_back();
		add(end_step(), at_);
		return {};
	}

	/* What was to be driven becomes a step, and is waited after. */
	void flush(std::uint64_t wait_ns)
	{
		if (!is_pending_ && wait_ns == 0)
			return;
		add(drive_step(set_, clear_, wait_ns), is_pending_ ? place_ : at_);
		set_ = clear_ = 0;
		is_pending_ = false;
	}

	void add(const gpiohub_step &step, std::size_t place)
	{
		pattern_.steps.push_back(step);
		places_.push_back(place);
	}

	struct Opened {
		std::size_t at;
		bool is_endless;
	};

	std::string_view text_;
	const LineFinder &find_lines_;
	std::size_t at_ = 0; /* of the word, and where it ends */
	std::size_t end_ = 0;
	Pattern pattern_;
	std::vector<std::size_t> places_; /* of each step */
	std::vector<Opened> opened_;
	bool is_over_ = false; /* an endless loop has ended: nothing comes after it */
	/* Driven since the last wait. */
	bool is_pending_ = false;
	std::size_t place_ = 0;
	std::uint64_t set_ = 0;
	std::uint64_t clear_ = 0;
};

} // namespace

Result<std::uint64_t> line_numbers(std::string_view text)
{
	std::uint64_t lines = 0;
	for (std::size_t begin = 0; begin <= text.size();) {
		const std::size_t end = std::min(text.find(',', begin), text.size());
		const std::string_view part = text.substr(begin, end - begin);
		const std::size_t dash = std::min(part.find('-'), part.size());
		const auto first = parse_number<unsigned>(part.substr(0, dash));
		const auto last =
			dash == part.size() ? first : parse_number<unsigned>(part.substr(dash + 1));
		if (!first || !last || *first > *last || *last >= GPIOHUB_MAX_LINES)
			return Error{EINVAL,
				fmt::format("\"{}\" is no line or range of lines 0 to {}", part,
					GPIOHUB_MAX_LINES - 1)};
		for (unsigned line = *first; line <= *last; line++)
			lines |= std::uint64_t{1} << line;
		begin = end + 1;
	}
	return lines;
}

Result<Pattern> parse_pattern(std::string_view text, const LineFinder &find_lines)
{
	return Parser(text, find_lines).parse();
}

} // namespace gpiohub
