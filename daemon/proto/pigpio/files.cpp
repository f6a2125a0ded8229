/* SPDX-License-Identifier: MIT */
#include "files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>

namespace gpiohub::daemon::pigpio
{

namespace
{

constexpr std::uint32_t kRead = 1;
constexpr std::uint32_t kWrite = 2;
constexpr std::uint32_t kAppend = 4;
constexpr std::uint32_t kCreate = 8;
constexpr std::uint32_t kTruncate = 16;
constexpr std::uint32_t kModes = kRead | kWrite | kAppend | kCreate | kTruncate;

constexpr std::uint64_t kRights = 0600;

/* Characters compared for one listing: some ms. */
constexpr std::size_t kMostWork = 4'000'000;

bool is_mode(std::uint32_t mode)
{
	const bool is_either = (mode & (kRead | kWrite)) != 0;
	const bool is_emptied_unwritten = (mode & kTruncate) != 0 && (mode & kWrite) == 0;
	return (mode & ~kModes) == 0 && is_either && !is_emptied_unwritten;
}

/* Without truncation, which waits until it is known to be a regular file. */
int flags_of(std::uint32_t mode)
{
	int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	switch (mode & (kRead | kWrite)) {
	case kRead:
		flags |= O_RDONLY;
		break;
	case kWrite:
		flags |= O_WRONLY;
		break;
	default:
		flags |= O_RDWR;
	}
	flags |= (mode & kAppend) != 0 ? O_APPEND : 0;
	flags |= (mode & kCreate) != 0 ? O_CREAT : 0;
	return flags;
}

/* The C library has no function for it. */
int open_beneath(int directory, const std::string &name, int flags)
{
	open_how how{};
	how.flags = static_cast<__u64>(flags);
	how.mode = (flags & O_CREAT) != 0 ? kRights : 0;
	how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
	return static_cast<int>(::syscall(SYS_openat2, directory, name.c_str(), &how, sizeof(how)));
}

Status open_fault(int code)
{
	switch (code) {
	case EXDEV: /* out of the directory */
	case ELOOP: /* a link */
	case ENXIO: /* a pipe that nobody reads, a socket, a device that is not there */
	case EACCES:
	case EPERM:
		return Status::NoFileAccess;
	case EISDIR:
		return Status::FileIsDirectory;
	default:
		return Status::FileOpenFailed;
	}
}

/* Of what a name stands for, without opening it: to open a pipe is to do something with it. */
Status kind_fault(const UniqueFd &fd)
{
	struct stat info {
	};
	if (::fstat(fd.get(), &info) != 0)
		return Status::FileOpenFailed;
	if (S_ISDIR(info.st_mode))
		return Status::FileIsDirectory;
	return S_ISREG(info.st_mode) ? Status::Ok : Status::NoFileAccess;
}

struct CloseDirectory {
	void operator()(DIR *directory) const { ::closedir(directory); }
};

bool is_regular(int directory, const dirent &entry)
{
	if (entry.d_type != DT_UNKNOWN)
		return entry.d_type == DT_REG;
	struct stat info {
	};
	return ::fstatat(directory, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISREG(info.st_mode);
}

/* Beside the name, where it is to be made. */
bool has_room_for_one_more(int directory, const std::string &name)
{
	const std::size_t slash = name.rfind('/');
	const std::string parent = slash == std::string::npos ? "." : name.substr(0, slash);
	UniqueFd fd(open_beneath(directory, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (!fd)
		return true; /* opening it will tell why not */
	const std::unique_ptr<DIR, CloseDirectory> entries(::fdopendir(fd.get()));
	if (!entries)
		return false;
	fd.release();
	std::size_t count = 0;
	while (count < Files::kMostEntries && ::readdir(entries.get()) != nullptr)
		count++;
	return count < Files::kMostEntries;
}

std::vector<std::string> names(UniqueFd fd, std::string_view pattern)
{
	std::vector<std::string> result;
	const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(fd.get()));
	if (!directory)
		return result;
	fd.release();         /* the stream's now */
	std::size_t work = 0; /* of matching, at worst */
	for (std::size_t i = 0; i < Files::kMostEntries && work < kMostWork; i++) {
		const dirent *entry = ::readdir(directory.get());
		if (entry == nullptr)
			break;
		work += pattern.size() * std::strlen(entry->d_name);
		if (matches(pattern, entry->d_name) && is_regular(::dirfd(directory.get()), *entry))
			result.emplace_back(entry->d_name);
	}
	std::sort(result.begin(), result.end());
	return result;
}

} // namespace

/* Where it fails after a star, that star takes one more: the last one only. */
bool matches(std::string_view pattern, std::string_view name) noexcept
{
	constexpr std::size_t kNone = std::string_view::npos;
	if (name.starts_with('.') && !pattern.starts_with('.'))
		return false;
	std::size_t at = 0;
	std::size_t star = kNone;
	std::size_t star_end = 0;
	for (std::size_t i = 0; i < name.size();) {
		if (at < pattern.size() && pattern[at] == '*') {
			star = at++;
			star_end = i;
		} else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == name[i])) {
			at++;
			i++;
		} else if (star != kNone) {
			at = star + 1;
			i = ++star_end;
		} else {
			return false;
		}
	}
	return pattern.find_first_not_of('*', at) == kNone;
}

Files::Files(const Caller &caller, std::string directory)
	: directory_(std::move(directory)),
	  handles_(caller, kMostHandles)
{
	while (directory_.size() > 1 && directory_.ends_with('/'))
		directory_.pop_back();
}

/* The name as seen from the directory. That it stays there is the kernel's to say; this is for
 * names that are not even meant to. */
std::optional<std::string> Files::inside(const std::string &name) const
{
	if (directory_.empty() || name.size() >= PATH_MAX || name.find('\0') != std::string::npos)
		return std::nullopt;
	if (("/" + name + "/").find("/../") != std::string::npos)
		return std::nullopt;
	std::string rest = name;
	const std::string prefix = directory_.ends_with('/') ? directory_ : directory_ + "/";
	if (rest.starts_with(prefix))
		rest.erase(0, prefix.size());
	if (rest.empty() || rest.starts_with('/'))
		return std::nullopt;
	return rest;
}

/* Each time: it may have been made, or replaced, since. */
UniqueFd Files::open_directory(int flags) const
{
	return UniqueFd(::open(directory_.c_str(), O_DIRECTORY | O_CLOEXEC | flags));
}

/* --- open, close, list ---------------------------------------------------------- */

Reply Files::open(std::uint32_t mode, std::uint32_t, Extension name)
{
	const std::string text = text_of(name);
	const auto relative = inside(text);
	if (!relative)
		return Status::NoFileAccess;
	if (!is_mode(mode))
		return Status::BadFileMode;
	if (handles_.is_full())
		return Status::NoHandle;

	const UniqueFd directory = open_directory(O_PATH);
	if (!directory)
		return Status::NoFileAccess;
	const UniqueFd seen(open_beneath(directory.get(), *relative, O_PATH | O_CLOEXEC));
	if (!seen && (errno != ENOENT || (mode & kCreate) == 0))
		return open_fault(errno);
	if (!seen && !has_room_for_one_more(directory.get(), *relative))
		return Status::FileOpenFailed;
	if (const Status fault = seen ? kind_fault(seen) : Status::Ok; fault != Status::Ok)
		return fault;
	UniqueFd fd(open_beneath(directory.get(), *relative, flags_of(mode)));
	if (!fd)
		return open_fault(errno);
	/* It may be another by now. */
	if (const Status fault = kind_fault(fd); fault != Status::Ok)
		return fault;
	if ((mode & kTruncate) != 0 && ::ftruncate(fd.get(), 0) != 0)
		return Status::FileOpenFailed;
	return handles_.add(File{std::move(fd), mode}, *relative);
}

Reply Files::close(std::uint32_t handle, std::uint32_t, Extension)
{
	return handles_.remove(handle) ? Status::Ok : Status::BadHandle;
}

Reply Files::list(std::uint32_t most, std::uint32_t, Extension pattern)
{
	const std::string text = text_of(pattern);
	const auto relative = inside(text);
	if (!relative || relative->find('/') != std::string::npos || relative->size() > NAME_MAX)
		return Status::NoFileAccess;
	if (most == 0)
		return Status::BadParameter;
	UniqueFd directory = open_directory(O_RDONLY);
	if (!directory)
		return Status::NoFileAccess;

	/* Whole names only. */
	const std::size_t bound = std::min<std::size_t>(most, kMostBytes);
	const std::string prefix = text.substr(0, text.size() - relative->size());
	std::string result;
	for (const std::string &name : names(std::move(directory), *relative)) {
		if (result.size() + prefix.size() + name.size() + 1 > bound)
			break;
		result += prefix;
		result += name;
		result += '\n';
	}
	return result.empty() ? Status::NoFileMatch : Reply::bytes(std::move(result));
}

/* --- bytes ---------------------------------------------------------------------- */

Reply Files::read(std::uint32_t handle, std::uint32_t most, Extension)
{
	const File *file = handles_.find(handle);
	if (file == nullptr)
		return Status::BadHandle;
	if (most == 0)
		return Status::BadParameter;
	if ((file->mode & kRead) == 0)
		return Status::FileNotForReading;
	std::string bytes(std::min<std::size_t>(most, kMostBytes), '\0');
	const ssize_t size = ::read(file->fd.get(), bytes.data(), bytes.size());
	if (size < 0)
		return Status::BadFileRead;
	bytes.resize(static_cast<std::size_t>(size));
	return Reply::bytes(std::move(bytes));
}

Reply Files::write(std::uint32_t handle, std::uint32_t, Extension bytes)
{
	const File *file = handles_.find(handle);
	if (file == nullptr)
		return Status::BadHandle;
	if (bytes.empty() || bytes.size() > kMostBytes)
		return Status::BadParameter;
	if ((file->mode & kWrite) == 0)
		return Status::FileNotForWriting;
	const int from = (file->mode & kAppend) != 0 ? SEEK_END : SEEK_CUR;
	const auto size = static_cast<off_t>(bytes.size());
	const off_t start = ::lseek(file->fd.get(), 0, from);
	if (start < 0 || start > kMostFile - size)
		return Status::BadFileWrite;
	const bool is_all = ::write(file->fd.get(), bytes.data(), bytes.size()) == size;
	return is_all ? Status::Ok : Status::BadFileWrite;
}

Reply Files::seek(std::uint32_t handle, std::uint32_t offset, Extension from)
{
	const File *file = handles_.find(handle);
	if (file == nullptr)
		return Status::BadHandle;
	const auto whence = number_of(from);
	if (!whence)
		return Status::BadParameter;
	static_assert(SEEK_SET == 0 && SEEK_CUR == 1 && SEEK_END == 2);
	if (*whence > SEEK_END)
		return Status::BadFileSeek;
	const off_t before = ::lseek(file->fd.get(), 0, SEEK_CUR);
	const off_t after = ::lseek(
		file->fd.get(), static_cast<std::int32_t>(offset), static_cast<int>(*whence));
	if (after < 0)
		return Status::BadFileSeek;
	if (after > INT32_MAX) {
		::lseek(file->fd.get(), before, SEEK_SET);
		return Status::BadFileSeek;
	}
	return Reply::number(after);
}

} // namespace gpiohub::daemon::pigpio
