/* SPDX-License-Identifier: MIT */
/*
 * A back end in memory: hubs with a real ring, state page and cursor, whose
 * events the test publishes. It owns lines and drives them as the kernel would,
 * as far as the daemon can tell.
 */
#pragma once

#include "backend/backend.hpp"

#include <gpiohub/fd.hpp>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace gpiohub::daemon
{

/** A pattern that was given to a hub, and by which of its files. */
struct FakePlay {
	const void *owner = nullptr;
	std::uint32_t id = 0;
	gpiohub_play play{};
	std::vector<gpiohub_step> steps;
};

/** A rule, likewise. */
struct FakeRule {
	const void *owner = nullptr;
	std::uint32_t id = 0;
	gpiohub_rule rule{};
};

/** One hub; shared by its files. The mutex guards what is not the ring. */
struct FakeHub {
	FakeHub(unsigned its_number, unsigned its_lines, std::uint32_t size)
		: number(its_number),
		  lines(its_lines),
		  records(size),
		  writer(&positions, records)
	{
		std::array<int, 2> pair{};
		::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data());
		watched_end = UniqueFd(pair[0]);
		waking_end = UniqueFd(pair[1]);
		state.lines = lines;
	}

	/** Publishes as the kernel does: move the head, then look at wake_at. */
	void publish(const std::vector<gpiohub_event> &events)
	{
		const auto before = static_cast<std::uint32_t>(writer.seq());
		writer.publish(events);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		const std::uint32_t wake_at = __atomic_load_n(&cursor.wake_at, __ATOMIC_RELAXED);
		if (wake_at - before - 1 < events.size())
			wake();
	}

	/** Edges on one line, one by one; `count` of them. */
	void publish_edges(unsigned line, std::size_t count)
	{
		for (std::size_t i = 0; i < count; i++) {
			gpiohub_event event{};
			event.type = i % 2 == 0 ? GPIOHUB_EVENT_RISING : GPIOHUB_EVENT_FALLING;
			event.line = static_cast<__u8>(line);
			event.time_ns = writer.seq();
			publish({event});
		}
	}

	void publish_message(std::string_view text)
	{
		std::vector<gpiohub_event> events(1);
		events[0].type = GPIOHUB_EVENT_MESSAGE;
		events[0].line = GPIOHUB_NO_LINE;
		events[0].value = static_cast<__u32>(text.size());
		for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(20, text.size()))) {
			gpiohub_event record{};
			record.type = GPIOHUB_EVENT_TEXT;
			record.line = GPIOHUB_NO_LINE;
			std::memcpy(reinterpret_cast<char *>(&record) + GPIOHUB_TEXT_OFFSET,
				text.data(), std::min<std::size_t>(20, text.size()));
			events.push_back(record);
		}
		publish(events);
	}

	/* Takes as long as the chip does. */
	void reach_chip() const
	{
		if (slowness.count() > 0)
			std::this_thread::sleep_for(slowness);
	}

	/* One byte and no more, because nobody reads it: each is an edge to epoll. */
	void wake()
	{
		char byte = 0;
		(void)!::read(watched_end.get(), &byte, 1);
		(void)!::write(waking_end.get(), &byte, 1);
	}

	static std::uint64_t next_epoch()
	{
		static std::atomic<std::uint64_t> last{0};
		return ++last;
	}

	unsigned number;
	unsigned lines;
	std::string prefix; /* of lines' names, before their numbers */
	std::uint64_t epoch = next_epoch();
	gpiohub_positions positions{};
	std::vector<gpiohub_event> records;
	RingWriter writer;
	gpiohub_state state{};
	gpiohub_cursor cursor{};
	UniqueFd watched_end;
	UniqueFd waking_end;

	std::mutex mutex;
	bool is_deleted = false;
	std::uint64_t armed = 0;
	std::uint64_t without_interrupt = 0; /* lines that cannot be watched */
	std::uint64_t outputs = 0;
	std::uint64_t levels = 0;
	std::array<const void *, 64> owners{};
	std::vector<FakePlay> plays; /* not over */
	std::vector<gpiohub_command> configured;
	int refuse_configuring = 0; /* an errno */
	bool is_exclusive = false;  /* nobody else drives what a pattern does */
	std::vector<FakeRule> rules;
	int refuse_plays = 0; /* an errno */
	int refuse_looking = 0;
	int looks = 0;
	std::size_t submits = 0;
	std::size_t infos = 0;
	std::size_t line_infos = 0;
	std::chrono::milliseconds slowness{0}; /* of a line's chip */
	int broken = 0;                        /* the chip: the errno of whoever asks it */
};

class FakeWatch final : public HubWatch
{
public:
	explicit FakeWatch(std::shared_ptr<FakeHub> hub) : hub_(std::move(hub))
	{
		view_ = {hub_->watched_end.get(), hub_->writer.view(), StateView(&hub_->state),
			Cursor(&hub_->cursor)};
	}

