/* SPDX-License-Identifier: MIT */
#include "script_text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace gpiohub::daemon::pigpio
{

namespace
{

constexpr std::string_view kBetween = " \t\r\n\v\f,;";

/* Of what has a code, the letters in the order of their numbers. */
constexpr std::string_view kModes = "RW540123";
constexpr std::string_view kPulls = "ODU";

std::optional<std::int32_t> number_of(std::string_view word)
{
	const bool is_negative = word.starts_with('-');
	word.remove_prefix(is_negative ? 1 : 0);
	int base = 10;
	if (word.starts_with("0x") || word.starts_with("0X")) {
		base = 16;
		word.remove_prefix(2);
	} else if (word.starts_with('0')) {
		base = 8;
	}
	std::uint32_t value = 0;
	const auto *const end = word.data() + word.size();
	const auto [stop, error] = std::from_chars(word.data(), end, value, base);
	if (error != std::errc() || stop != end)
		return std::nullopt;
	constexpr std::uint32_t kMostNegative = 1U << 31;
	if (is_negative && value > kMostNegative)
		return std::nullopt;
	return static_cast<std::int32_t>(is_negative ? 0 - value : value);
}

char capital(char letter)
{
	return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

/* A letter's place among the codes. */
std::optional<std::int32_t> code_of(std::string_view word, std::string_view codes)
{
	const auto place = word.size() == 1 ? codes.find(capital(word[0])) : std::string_view::npos;
	if (place == std::string_view::npos)
		return std::nullopt;
	return static_cast<std::int32_t>(place);
}

bool is_jump(const Instruction &instruction)
{
	constexpr std::array kJumps = {ScriptOp::Call, ScriptOp::Jm, ScriptOp::Jmp, ScriptOp::Jnz,
		ScriptOp::Jp, ScriptOp::Jz};
	return std::find(kJumps.begin(), kJumps.end(), static_cast<ScriptOp>(instruction.code)) !=
		kJumps.end();
}

bool is_place(std::int32_t value, std::size_t most)
{
	return value >= 0 && static_cast<std::size_t>(value) < most;
}

class Parser
{
public:
	Parser(std::string_view text, std::vector<Instruction> &program)
		: rest_(text.substr(0, text.find('\0'))),
		  program_(program)
	{
	}

	Status parse();

private:
	struct Tag {
		std::int32_t number = 0;
		std::size_t place = 0;
	};

	std::string_view next_word();
	Status parse_operand(char takes, Operand &operand);
	static Status parse_value(std::string_view word, Operand &operand);
	static Status parse_register(std::string_view word, Operand &operand);
	Status add_tag(std::int32_t number);
	Status resolve();

	std::string_view rest_;
	std::vector<Instruction> &program_;
	std::array<Tag, kMostTags> tags_{};
	std::size_t tag_count_ = 0;
};

Status Parser::parse()
{
	program_.clear();
	for (auto word = next_word(); !word.empty(); word = next_word()) {
		const CommandName *const command = find_command(word);
		if (command == nullptr || command->use == CommandName::Use::NotInScripts)
			return Status::BadScriptCommand;
		Instruction instruction{command->number};
		for (const char takes : command->operands) {
			Operand &operand = instruction.operands[instruction.count++];
			if (const Status status = parse_operand(takes, operand);
				status != Status::Ok)
				return status;
		}
		if (instruction.code != static_cast<std::uint16_t>(ScriptOp::Tag)) {
			program_.push_back(instruction);
			continue;
		}
		if (const Status status = add_tag(instruction.operands[0].value);
			status != Status::Ok)
			return status;
	}
	return program_.empty() ? Status::BadScript : resolve();
}

/* Empty: there is none. */
std::string_view Parser::next_word()
{
	rest_.remove_prefix(std::min(rest_.find_first_not_of(kBetween), rest_.size()));
	const auto word = rest_.substr(0, rest_.find_first_of(kBetween));
	rest_.remove_prefix(word.size());
	return word;
}

Status Parser::parse_operand(char takes, Operand &operand)
{
	const auto word = next_word();
	if (takes == 'm' || takes == 'u') {
		if (const auto code = code_of(word, takes == 'm' ? kModes : kPulls)) {
			operand.value = *code;
			return Status::Ok;
		}
		/* A bare number would be another mode here than for a client. */
		if (number_of(word))
			return Status::BadScript;
	}
	if (takes == 'L') {
		const auto number = number_of(word);
		operand.value = number.value_or(0);
		return number ? Status::Ok : Status::BadScript;
	}
	if (takes == 'y')
		return parse_register(word, operand);
	return parse_value(word, operand);
}

Status Parser::parse_value(std::string_view word, Operand &operand)
{
	const char kind = word.empty() ? '\0' : capital(word[0]);
	if (kind == 'V' || kind == 'P')
		return parse_register(word, operand);
	const auto number = number_of(word);
	if (!number)
		return Status::BadScript;
	operand.value = *number;
	return Status::Ok;
}

Status Parser::parse_register(std::string_view word, Operand &operand)
{
	const char kind = word.empty() ? '\0' : capital(word[0]);
	const bool is_parameter = kind == 'P';
	word.remove_prefix(is_parameter || kind == 'V' ? 1 : 0);
	const auto number = number_of(word);
	if (!number)
		return Status::BadScript;
	if (!is_place(*number, is_parameter ? kMostParameters : kMostVariables))
		return is_parameter ? Status::BadParameterNumber : Status::BadVariableNumber;
	operand.kind = is_parameter ? Operand::Kind::Parameter : Operand::Kind::Variable;
	operand.value = *number;
	return Status::Ok;
}

Status Parser::add_tag(std::int32_t number)
{
	const auto *const end = tags_.begin() + tag_count_;
	if (std::any_of(tags_.cbegin(), end, [&](const Tag &tag) { return tag.number == number; }))
		return Status::DuplicateTag;
	if (tag_count_ == kMostTags)
		return Status::TooManyTags;
	tags_[tag_count_++] = {number, program_.size()};
	return Status::Ok;
}

/* Jumps lead to places from here on. */
Status Parser::resolve()
{
	for (Instruction &instruction : program_) {
		if (!is_jump(instruction))
			continue;
		Operand &operand = instruction.operands[0];
		const auto *const end = tags_.begin() + tag_count_;
		const auto *const tag = std::find_if(tags_.cbegin(), end,
			[&](const Tag &entry) { return entry.number == operand.value; });
		if (tag == end)
			return Status::BadTag;
		operand.value = static_cast<std::int32_t>(tag->place);
	}
	return Status::Ok;
}

} // namespace

Status parse_script(std::string_view text, std::vector<Instruction> &program)
{
	return Parser(text, program).parse();
}

} // namespace gpiohub::daemon::pigpio
