/* SPDX-License-Identifier: MIT */
/*
 * A value, or what went wrong. The library, the daemon and the command line
 * return these instead of throwing; ignoring one does not compile.
 */
#pragma once

#include <linux/gpiohub.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace gpiohub
{

/**
 * What went wrong.
 *
 * code: a positive errno, the kernel's own where a call failed
 * what: for people, without the trailing full stop
 * line: the line of the hub that it is about, or GPIOHUB_NO_LINE
 */
struct Error {
	int code = 0;
	std::string what;
	std::uint8_t line = GPIOHUB_NO_LINE;
};

/** The error of a failed system call: "what: text of the errno". */
Error system_error(int code, const std::string &what, std::uint8_t line = GPIOHUB_NO_LINE);

/** A T or an Error. Looking at the one that is not there aborts. */
template <class T = void>
class [[nodiscard]] Result
{
public:
	Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
	Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

	bool ok() const noexcept { return state_.index() == 0; }
	explicit operator bool() const noexcept { return ok(); }

	T &value() & { return pointer_or_abort(std::get_if<0>(&state_)); }
	const T &value() const & { return pointer_or_abort(std::get_if<0>(&state_)); }
	T &&value() && { return std::move(pointer_or_abort(std::get_if<0>(&state_))); }
	T *operator->() { return &value(); }
	const T *operator->() const { return &value(); }
	T &operator*() & { return value(); }
	const T &operator*() const & { return value(); }
	T &&operator*() && { return std::move(*this).value(); }

	const Error &error() const & { return pointer_or_abort(std::get_if<1>(&state_)); }
	Error &&error() && { return std::move(pointer_or_abort(std::get_if<1>(&state_))); }

private:
	template <class P>
	static P &pointer_or_abort(P *pointer)
	{
		if (pointer == nullptr)
			std::abort();
		return *pointer;
	}

	std::variant<T, Error> state_;
};

/** Done, or an Error: `return {};` says done. */
template <>
class [[nodiscard]] Result<void>
{
public:
	Result() = default;
	Result(Error error) : error_(std::move(error)) {}

	bool ok() const noexcept { return !error_.has_value(); }
	explicit operator bool() const noexcept { return ok(); }

	const Error &error() const &
	{
		if (!error_.has_value())
			std::abort();
		return *error_;
	}

private:
	std::optional<Error> error_;
};

} // namespace gpiohub
