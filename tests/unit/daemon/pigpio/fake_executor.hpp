/* SPDX-License-Identifier: MIT */
/* Notes the commands of scripts, answers them, and tells a time that only tests move. */
#pragma once

#include "proto/pigpio/script.hpp"

#include <cstring>
#include <functional>
#include <string>
#include <vector>

namespace gpiohub::daemon::pigpio
{

struct FakeExecutor final : Executor {
	Reply execute(const Request &request, Asker &asker) override
	{
		if (on_asker)
			on_asker(asker);
		std::string text = std::to_string(request.command) + " " +
			std::to_string(request.p1) + " " + std::to_string(request.p2);
		for (std::size_t i = 0; i < request.extension.size(); i += 4) {
			std::uint32_t value = 0;
			std::memcpy(&value, request.extension.data() + i, 4);
			text += " " + std::to_string(value);
		}
		commands.push_back(text);
		if (answer)
			return answer(request);
		if (request.command == 46)
			return Reply::later(std::uint64_t{request.p1} * 1000);
		if (request.command == 47)
			return Reply::later(std::uint64_t{request.p1} * 1'000'000);
		return Reply();
	}

	std::uint64_t now_ns() override { return now; }
	bool is_turn_over() override { return commands.size() >= commands_per_turn; }

	std::uint64_t now = 1'000'000'000;
	std::size_t commands_per_turn = ~std::size_t{0};
	std::function<Reply(const Request &)> answer;
	std::function<void(Asker &)> on_asker;
	std::vector<std::string> commands;
};

} // namespace gpiohub::daemon::pigpio
