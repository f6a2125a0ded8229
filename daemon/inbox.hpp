/* SPDX-License-Identifier: MIT */
/*
 * The bytes that a client sent and that were not taken yet. Small, but for as long
 * as one long request is on its way: then it grows as its bytes arrive, out of what
 * all clients share, and becomes small again after it.
 */
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace gpiohub::daemon
{

class Inbox
{
public:
	/** Bytes that every client may have there. */
	static constexpr std::size_t kSmall = 4096;

	/** What all clients' inboxes may have beyond that. */
	struct Budget {
		std::size_t left = std::size_t{32} * 1024 * 1024;
	};

	explicit Inbox(Budget &budget) : budget_(budget) {}
	Inbox(const Inbox &) = delete;
	Inbox &operator=(const Inbox &) = delete;
	~Inbox() { budget_.left += capacity_ - kSmall; }

	/** More: something came. Nothing: there is nothing, or no room. End: nothing will
	 * come any more. Broken: the connection is. */
	enum class Received { More, Nothing, End, Broken };
	/** Receives what the socket has and there is room for, without waiting. */
	Received receive(int socket);

	/** What is there. */
	std::span<const std::byte> bytes() const noexcept
	{
		return {bytes_.get() + begin_, end_ - begin_};
	}
	bool empty() const noexcept { return begin_ == end_; }
	/** Whether it has some of what all clients share. */
	bool is_grown() const noexcept { return capacity_ > kSmall; }

	/** The first `size` of bytes() are done with; they stay where they are until the
	 * next call of one of the below. */
	void take(std::size_t size) noexcept { begin_ += size; }

	/** After requests were taken: makes room for what comes next. */
	void tidy()
	{
		if (empty() && !is_grown())
			clear();
		else if (begin_ > 0 || is_grown())
			move_to_front();
	}
	/**
	 * The request at the front has so many bytes, which are not all there: makes room
	 * for more of them. False: the others have it all, nothing was done.
	 */
	[[nodiscard]] bool expect(std::size_t size);
	/** Forgets so many bytes, also those that are still to come. */
	void skip(std::size_t size);
	/** Forgets what is there. */
	void clear() noexcept { begin_ = end_ = 0; }

private:
	void move_to_front();
	void resize(std::size_t capacity);

	Budget &budget_;
	std::size_t capacity_ = kSmall;
	std::unique_ptr<std::byte[]> bytes_ = std::make_unique_for_overwrite<std::byte[]>(kSmall);
	std::size_t begin_ = 0; /* what is there is from here ... */
	std::size_t end_ = 0;   /* ... to here */
	std::size_t skip_ = 0;  /* of what is still to come */
};

} // namespace gpiohub::daemon
