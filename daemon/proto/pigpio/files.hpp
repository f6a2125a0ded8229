/* SPDX-License-Identifier: MIT */
/*
 * pigpio's file commands, for the files of one directory, if one is configured: nothing above
 * it, nothing behind a symbolic link, and regular files only, so that opening one neither waits
 * nor does anything. Who may write there should not be who the daemon's clients are not to be.
 *
 * A command waits for the disk, for 64 KiB at most. Loop thread.
 */
#pragma once

#include "extension.hpp"
#include "handles.hpp"
#include "wire.hpp"

#include <gpiohub/fd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpiohub::daemon::pigpio
{

/** A file's or pattern's name: `*` any characters, `?` one, a leading dot only by itself. In
 * time that does not explode, whatever the pattern. */
bool matches(std::string_view pattern, std::string_view name) noexcept;

/**
 * A method per command: its number, and what p1, p2 and the extension are. A name is that of
 * a file in the directory, or the directory's own, a slash and that.
 */
class Files
{
public:
	static constexpr std::size_t kMostHandles = 16;
	/** Of a command. */
	static constexpr std::size_t kMostBytes = 65'535;
	/** A file is not made bigger, by clients. */
	static constexpr std::int64_t kMostFile = 64 << 20;
	/** Of a directory's entries so many are looked at, and clients make no more. */
	static constexpr std::size_t kMostEntries = 1000;

	/** `directory`: absolute, or "", which is none. The caller must outlive it. */
	explicit Files(const Caller &caller, std::string directory = {});

	/**
	 * FO 104 (mode, _; name) -> handle. 1 to read, 2 to write, 3 both; and 4 append, 8
	 * make it if it is not there, 16 empty it, which is writing. NoFileAccess: not in the
	 * directory, or no regular file. BadFileMode; FileIsDirectory; FileOpenFailed.
	 */
	Reply open(std::uint32_t mode, std::uint32_t, Extension name);
	/** FC 105 (handle) */
	Reply close(std::uint32_t handle, std::uint32_t, Extension);
	/** FR 106 (handle, most) -> bytes, none at the end. FileNotForReading, BadFileRead */
	Reply read(std::uint32_t handle, std::uint32_t most, Extension);
	/** FW 107 (handle; bytes). FileNotForWriting; BadFileWrite: as well if it grew too big. */
	Reply write(std::uint32_t handle, std::uint32_t, Extension bytes);
	/** FS 108 (handle, i32 offset; u32 from: 0 start, 1 here, 2 end) -> position. BadFileSeek:
	 * as well if it were above 2^31 - 1. */
	Reply seek(std::uint32_t handle, std::uint32_t offset, Extension from);
	/**
	 * FL 109 (most bytes, _; pattern) -> names of regular files, as the pattern has them,
	 * each and a line's end. NoFileAccess: not of the directory itself. NoFileMatch
	 */
	Reply list(std::uint32_t most, std::uint32_t, Extension pattern);

	std::vector<HandleInfo> handles() const { return handles_.list(); }

private:
	struct File {
		UniqueFd fd;
		std::uint32_t mode;
	};

	std::optional<std::string> inside(const std::string &name) const;
	UniqueFd open_directory(int flags) const;

	std::string directory_;
	Handles<File> handles_;
};

} // namespace gpiohub::daemon::pigpio
