/* SPDX-License-Identifier: MIT */
#include "breaker.hpp"

#include "line_set.hpp"
#include "log.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>

namespace gpiohub::daemon
{

namespace
{

using Clock = std::chrono::steady_clock;

/* What drivers say of a chip that does not answer. */
bool is_chip_failure(int code)
{
	return code == EIO || code == EREMOTEIO || code == ETIMEDOUT;
}

bool is_shortage(int code)
{
	return code == EMFILE || code == ENFILE || code == ENOMEM;
}

/* Of opening a hub: not that it is just going, nor that it may not be opened. */
bool cannot_be_opened(int code)
{
	return code != ENODEV && code != ENXIO && code != ENOENT && code != EACCES &&
		code != EPERM && !is_shortage(code);
}

/* Does the command ask the chip, so that its success says something? */
bool asks_chip(const gpiohub_command &command)
{
	return command.op == GPIOHUB_OP_SET || command.op == GPIOHUB_OP_CONFIGURE;
}

} // namespace

/* A hub from when it was opened until it is closed: what its files have in common. */
class Breaker::Life
{
public:
	Life(Breaker &breaker, unsigned hub, std::unique_ptr<HubWatch> watch)
		: breaker_(breaker),
		  hub_(hub),
		  watch_(std::move(watch))
	{
	}

	HubWatch &watch() const noexcept { return *watch_; }
	bool is_over() const noexcept { return is_over_; }
	void end() noexcept { is_over_ = true; }

	/** What it says whose hub was closed. */
	static Error over() { return {ENODEV, "the hub was closed"}; }

	/* Those below while it is not over. */

	/** The chip was asked; how that went. */
	template <class T>
	Result<T> asked(Result<T> result)
	{
		if (result)
			breaker_.worked(hub_, *this);
		else if (is_chip_failure(result.error().code))
			breaker_.failed(hub_, *this, result.error());
		return result;
	}

	void submitted(std::span<const gpiohub_command> commands, const Submitted &submitted)
	{
		const auto done = commands.first(submitted.done);
		if (std::any_of(done.begin(), done.end(), asks_chip))
			breaker_.worked(hub_, *this);
		if (is_chip_failure(submitted.code) && done.size() < commands.size() &&
			is_chips(commands[done.size()], submitted.line))
			breaker_.failed(hub_, *this, {submitted.code, "", submitted.line});
	}

private:
	/* To drive what is no output is EIO too, and not the chip's. */
	bool is_chips(const gpiohub_command &command, std::uint8_t line) const
	{
		if (command.op == GPIOHUB_OP_PLAY)
			return false;
		return command.op != GPIOHUB_OP_SET || line >= GPIOHUB_MAX_LINES ||
			(watch_->view().state.snapshot().outputs & line_bit(line)) != 0;
	}

	Breaker &breaker_;
	unsigned hub_;
	std::unique_ptr<HubWatch> watch_;
	bool is_over_ = false;
};

namespace
{

class GuardedWatch final : public HubWatch
{
public:
	explicit GuardedWatch(std::shared_ptr<Breaker::Life> life) : life_(std::move(life))
	{
		view_ = life_->watch().view();
	}

	Result<gpiohub_info> info() override
	{
		return life_->is_over() ? life_->over() : life_->watch().info();
	}

	Result<wire::LineInfo> line_info(unsigned line) override
	{
		return life_->is_over() ? life_->over() : life_->watch().line_info(line);
	}

	Result<void> subscribe(std::uint64_t lines) override
	{
		if (life_->is_over())
			return life_->over();
		auto armed = life_->watch().subscribe(lines);
		/* To arm none asks no chip. */
		return lines == 0 ? armed : life_->asked(std::move(armed));
	}

	Result<std::uint64_t> get(std::uint64_t lines) override
	{
		return life_->is_over() ? life_->over() : life_->asked(life_->watch().get(lines));
	}

	Result<UniqueFd> look() override
	{
		return life_->is_over() ? life_->over() : life_->watch().look();
	}

private:
	std::shared_ptr<Breaker::Life> life_;
};

class GuardedOwner final : public HubOwner
{
public:
	GuardedOwner(std::shared_ptr<Breaker::Life> life, std::unique_ptr<HubOwner> owner)
		: life_(std::move(life)),
		  owner_(std::move(owner))
	{
	}

	Submitted submit(std::span<const gpiohub_command> commands) override
	{
		if (life_->is_over())
			return {0, ENODEV, GPIOHUB_NO_LINE};
		const Submitted submitted = owner_->submit(commands);
		life_->submitted(commands, submitted);
		return submitted;
	}

