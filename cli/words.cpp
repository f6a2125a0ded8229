/* SPDX-License-Identifier: MIT */
#include "words.hpp"

#include <linux/gpiohub.h>

#include <array>
#include <nlohmann/json.hpp>
#include <span>

namespace gpiohub::cli
{

namespace
{

/* What a later version of the module says is shown as "?". */
std::string_view word(std::span<const std::string_view> words, std::uint8_t number)
{
	return number < words.size() ? words[number] : "?";
}

} // namespace

std::string_view event_word(std::uint8_t type)
{
	static constexpr std::array<std::string_view, 15> kWords = {"?", "rising", "falling",
		"known", "configured", "guard", "gone", "message", "text", "lost", "pattern",
		"report", "rule", "storm", "suspended"};
	return word(kWords, type);
}

std::string_view direction_word(std::uint8_t direction)
{
	static constexpr std::array<std::string_view, 3> kWords = {"-", "input", "output"};
	return word(kWords, direction);
}

std::string_view bias_word(std::uint8_t bias)
{
	static constexpr std::array<std::string_view, 4> kWords = {
		"-", "disabled", "pull-up", "pull-down"};
	return word(kWords, bias);
}

std::string_view drive_word(std::uint8_t drive)
{
	static constexpr std::array<std::string_view, 4> kWords = {
		"-", "push-pull", "open-drain", "open-source"};
	return word(kWords, drive);
}

std::string_view guard_word(std::uint8_t guard)
{
	static constexpr std::array<std::string_view, 4> kWords = {"-", "input", "keep", "levels"};
	return word(kWords, guard);
}

std::string_view end_word(std::uint8_t end)
{
	static constexpr std::array<std::string_view, 5> kWords = {
		"released", "closed", "exited", "silent", "gone"};
	return word(kWords, end);
}

std::string event_flag_words(std::uint16_t flags, std::string_view separator)
{
	static constexpr std::pair<unsigned, std::string_view> kWords[] = {
		{GPIOHUB_EVENT_FLAG_DRIVEN, "driven"},
		{GPIOHUB_EVENT_FLAG_MISSED, "missed"},
		{GPIOHUB_EVENT_FLAG_THREADED, "threaded"},
		{GPIOHUB_EVENT_FLAG_HARDWARE, "hardware"},
		{GPIOHUB_EVENT_FLAG_DECIMATED, "decimated"},
	};
	std::string text;

	for (const auto &[flag, word] : kWords) {
		if ((flags & flag) == 0)
			continue;
		if (!text.empty())
			text += separator;
		text += word;
	}
	return text;
}

std::string quoted(const std::string &text)
{
	return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

} // namespace gpiohub::cli
