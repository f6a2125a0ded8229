/* SPDX-License-Identifier: MIT */
#include "chardev_pins.hpp"

#include "quiet_thread.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>

namespace gpiohub::daemon
{

namespace
{

/* What the thread's epoll tells beside the numbers of lines. */
constexpr std::uint32_t kWake = GPIOHUB_MAX_LINES;
constexpr std::uint32_t kChip = GPIOHUB_MAX_LINES + 1;

/* Copies what fits; the rest of `to` stays zero. */
template <std::size_t N>
void copy_name(char (&to)[N], std::string_view from)
{
	from.copy(to, N - 1);
}

} // namespace

void put_in_order(std::vector<PinEdge> &edges)
{
	std::stable_sort(edges.begin(), edges.end(),
		[](const PinEdge &a, const PinEdge &b) { return a.time_ns < b.time_ns; });
}

Result<std::unique_ptr<ChardevPins>> ChardevPins::create(
	std::shared_ptr<const GpioChip> chip, unsigned first, unsigned count, std::string consumer)
{
	UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
	UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (!epoll || !wake)
		return system_error(errno, "cannot follow " + chip->label());
	std::unique_ptr<ChardevPins> pins(new ChardevPins(std::move(chip), first, count,
		std::move(consumer), std::move(epoll), std::move(wake)));
	if (auto followed = pins->follow(pins->wake_.get(), EPOLLIN, kWake); !followed)
		return followed.error();
	/* It hangs up when it goes; before Linux 6.7 it does so without waking anybody. */
	if (auto followed = pins->follow(pins->chip_->fd(), 0, kChip); !followed)
		return followed.error();
	return pins;
}

ChardevPins::ChardevPins(std::shared_ptr<const GpioChip> chip, unsigned first, unsigned count,
	std::string consumer, UniqueFd epoll, UniqueFd wake)
	: chip_(std::move(chip)),
	  first_(first),
	  count_(count),
	  consumer_(std::move(consumer)),
	  epoll_(std::move(epoll)),
	  wake_(std::move(wake)),
	  events_(GpioLine::kQueue)
{
}

std::string ChardevPins::label() const
{
	return chip_->label() + ":" + std::to_string(first_) + "-" +
		std::to_string(first_ + count_ - 1);
}

void ChardevPins::describe(wire::LineInfo &answer)
{
	answer.info.offset = first_ + answer.info.line;
	copy_name(answer.info.chip, chip_->label());
	const auto info = noticed(chip_->line_info(answer.info.offset));
	if (!info)
		return;
	copy_name(answer.name, info->name);
	copy_name(answer.consumer, info->consumer);
}

/* --- what the hub does ------------------------------------------------------------ */

/* Not from here, under the hub's lock: the thread tells. */
template <class T>
Result<T> ChardevPins::noticed(Result<T> result) noexcept
{
	if (!result && result.error().code == ENODEV)
		lost();
	return result;
}

void ChardevPins::lost() noexcept
{
	is_lost_ = true;
	::eventfd_write(wake_.get(), 1);
}

Result<PinSettings> ChardevPins::take(unsigned line)
{
	auto taken = noticed(chip_->request(first_ + line, consumer_));
	if (!taken)
		return taken.error();
	const PinSettings settings = taken->settings;
	const std::lock_guard lock(mutex_);
	pins_[line].emplace(Pin{std::move(taken->line), settings, {}});
	return settings;
}

/* Closing it takes it out of the thread's epoll as well. */
void ChardevPins::let_go(unsigned line)
{
	const std::lock_guard lock(mutex_);
	pins_[line].reset();
}

/* On an error it is made what it was: the kernel may have gone half of the way. */
Result<void> ChardevPins::tell(Pin &pin, const PinSettings &settings, bool level, bool is_armed)
{
	auto told = noticed(pin.line.configure(settings, level, is_armed));
	if (!told)
		(void)pin.line.configure(pin.settings, pin.is_high, pin.is_armed);
	return told;
}

Result<void> ChardevPins::configure(unsigned line, const PinSettings &settings, bool level)
{
	const std::lock_guard lock(mutex_);
	Pin &pin = *pins_[line];
	if (auto told = tell(pin, settings, level, pin.is_armed); !told)
		return told;
	pin.settings = settings;
	pin.is_high = level;
	return {};
}

Result<void> ChardevPins::drive(unsigned line, bool level)
{
	const std::lock_guard lock(mutex_);
	Pin &pin = *pins_[line];
	auto driven = noticed(pin.line.drive(level));
	if (driven)
		pin.is_high = level;
	return driven;
}

Result<bool> ChardevPins::level(unsigned line)
{
	const std::lock_guard lock(mutex_);
	return noticed(pins_[line]->line.level());
}

Result<void> ChardevPins::follow(int fd, std::uint32_t events, std::uint32_t source)
{
	epoll_event event{};
	event.events = events;
	event.data.u32 = source;
	if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0 && errno != EEXIST)
		return system_error(errno, "cannot follow " + chip_->label());
	return {};
}

