/* SPDX-License-Identifier: MIT */
/*
 * The numbers that stand for what clients opened. They are everybody's, and stay when the
 * client goes: pigs opens, uses and closes with a connection each. Of one thread.
 */
#pragma once

#include "wire.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpiohub::daemon::pigpio
{

/** Whose command is being done. Whoever calls a command sets it before; tables borrow it. */
struct Caller {
	std::string name;
};

/** A handle for people to read: who made it, and what it stands for. */
struct HandleInfo {
	std::uint32_t handle = 0;
	std::string who;
	std::string what;
};

/** A T moves, and ends when its handle is removed. */
template <class T>
class Handles
{
public:
	/** The caller must outlive the table. */
	Handles(const Caller &caller, std::size_t most) : caller_(caller), most_(most) {}

	/** NoHandle is what an add() would give. Asked before a file or a device is opened. */
	bool is_full() const noexcept { return used_ == most_; }

	/** The lowest number that is free. NoHandle: none is. `what`: for people. */
	Reply add(T value, std::string what)
	{
		if (is_full())
			return Status::NoHandle;
		std::size_t handle = 0;
		while (handle < slots_.size() && slots_[handle])
			handle++;
		if (handle == slots_.size())
			slots_.emplace_back();
		slots_[handle].emplace(Slot{std::move(value), caller_.name, std::move(what)});
		used_++;
		return Reply::number(static_cast<std::int64_t>(handle));
	}

	/** Null is BadHandle. Valid until it is removed, or another one added. */
	T *find(std::uint32_t handle) noexcept
	{
		if (handle >= slots_.size() || !slots_[handle])
			return nullptr;
		return &slots_[handle]->value;
	}

	/** What it stood for. Nothing is BadHandle. */
	std::optional<T> remove(std::uint32_t handle)
	{
		if (find(handle) == nullptr)
			return std::nullopt;
		std::optional<T> value(std::move(slots_[handle]->value));
		slots_[handle].reset();
		used_--;
		return value;
	}

	std::vector<HandleInfo> list() const
	{
		std::vector<HandleInfo> result;
		for (std::size_t handle = 0; handle < slots_.size(); handle++) {
			if (const auto &slot = slots_[handle])
				result.push_back({static_cast<std::uint32_t>(handle), slot->who,
					slot->what});
		}
		return result;
	}

private:
	struct Slot {
		T value;
		std::string who;
		std::string what;
	};

	const Caller &caller_;
	std::size_t most_;
	std::size_t used_ = 0;
	std::vector<std::optional<Slot>> slots_;
};

} // namespace gpiohub::daemon::pigpio