	Result<gpiohub_info> info() override
	{
		const std::lock_guard lock(hub_->mutex);
		hub_->infos++;
		if (hub_->is_deleted)
			return Error{ENODEV, "info"};
		gpiohub_info info{};
		info.abi_version = GPIOHUB_ABI_VERSION;
		info.lines = hub_->lines;
		info.epoch = hub_->epoch;
		info.records = static_cast<__u32>(hub_->records.size());
		const std::string name = "gpiohub" + std::to_string(hub_->number);
		name.copy(info.name, sizeof(info.name) - 1);
		return info;
	}

	Result<wire::LineInfo> line_info(unsigned line) override
	{
		const std::lock_guard lock(hub_->mutex);
		hub_->line_infos++;
		hub_->reach_chip();
		if (line >= hub_->lines)
			return Error{ENXIO, "line info", static_cast<std::uint8_t>(line)};
		wire::LineInfo answer{};
		answer.info.line = line;
		answer.info.offset = line;
		std::strcpy(answer.info.chip, "fake");
		const std::string name =
			hub_->prefix.empty() ? "PIN" : hub_->prefix + std::to_string(line);
		name.copy(answer.name, sizeof(answer.name) - 1);
		if (hub_->owners[line] != nullptr) {
			answer.info.flags = GPIOHUB_LINE_OWNED;
			answer.info.owner_pid = static_cast<__u32>(::getpid());
			std::strcpy(answer.info.owner_comm, "gpiohubd");
		}
		return answer;
	}

	Result<void> subscribe(std::uint64_t lines) override
	{
		const std::lock_guard lock(hub_->mutex);
		if (const auto bad = lines & hub_->without_interrupt; bad != 0)
			return Error{EOPNOTSUPP, "subscribe",
				static_cast<std::uint8_t>(std::countr_zero(bad))};
		hub_->armed = lines;
		return {};
	}

	Result<std::uint64_t> get(std::uint64_t lines) override
	{
		const std::lock_guard lock(hub_->mutex);
		if (hub_->broken != 0)
			return Error{hub_->broken, "get"};
		return hub_->levels & lines;
	}

	/* Not of a hub, but it can be told from others. */
	Result<UniqueFd> look() override
	{
		const std::lock_guard lock(hub_->mutex);
		if (hub_->refuse_looking != 0)
			return Error{hub_->refuse_looking, "open"};
		UniqueFd file(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
		if (!file)
			return system_error(errno, "open");
		hub_->looks++;
		return file;
	}

private:
	std::shared_ptr<FakeHub> hub_;
};

class FakeOwner final : public HubOwner
{
public:
	explicit FakeOwner(std::shared_ptr<FakeHub> hub) : hub_(std::move(hub)) {}

	~FakeOwner() override
	{
		const std::lock_guard lock(hub_->mutex);
		for (const void *&owner : hub_->owners) {
			if (owner == this)
				owner = nullptr;
		}
		const auto is_mine = [this](const auto &each) { return each.owner == this; };
		std::erase_if(hub_->plays, is_mine);
		std::erase_if(hub_->rules, is_mine);
	}

	Submitted submit(std::span<const gpiohub_command> commands) override
	{
		const std::lock_guard lock(hub_->mutex);
		hub_->submits++;
		Submitted result;
		for (const gpiohub_command &command : commands) {
			result = carry_out(command, result.done);
			if (result.code != 0)
				return result;
		}
		return result;
	}

	Result<void> message(std::string_view text) override
	{
		hub_->publish_message(text);
		return {};
	}

private:
	Submitted carry_out(const gpiohub_command &command, std::uint32_t done)
	{
		if (hub_->is_deleted)
			return {done, ENODEV, GPIOHUB_NO_LINE};
		if (command.flags != 0 || command.line != 0)
			return {done, EINVAL, GPIOHUB_NO_LINE};
		for (std::uint64_t rest = command.mask; rest != 0; rest &= rest - 1) {
			const auto line = static_cast<std::uint8_t>(std::countr_zero(rest));
			if (line >= hub_->lines)
				return {done, ENXIO, line};
			const bool is_mine = hub_->owners[line] == this;
			if (command.op == GPIOHUB_OP_CLAIM && hub_->owners[line] != nullptr &&
				!is_mine)
				return {done, EBUSY, line};
			if (command.op != GPIOHUB_OP_CLAIM && !is_mine)
				return {done, EPERM, line};
			if (command.op == GPIOHUB_OP_CLAIM)
				hub_->owners[line] = this;
			if (command.op == GPIOHUB_OP_RELEASE)
				hub_->owners[line] = nullptr;
		}
		hub_->reach_chip();
		if (command.op == GPIOHUB_OP_CONFIGURE) {
			hub_->configured.push_back(command);
			if (hub_->refuse_configuring != 0)
				return {done, hub_->refuse_configuring,
					static_cast<std::uint8_t>(std::countr_zero(command.mask))};
		}
		if (hub_->is_exclusive && command.op == GPIOHUB_OP_SET && is_played(command.mask))
			return {done, EBUSY, GPIOHUB_NO_LINE};
		if (hub_->broken != 0 && command.op == GPIOHUB_OP_SET)
			return {done, hub_->broken,
				static_cast<std::uint8_t>(std::countr_zero(command.mask))};
		if (const int code = request(command); code != 0)
			return {done, code, GPIOHUB_NO_LINE};
		if (command.op == GPIOHUB_OP_SET)
			hub_->levels = (hub_->levels & ~command.mask) | command.value;
		return {done + 1, 0, GPIOHUB_NO_LINE};
	}

