/* SPDX-License-Identifier: MIT */
/*
 * Runs the scripts in the daemon's loop: a bounded share of each turn while they have
 * something to do, and none while they wait.
 */
#pragma once

#include "script_store.hpp"

#include "../../reactor.hpp"
#include "../../timer.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace gpiohub::daemon::pigpio
{

class ScriptRunner final : public Source, public Executor
{
public:
	/** Of all scripts, in one turn of the loop. */
	static constexpr std::size_t kStepsPerTurn = 256;
	static constexpr std::uint64_t kNsPerTurn = 1'000'000;

	/** `execute`: carries out a script's command. `awaited`: called when the scripts wait for
	 * edges of other GPIOs than before. */
	static Result<std::unique_ptr<ScriptRunner>> create(Reactor &reactor,
		std::function<Reply(const Request &, Asker &)> execute,
		std::function<void()> awaited);
	~ScriptRunner() override;

	ScriptStore &store() noexcept { return store_; }
	/** To be called after a command to the store. */
	void look();

	/** May be called while a hub's events are given out. */
	void gpio_changed(unsigned gpio);
	void event(unsigned id);
	std::uint32_t awaited_gpios() const noexcept { return awaited_; }

	Reply execute(const Request &request, Asker &asker) override;
	std::uint64_t now_ns() override;
	bool is_turn_over() override { return is_turn_over_; }
	void ready(std::uint32_t) override {}
	void later() override;

private:
	ScriptRunner(Reactor &reactor, std::function<Reply(const Request &, Asker &)> execute,
		std::function<void()> changed)
		: reactor_(reactor),
		  execute_(std::move(execute)),
		  changed_(std::move(changed))
	{
	}

	Reactor &reactor_;
	std::function<Reply(const Request &, Asker &)> execute_;
	std::function<void()> changed_;
	std::unique_ptr<Timer> timer_;
	ScriptStore store_;
	std::uint32_t awaited_ = 0;
	std::uint64_t turn_ends_ns_ = 0;
	bool is_turn_over_ = false;
};

} // namespace gpiohub::daemon::pigpio