Result<void> ChardevPins::arm(unsigned line)
{
	const std::lock_guard lock(mutex_);
	Pin &pin = *pins_[line];
	if (auto told = tell(pin, pin.settings, pin.is_high, true); !told)
		return told;
	/* Until it is let go: not armed, it has no events. */
	auto followed = follow(pin.line.fd(), EPOLLIN, line);
	if (!followed)
		(void)pin.line.configure(pin.settings, pin.is_high, false);
	pin.is_armed = followed.ok();
	return followed;
}

void ChardevPins::disarm(unsigned line)
{
	const std::lock_guard lock(mutex_);
	Pin &pin = *pins_[line];
	(void)tell(pin, pin.settings, pin.is_high, false);
	pin.is_armed = false;
}

/* --- in the thread ---------------------------------------------------------------- */

void ChardevPins::start(PinSink &sink)
{
	thread_ = quiet_thread([this, &sink] { run(sink); });
}

void ChardevPins::stop()
{
	is_stopping_ = true;
	::eventfd_write(wake_.get(), 1);
	if (thread_.joinable())
		thread_.join();
}

/* Each turn takes what each line has, at most what the kernel keeps of it: one that floods
 * holds the others up for no longer than that takes. */
void ChardevPins::run(PinSink &sink)
{
	std::array<epoll_event, GPIOHUB_MAX_LINES + 2> ready;
	std::vector<PinEdge> edges;
	bool is_gone = false;
	while (!is_gone) {
		const int count = ::epoll_wait(
			epoll_.get(), ready.data(), static_cast<int>(ready.size()), -1);
		if (count < 0 && errno != EINTR)
			break;
		edges.clear();
		for (int i = 0; i < count; i++) {
			const std::uint32_t source = ready[static_cast<std::size_t>(i)].data.u32;
			if (source == kChip)
				is_gone = true;
			else if (source != kWake)
				is_gone = !collect(source, edges) || is_gone;
		}
		if (is_stopping_)
			return;
		is_gone = is_gone || is_lost_;
		put_in_order(edges);
		if (!edges.empty())
			sink.edges(edges);
	}
	/* Or the thread cannot go on, which comes to the same. */
	sink.gone();
}

/* False: it cannot be read. */
bool ChardevPins::collect(unsigned line, std::vector<PinEdge> &edges)
{
	const std::lock_guard lock(mutex_);
	/* It may have been let go meanwhile. */
	if (!pins_[line])
		return true;
	const auto count = pins_[line]->line.read(events_);
	if (!count)
		return false;
	for (std::size_t i = 0; i < *count; i++)
		edges.push_back(pins_[line]->sequence.take(line, events_[i]));
	return true;
}

} // namespace gpiohub::daemon
