/* SPDX-License-Identifier: MIT */
/*
 * What is written to standard error while this object lives.
 */
#pragma once

#include <gpiohub/fd.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <string>

namespace gpiohub::daemon
{

class CapturedLog
{
public:
	CapturedLog() : old_(::dup(STDERR_FILENO)), file_(::memfd_create("log", MFD_CLOEXEC))
	{
		::dup2(file_.get(), STDERR_FILENO);
	}
	~CapturedLog() { ::dup2(old_.get(), STDERR_FILENO); }
	CapturedLog(const CapturedLog &) = delete;
	CapturedLog &operator=(const CapturedLog &) = delete;

	std::string text() const
	{
		std::array<char, 65536> text;
		const auto size = ::pread(file_.get(), text.data(), text.size(), 0);
		return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
	}

	/** How often it says so. */
	std::size_t count(const std::string &what) const
	{
		const std::string all = text();
		std::size_t count = 0;
		for (auto at = all.find(what); at != std::string::npos; at = all.find(what, at + 1))
			count++;
		return count;
	}

private:
	UniqueFd old_;
	UniqueFd file_;
};

} // namespace gpiohub::daemon