	bool is_played(std::uint64_t lines) const
	{
		return std::any_of(hub_->plays.begin(), hub_->plays.end(),
			[lines](const FakePlay &each) { return (each.play.lines & lines) != 0; });
	}

	/* Patterns and rules, as far as they are kept here. */
	int request(const gpiohub_command &command)
	{
		switch (command.op) {
		case GPIOHUB_OP_PLAY:
			return play(command);
		case GPIOHUB_OP_CANCEL: {
			const auto id = static_cast<std::uint32_t>(command.value);
			const auto ended = std::erase_if(hub_->plays, [&](const FakePlay &each) {
				return each.owner == this && (id == 0 || each.id == id);
			});
			return ended == 0 ? ENOENT : 0;
		}
		case GPIOHUB_OP_RULE_ADD: {
			FakeRule rule{this, command.id, {}};
			std::memcpy(&rule.rule, at(command.value), sizeof(rule.rule));
			hub_->rules.push_back(rule);
			return command.arg == 0 ? 0 : EINVAL;
		}
		case GPIOHUB_OP_RULE_DEL:
			return std::erase_if(hub_->rules,
				       [&](const FakeRule &each) {
					       return each.owner == this &&
						       each.id == command.value;
				       }) == 0
				? ENOENT
				: 0;
		default:
			return 0;
		}
	}

	int play(const gpiohub_command &command)
	{
		FakePlay play{this, command.id, {}, {}};
		std::memcpy(&play.play, at(command.value), sizeof(play.play));
		play.steps.resize(play.play.count);
		std::memcpy(play.steps.data(), at(play.play.steps),
			play.steps.size() * sizeof(gpiohub_step));
		if (command.arg != 0)
			return EINVAL;
		if (hub_->refuse_plays != 0)
			return hub_->refuse_plays;
		hub_->plays.push_back(std::move(play));
		return 0;
	}

	static const void *at(std::uint64_t address)
	{
		return reinterpret_cast<const void *>(static_cast<std::uintptr_t>(address));
	}

	std::shared_ptr<FakeHub> hub_;
};

class FakeBackend final : public Backend
{
public:
	FakeBackend() : Backend(UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))) {}

	/** A hub appears; in place of one of that number. */
	std::shared_ptr<FakeHub> add(unsigned number, unsigned lines = 8, std::uint32_t size = 1024)
	{
		auto hub = std::make_shared<FakeHub>(number, lines, size);
		{
			const std::lock_guard lock(mutex_);
			hubs_[number] = hub;
		}
		announce();
		return hub;
	}

	/** A hub is deleted: its files answer ENODEV, its waiters are woken. */
	void remove(unsigned number)
	{
		std::shared_ptr<FakeHub> hub;
		{
			const std::lock_guard lock(mutex_);
			hub = hubs_.at(number);
			hubs_.erase(number);
		}
		{
			const std::lock_guard lock(hub->mutex);
			hub->is_deleted = true;
		}
		::shutdown(hub->waking_end.get(), SHUT_RDWR);
	}

	void announce() { ::eventfd_write(fd(), 1); }

	Result<std::vector<unsigned>> hubs() override
	{
		eventfd_t ignored = 0;
		::eventfd_read(fd(), &ignored);
		const std::lock_guard lock(mutex_);
		if (refuse_listing != 0)
			return Error{refuse_listing, "/dev: Too many open files"};
		std::vector<unsigned> numbers;
		for (const auto &[number, hub] : hubs_)
			numbers.push_back(number);
		return numbers;
	}

	Result<std::unique_ptr<HubWatch>> watch(unsigned number) override
	{
		const std::lock_guard lock(mutex_);
		if (refuse_watching != 0)
			return Error{refuse_watching, "/dev/gpiohub0: Permission denied"};
		return std::unique_ptr<HubWatch>(std::make_unique<FakeWatch>(hubs_.at(number)));
	}

	Result<std::unique_ptr<HubOwner>> own(unsigned number) override
	{
		const std::lock_guard lock(mutex_);
		return std::unique_ptr<HubOwner>(std::make_unique<FakeOwner>(hubs_.at(number)));
	}

	int refuse_watching = 0; /* an errno */
	int refuse_listing = 0;

private:
	std::mutex mutex_;
	std::map<unsigned, std::shared_ptr<FakeHub>> hubs_;
};

} // namespace gpiohub::daemon
