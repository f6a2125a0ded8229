/* SPDX-License-Identifier: MIT */
/* A board of hubs with eight lines, that does what a test overrides, and no more. */
#pragma once

#include "board.hpp"

#include <cerrno>

class FakeBoard : public gpiohub::cli::Board
{
public:
	template <class T = void>
	using Result = gpiohub::Result<T>;

	explicit FakeBoard(const std::vector<std::uint8_t> &numbers)
	{
		for (const std::uint8_t number : numbers) {
			gpiohub::cli::Hub hub = {number, {}};
			hub.info.lines = 8;
			const std::string name = "gpiohub" + std::to_string(number);
			name.copy(hub.info.name, sizeof(hub.info.name) - 1);
			hubs_.push_back(hub);
		}
	}

	Result<gpiohub::wire::LineInfo> line_info(std::uint8_t, std::uint8_t) override
	{
		return unused();
	}

	Result<std::uint64_t> get(std::uint8_t, std::uint64_t) override { return unused(); }
	Result<void> claim(std::uint8_t, std::uint64_t, const gpiohub::Guard &) override
	{
		return unused();
	}

	Result<void> kick(std::uint8_t) override { return unused(); }
	Result<void> set(std::uint8_t, std::uint64_t, std::uint64_t) override { return unused(); }
	Result<void> message(std::uint8_t, std::string_view) override { return unused(); }
	Result<std::optional<gpiohub::Happened>> wait_for(
		std::uint8_t, std::uint64_t, std::uint32_t, std::uint32_t, std::uint64_t) override
	{
		return unused();
	}

	Result<std::uint32_t> play(std::uint8_t, const gpiohub::Pattern &) override
	{
		return unused();
	}

	Result<void> cancel(std::uint8_t, std::uint32_t, std::uint32_t) override
	{
		return unused();
	}

	Result<void> add_rule(std::uint8_t, const gpiohub_rule &) override { return unused(); }
	Result<void> delete_rule(std::uint8_t, std::uint32_t) override { return unused(); }
	Result<std::string> stats() override { return unused(); }
	Result<std::optional<gpiohub::Received>> next() override { return unused(); }
	Result<bool> wait(int) override { return unused(); }

	Result<void> configure(std::uint8_t, std::uint64_t, const gpiohub::LineConfig &) override
	{
		return unused();
	}

	Result<void> filter(std::uint8_t, std::uint64_t, const gpiohub::EdgeFilter &) override
	{
		return unused();
	}

	Result<void> watch(std::uint8_t, std::uint64_t, std::uint32_t) override { return unused(); }

private:
	static gpiohub::Error unused() { return {ENOSYS, "not for this test", GPIOHUB_NO_LINE}; }
};

/* Tells what the test says, one after the other; then that `stop` was readable. */
class TellingBoard : public FakeBoard
{
public:
	explicit TellingBoard(std::vector<gpiohub::Received> told)
		: FakeBoard({0, 1, 2}),
		  told_(std::move(told))
	{
	}

	Result<std::optional<gpiohub::Received>> next() override
	{
		if (at_ == told_.size())
			return std::optional<gpiohub::Received>();
		return std::optional(told_[at_++]);
	}

	Result<bool> wait(int) override { return false; }

	std::size_t left() const { return told_.size() - at_; }

private:
	std::vector<gpiohub::Received> told_;
	std::size_t at_ = 0;
};
