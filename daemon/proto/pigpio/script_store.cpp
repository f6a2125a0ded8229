/* SPDX-License-Identifier: MIT */
#include "script_store.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace gpiohub::daemon::pigpio
{

namespace
{

/* A last one that is not whole is none. */
Status set_parameters(Script &script, std::span<const std::byte> parameters)
{
	const std::size_t count = parameters.size() / sizeof(std::int32_t);
	if (count > kMostParameters)
		return Status::TooManyParameters;
	std::array<std::int32_t, kMostParameters> values{};
	if (count > 0)
		std::memcpy(values.data(), parameters.data(), count * sizeof(std::int32_t));
	script.set_parameters(std::span(values).first(count));
	return Status::Ok;
}

} // namespace

Reply ScriptStore::add(std::string_view text)
{
	const auto free = std::find(scripts_.begin(), scripts_.end(), nullptr);
	if (free == scripts_.end())
		return Status::NoScriptRoom;
	if (text.size() > kMostExtension)
		return Status::BadScript;
	std::vector<Instruction> program;
	if (const Status status = parse_script(text, program); status != Status::Ok)
		return status;
	if (instructions() + program.size() > kMostInstructions)
		return Status::NoScriptRoom;
	program.shrink_to_fit();
	*free = std::make_unique<Script>(std::move(program));
	return Reply::number(free - scripts_.begin());
}

Status ScriptStore::run(std::uint32_t id, std::span<const std::byte> parameters)
{
	Script *const script = find(id);
	if (script == nullptr)
		return Status::BadScriptId;
	if (script->state() == Script::State::Running || script->state() == Script::State::Waiting)
		return Status::ScriptNotReady;
	const Status status = set_parameters(*script, parameters);
	if (status == Status::Ok)
		script->start();
	return status;
}

Status ScriptStore::update(std::uint32_t id, std::span<const std::byte> parameters)
{
	Script *const script = find(id);
	return script == nullptr ? Status::BadScriptId : set_parameters(*script, parameters);
}

Reply ScriptStore::status(std::uint32_t id) const
{
	const Script *const script = find(id);
	if (script == nullptr)
		return Status::BadScriptId;
	const auto state = static_cast<std::int32_t>(script->state());
	const auto parameters = script->parameters();
	std::string bytes(sizeof(state) + parameters.size_bytes(), '\0');
	std::memcpy(bytes.data(), &state, sizeof(state));
	std::memcpy(bytes.data() + sizeof(state), parameters.data(), parameters.size_bytes());
	return Reply::bytes(std::move(bytes));
}

Status ScriptStore::stop(std::uint32_t id)
{
	Script *const script = find(id);
	if (script == nullptr)
		return Status::BadScriptId;
	script->stop();
	return Status::Ok;
}

/* A script may be in the middle of a command that removes it. */
Status ScriptStore::remove(std::uint32_t id)
{
	Script *const script = find(id);
	if (script == nullptr)
		return Status::BadScriptId;
	script->stop();
	removed_.push_back(std::move(scripts_[id]));
	forget_removed();
	return Status::Ok;
}

void ScriptStore::forget_removed()
{
	if (!is_turning_)
		std::erase_if(removed_, [](const auto &script) { return script->pending() == 0; });
}

std::size_t ScriptStore::turn(std::size_t budget, Executor &executor)
{
	if (is_turning_)
		return 0;
	is_turning_ = true;
	const std::uint64_t now = executor.now_ns();
	for (const auto &script : scripts_) {
		if (script != nullptr)
			script->wake(now);
	}
	std::size_t used = 0;
	while (used < budget && wants_steps() && !executor.is_turn_over())
		used += round(budget - used, executor);
	is_turning_ = false;
	forget_removed();
	return used;
}

/* What some do not need of their share is for the next round. */
std::size_t ScriptStore::round(std::size_t budget, Executor &executor)
{
	const std::size_t share = std::max<std::size_t>(budget / wanting(), 1);
	const std::size_t first = next_;
	std::size_t used = 0;
	for (std::size_t i = 0; i < kMostScripts && used < budget && !executor.is_turn_over();
		i++) {
		const std::size_t id = (first + i) % kMostScripts;
		Script *const script = scripts_[id].get();
		if (script == nullptr || !script->wants_steps())
			continue;
		next_ = (id + 1) % kMostScripts;
		used += script->run(std::min(share, budget - used), executor);
	}
	return used;
}

bool ScriptStore::wants_steps() const noexcept
{
	return wanting() > 0;
}

std::size_t ScriptStore::wanting() const noexcept
{
	return static_cast<std::size_t>(std::count_if(scripts_.begin(), scripts_.end(),
		[](const auto &script) { return script != nullptr && script->wants_steps(); }));
}

std::optional<std::uint64_t> ScriptStore::next_due_ns() const noexcept
{
	std::optional<std::uint64_t> next;
	for (const auto &script : scripts_) {
		const auto due = script == nullptr ? std::nullopt : script->due_ns();
		if (due && (!next || *due < *next))
			next = due;
	}
	return next;
}

std::uint32_t ScriptStore::awaited_gpios() const noexcept
{
	std::uint32_t bits = 0;
	for (const auto &script : scripts_)
		bits |= script == nullptr ? 0 : script->awaited_gpios();
	return bits;
}

std::uint32_t ScriptStore::awaited_events() const noexcept
{
	std::uint32_t bits = 0;
	for (const auto &script : scripts_)
		bits |= script == nullptr ? 0 : script->awaited_events();
	return bits;
}

void ScriptStore::gpios_changed(std::uint32_t bits) noexcept
{
	for (const auto &script : scripts_) {
		if (script != nullptr)
			script->gpios_changed(bits);
	}
}

void ScriptStore::events_happened(std::uint32_t bits) noexcept
{
	for (const auto &script : scripts_) {
		if (script != nullptr)
			script->events_happened(bits);
	}
}

std::size_t ScriptStore::size() const noexcept
{
	return kMostScripts -
		static_cast<std::size_t>(std::count(scripts_.begin(), scripts_.end(), nullptr));
}

Script *ScriptStore::find(std::uint32_t id) const noexcept
{
	return id < scripts_.size() ? scripts_[id].get() : nullptr;
}

std::size_t ScriptStore::instructions() const noexcept
{
	std::size_t count = 0;
	for (const auto &script : scripts_)
		count += script == nullptr ? 0 : script->size();
	return count;
}

} // namespace gpiohub::daemon::pigpio
