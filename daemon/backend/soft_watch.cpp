/* SPDX-License-Identifier: MIT */
#include "soft_watch.hpp"

#include <algorithm>
#include <cerrno>

namespace gpiohub::daemon
{

SoftWatch::SoftWatch(std::shared_ptr<SoftHub> hub, SoftBell bell)
	: hub_(std::move(hub)),
	  reader_(std::move(bell))
{
	view_ = {reader_.bell.fd(), hub_->ring(), hub_->state(), Cursor(&reader_.cursor)};
	const SoftHub::Access access(*hub_);
	access->readers.push_back(&reader_);
	/* It may have gone since this was asked for. */
	if (!access.check())
		reader_.bell.hang_up();
}

SoftWatch::~SoftWatch()
{
	const SoftHub::Access access(*hub_);
	access->lines.unwatch(reader_.lines);
	std::erase(access->readers, &reader_);
}

Result<gpiohub_info> SoftWatch::info()
{
	if (auto there = SoftHub::Access(*hub_).check(); !there)
		return there.error();
	return hub_->info();
}

Result<wire::LineInfo> SoftWatch::line_info(unsigned line)
{
	if (line >= hub_->info().lines)
		return at_line({ENXIO, ""}, std::min<unsigned>(line, GPIOHUB_NO_LINE));
	wire::LineInfo answer{};
	answer.info.line = line;
	const SoftHub::Access access(*hub_);
	if (auto there = access.check(); !there)
		return there.error();
	access->lines.describe(answer);
	return answer;
}

Result<void> SoftWatch::subscribe(std::uint64_t lines)
{
	const SoftHub::Access access(*hub_);
	if (auto there = access.check(); !there)
		return there;
	if (auto exist = access->lines.check(lines); !exist)
		return exist;
	if (auto watched = access->lines.watch(lines & ~reader_.lines); !watched)
		return watched;
	access->lines.unwatch(reader_.lines & ~lines);
	reader_.lines = lines;
	return {};
}

Result<std::uint64_t> SoftWatch::get(std::uint64_t lines)
{
	const SoftHub::Access access(*hub_);
	if (auto there = access.check(); !there)
		return there.error();
	if (auto exist = access->lines.check(lines); !exist)
		return exist.error();
	return access->lines.get(lines);
}

} // namespace gpiohub::daemon