	Result<void> message(std::string_view text) override
	{
		return life_->is_over() ? life_->over() : owner_->message(text);
	}

private:
	std::shared_ptr<Breaker::Life> life_;
	std::unique_ptr<HubOwner> owner_; /* before the other: its guard is applied */
};

} // namespace

Result<std::unique_ptr<Breaker>> Breaker::create(
	std::unique_ptr<Backend> inner, const Circuit::Limits &limits)
{
	UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
	UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
	epoll_event event{};
	event.events = EPOLLIN;
	for (const int fd : {inner->fd(), timer.get()}) {
		if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0)
			return system_error(errno, "cannot follow the back end");
	}
	return std::unique_ptr<Breaker>(
		new Breaker(std::move(epoll), std::move(timer), std::move(inner), limits));
}

Breaker::Breaker(UniqueFd epoll, UniqueFd timer, std::unique_ptr<Backend> inner,
	const Circuit::Limits &limits)
	: Backend(std::move(epoll)),
	  timer_(std::move(timer)),
	  inner_(std::move(inner)),
	  limits_(limits),
	  listing_(limits)
{
}

/* --- when to be tried again ------------------------------------------------------- */

void Breaker::wake_in(std::chrono::nanoseconds delay) const
{
	/* 0 would disarm it. */
	const auto ns = std::max<std::int64_t>(delay.count(), 1);
	itimerspec when{};
	when.it_value.tv_sec = ns / 1'000'000'000;
	when.it_value.tv_nsec = ns % 1'000'000'000;
	::timerfd_settime(timer_.get(), 0, &when, nullptr);
}

void Breaker::wake_for_trial() const
{
	const auto now = Clock::now();
	auto next = Circuit::Time::max();
	const auto consider = [&](const Circuit &circuit) {
		if (circuit.is_broken(now))
			next = std::min(next, circuit.until());
	};
	consider(listing_);
	for (const auto &[number, entry] : entries_)
		consider(entry.circuit);
	if (next != Circuit::Time::max())
		wake_in(next - now);
}

/* --- the back end ------------------------------------------------------------------ */

Result<std::vector<unsigned>> Breaker::hubs()
{
	std::uint64_t ignored = 0;
	(void)!::read(timer_.get(), &ignored, sizeof(ignored));
	auto numbers = inner_->hubs();
	if (numbers) {
		listing_.worked();
		/* What went and comes again is another. */
		std::erase_if(entries_, [&](const auto &each) {
			return std::find(numbers->begin(), numbers->end(), each.first) ==
				numbers->end();
		});
	} else if (!is_shortage(numbers.error().code)) {
		listing_.broke(Clock::now());
	}
	wake_for_trial();
	return numbers;
}

Breaker::Entry &Breaker::entry(unsigned hub)
{
	return entries_.try_emplace(hub, Entry{Circuit(limits_), nullptr}).first->second;
}

Result<std::unique_ptr<HubWatch>> Breaker::watch(unsigned hub)
{
	Entry &known = entry(hub);
	if (known.circuit.is_broken(Clock::now()))
		return Error{EIO, fmt::format("gpiohub{}: its chip keeps failing", hub)};
	auto opened = inner_->watch(hub);
	if (!opened) {
		if (cannot_be_opened(opened.error().code)) {
			known.circuit.broke(Clock::now());
			wake_for_trial();
		}
		return opened.error();
	}
	known.life = std::make_shared<Life>(*this, hub, *std::move(opened));
	return std::unique_ptr<HubWatch>(std::make_unique<GuardedWatch>(known.life));
}

Result<std::unique_ptr<HubOwner>> Breaker::own(unsigned hub)
{
	const auto known = entries_.find(hub);
	/* Who owns lines has the hub open to look at. */
	if (known == entries_.end() || !known->second.life || known->second.life->is_over())
		return Life::over();
	auto owner = inner_->own(hub);
	if (!owner)
		return owner.error();
	return std::unique_ptr<HubOwner>(
		std::make_unique<GuardedOwner>(known->second.life, *std::move(owner)));
}

/* --- how it goes ------------------------------------------------------------------- */

/* One of an earlier opening says nothing of this one. */
void Breaker::worked(unsigned hub, const Life &life)
{
	const auto known = entries_.find(hub);
	if (known != entries_.end() && known->second.life.get() == &life)
		known->second.circuit.worked();
}

void Breaker::failed(unsigned hub, const Life &life, const Error &error)
{
	const auto known = entries_.find(hub);
	if (known == entries_.end() || known->second.life.get() != &life)
		return;
	const auto now = Clock::now();
	Circuit &circuit = known->second.circuit;
	if (!circuit.failed(now))
		return;
	const auto delay =
		std::chrono::duration_cast<std::chrono::milliseconds>(circuit.until() - now);
	log(Level::Error,
		fmt::format("gpiohub{}: its chip keeps failing{}: closed, and tried again in {} s",
			hub,
			error.line < GPIOHUB_MAX_LINES ? fmt::format(" (line {})", error.line) : "",
			std::chrono::duration<double>(delay).count()));
	known->second.life->end();
	/* Who follows the hubs finds out, at once. */
	wake_in(std::chrono::nanoseconds(0));
}

} // namespace gpiohub::daemon
