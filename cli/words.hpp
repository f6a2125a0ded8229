/* SPDX-License-Identifier: MIT */
/* The words that people read and write for the contract's numbers. */
#pragma once

#include <gpiohub/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace gpiohub::cli
{

std::string_view event_word(std::uint8_t type);
std::string_view direction_word(std::uint8_t direction);
std::string_view bias_word(std::uint8_t bias);
std::string_view drive_word(std::uint8_t drive);
std::string_view guard_word(std::uint8_t guard);
/** Of enum gpiohub_end: why a line's owner is gone. */
std::string_view end_word(std::uint8_t end);

/** Bits of gpiohub_event.flags, with the separator between them. */
std::string event_flag_words(std::uint16_t flags, std::string_view separator);

/** Text in double quotes, safe for a terminal and for JSON. */
std::string quoted(const std::string &text);

} // namespace gpiohub::cli
