/* SPDX-License-Identifier: MIT */
/*
 * A client of the native protocol that a test drives record by record. It waits
 * by calling `wait`: for the loop of the same thread to turn, or for its socket.
 */
#pragma once

#include <gpiohub/fd.hpp>
#include <gpiohub/wire.hpp>

#include <catch2/catch.hpp>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace gpiohub::daemon
{

struct Frame {
	wire::FrameHeader header{};
	std::vector<gpiohub_event> events;
	wire::Reply reply{};
	std::string payload;
};

class TestClient
{
public:
	TestClient(UniqueFd socket, std::function<void()> wait)
		: socket_(std::move(socket)),
		  wait_(std::move(wait))
	{
	}

	/** For a loop in another thread: waits for the socket, 10 s at most. */
	explicit TestClient(UniqueFd socket) : socket_(std::move(socket))
	{
		wait_ = [fd = socket_.get()] {
			pollfd poll{fd, POLLIN, 0};
			if (::poll(&poll, 1, 10'000) != 1)
				throw std::runtime_error("the daemon is silent");
		};
	}

	int fd() const { return socket_.get(); }
	void close() { socket_.reset(); }

	void send_bytes(std::string_view bytes)
	{
		while (!bytes.empty()) {
			const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(),
				MSG_NOSIGNAL | MSG_DONTWAIT);
			if (sent > 0)
				bytes.remove_prefix(static_cast<std::size_t>(sent));
			else if (errno == EAGAIN)
				wait_();
			else
				throw std::runtime_error("the daemon hung up");
		}
	}

	void send(const gpiohub_command &command, std::string payload = {})
	{
		send_bytes(encode(command, std::move(payload)));
	}

	/** The first `first` bytes, and the rest when these were looked at. */
	void send_in_parts(const gpiohub_command &command, std::string payload, std::size_t first)
	{
		const std::string all = encode(command, std::move(payload));
		send_bytes(all.substr(0, first));
		wait_();
		send_bytes(all.substr(first));
	}

	/** The reply to the oldest command that has none; keeps events apart. */
	Frame reply()
	{
		for (;;) {
			Frame frame = receive();
			if (frame.header.kind == wire::FrameKind::Reply) {
				last_id_answered_++;
				CHECK(frame.reply.id == last_id_answered_);
				return frame;
			}
			others_.push_back(std::move(frame));
		}
	}

	Frame call(const gpiohub_command &command, std::string payload = {})
	{
		send(command, std::move(payload));
		return reply();
	}

	Frame hello()
	{
		return call(wire::make_command(wire::Op::HELLO, 0, wire::kMagic, wire::kVersion));
	}

	Frame subscribe(std::uint64_t lines, std::uint32_t kinds = GPIOHUB_KINDS_ALL,
		std::uint64_t first = wire::kFromNow, unsigned hub = 0)
	{
		return call(wire::make_command(
			wire::Op::SUBSCRIBE, static_cast<std::uint8_t>(hub), lines, kinds, first));
	}

	/** The next frame that is no reply. */
	Frame next()
	{
		if (others_.empty())
			return receive();
		Frame frame = std::move(others_.front());
		others_.pop_front();
		return frame;
	}

	/** Events and losses until that many positions were passed. */
	std::pair<std::vector<gpiohub_event>, std::uint64_t> collect(std::uint64_t positions)
	{
		std::vector<gpiohub_event> events;
		std::uint64_t lost = 0;
		while (events.size() + lost < positions) {
			const Frame frame = next();
			lost += frame.header.lost;
			events.insert(events.end(), frame.events.begin(), frame.events.end());
		}
		return {std::move(events), lost};
	}

	/** Waits until the daemon hangs up; what came before is thrown away. */
	bool is_hung_up()
	{
		std::array<char, 4096> ignored;
		for (;;) {
			const auto got =
				::recv(socket_.get(), ignored.data(), ignored.size(), MSG_DONTWAIT);
			if (got == 0 || (got < 0 && errno == ECONNRESET))
				return true;
			if (got < 0)
				wait_();
		}
	}

private:
	std::string encode(gpiohub_command command, std::string payload)
	{
		command.id = ++last_id_;
		payload.resize(wire::padded(payload.size()));
		const auto bytes = wire::to_bytes(command);
		return std::string(reinterpret_cast<const char *>(bytes.data()), bytes.size()) +
			payload;
	}

	void fill(std::size_t size)
	{
		while (input_.size() < size) {
			std::array<char, 65536> part;
			const auto got =
				::recv(socket_.get(), part.data(), part.size(), MSG_DONTWAIT);
			if (got > 0)
				input_.append(part.data(), static_cast<std::size_t>(got));
			else if (got < 0 && errno == EAGAIN)
				wait_();
			else
				throw std::runtime_error("the daemon hung up");
		}
	}

	template <class T>
	T take()
	{
		fill(sizeof(T));
		const T value = wire::from_bytes<T>(std::as_bytes(std::span(input_)));
		input_.erase(0, sizeof(T));
		return value;
	}

	Frame receive()
	{
		Frame frame;
		fill(sizeof(wire::FrameHeader));
		const auto header = wire::decode_header(std::as_bytes(std::span(input_)));
		if (!header)
			throw std::runtime_error(header.error().what);
		frame.header = take<wire::FrameHeader>();
		if (frame.header.kind == wire::FrameKind::Events) {
			for (std::uint32_t i = 0; i < frame.header.count; i++)
				frame.events.push_back(take<gpiohub_event>());
		} else if (frame.header.kind == wire::FrameKind::Reply) {
			frame.reply = take<wire::Reply>();
			const std::size_t size = (frame.header.count - 1) * wire::kRecordSize;
			fill(size);
			frame.payload = input_.substr(0, frame.reply.size);
			input_.erase(0, size);
		}
		return frame;
	}

	UniqueFd socket_;
	std::function<void()> wait_;
	std::string input_;
	std::deque<Frame> others_;
	std::uint32_t last_id_ = 0;
	std::uint32_t last_id_answered_ = 0;
};

/** Both ends of a stream connection, non-blocking. */
inline std::pair<UniqueFd, UniqueFd> connection()
{
	std::array<int, 2> pair{};
	if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) < 0)
		throw std::runtime_error("socketpair");
	return {UniqueFd(pair[0]), UniqueFd(pair[1])};
}

} // namespace gpiohub::daemon
