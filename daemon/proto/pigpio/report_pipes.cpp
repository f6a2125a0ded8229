/* SPDX-License-Identifier: MIT */
#include "report_pipes.hpp"

#include "log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

namespace gpiohub::daemon::pigpio
{

namespace
{

/* Of one write, which goes in whole or not at all: readers take reports one by one. */
constexpr std::size_t kReportsAtOnce = PIPE_BUF / sizeof(Report);
constexpr mode_t kRights = 0640;

bool is_ours(const struct stat &info)
{
	return S_ISFIFO(info.st_mode) && info.st_uid == ::geteuid() && info.st_nlink == 1;
}

/* A pipe of a daemon before. */
bool has_ours(const std::string &path)
{
	struct stat info {
	};
	return ::lstat(path.c_str(), &info) == 0 && is_ours(info);
}

} // namespace

ReportPipe::~ReportPipe()
{
	struct stat named {
	};
	struct stat mine {
	};
	/* Another daemon may have one of that name by now. */
	if (fd_ && ::fstat(fd_.get(), &mine) == 0 && ::lstat(path_.c_str(), &named) == 0 &&
		named.st_dev == mine.st_dev && named.st_ino == mine.st_ino)
		::unlink(path_.c_str());
}

Result<void> ReportPipe::make(std::string path)
{
	path_ = std::move(path);
	if (has_ours(path_))
		::unlink(path_.c_str());
	if (::mkfifo(path_.c_str(), kRights) != 0)
		return Error{errno, path_};
	/* To write as well as to read: whether somebody reads is no matter then. */
	fd_ = UniqueFd(::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
	struct stat info {
	};
	int code = fd_ && ::fstat(fd_.get(), &info) == 0 ? 0 : errno;
	if (code == 0 && !is_ours(info))
		code = EEXIST;
	if (code == 0 && ::fchmod(fd_.get(), kRights) != 0)
		code = errno;
	if (code == 0)
		return {};
	fd_ = UniqueFd();
	return Error{code, path_};
}

void ReportPipe::send(std::span<const Report> reports)
{
	while (!reports.empty()) {
		const auto some = reports.first(std::min(reports.size(), kReportsAtOnce));
		if (::write(fd_.get(), some.data(), some.size_bytes()) < 0)
			return;
		reports = reports.subspan(some.size());
	}
}

Reply ReportPipes::open(Notifier &notifier, std::string maker)
{
	if (directory_.empty() || pipes_.size() >= kMost)
		return Status::NoHandle;
	auto pipe = std::make_unique<ReportPipe>();
	Reply opened = notifier.open(*pipe, std::move(maker));
	if (opened.res < 0)
		return opened;
	const auto handle = static_cast<std::uint32_t>(opened.res);
	const auto made = pipe->make(fmt::format("{}/pigpio{}", directory_, handle));
	if (!made) {
		(void)notifier.close(handle);
		if (!std::exchange(is_told_, true))
			log(Level::Warning,
				fmt::format("pigpio.pipes: {}: {}", made.error().what,
					std::strerror(made.error().code)));
		return Status::NoHandle;
	}
	is_told_ = false;
	pipes_.emplace(handle, std::move(pipe));
	return opened;
}

} // namespace gpiohub::daemon::pigpio
