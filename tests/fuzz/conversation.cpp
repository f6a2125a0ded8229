/* SPDX-License-Identifier: MIT */
#include "conversation.hpp"

#include "fuzz.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace gpiohub::fuzz
{

namespace
{

bool is_wait(const gpiohub_command &command)
{
	return command.op == static_cast<std::uint8_t>(wire::Op::WAIT);
}

/* After these the daemon may hang up. */
bool ends_connection(int error)
{
	return error == EPROTO || error == EPROTONOSUPPORT || error == EUSERS || error == ENOKEY ||
		error == EKEYREJECTED;
}

} // namespace

void Conversation::send(std::span<const std::byte> bytes)
{
	if (is_finished_ || is_over_)
		return;
	unsent_.append(reinterpret_cast<const char *>(bytes.data()), bytes.size());
	flush();
}

void Conversation::send_command(const gpiohub_command &command)
{
	send(wire::to_bytes(command));
}

void Conversation::flush()
{
	while (!unsent_.empty() && !is_over_) {
		const ssize_t sent = ::send(
			socket_.get(), unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent <= 0) {
			/* Nobody takes any more; what was said before may still be there. */
			if (errno != EAGAIN)
				unsent_.clear();
			is_finished_ |= errno != EAGAIN;
			return;
		}
		const auto size = static_cast<std::size_t>(sent);
		note(std::as_bytes(std::span(unsent_)).first(size));
		unsent_.erase(0, size);
	}
	if (is_finished_ && unsent_.empty())
		::shutdown(socket_.get(), SHUT_WR);
}

/* Which commands are in what was sent. */
void Conversation::note(std::span<const std::byte> sent)
{
	while (!sent.empty() && !is_lost_) {
		if (payload_ > 0) {
			const std::size_t some = std::min(payload_, sent.size());
			payload_ -= some;
			sent = sent.subspan(some);
			continue;
		}
		const std::size_t some = std::min(wire::kRecordSize - command_.size(), sent.size());
		command_.insert(command_.end(), sent.begin(),
			sent.begin() + static_cast<std::ptrdiff_t>(some));
		sent = sent.subspan(some);
		if (command_.size() < wire::kRecordSize)
			continue;
		const auto command = wire::from_bytes<gpiohub_command>(command_);
		command_.clear();
		asked_.push_back(command);
		const auto payload = wire::payload_size(command);
		is_lost_ = !payload;
		is_at_fault_ |= is_lost_;
		payload_ = payload.value_or(0);
		/* It may ask to be cut off. */
		if (command.op == static_cast<std::uint8_t>(wire::Op::SUBSCRIBE))
			is_at_fault_ |= command.value >> 32 != 0;
	}
}

void Conversation::finish()
{
	is_finished_ = true;
	flush();
	/* Half a command is none. */
	if (payload_ > 0)
		is_at_fault_ = true;
}

bool Conversation::drain()
{
	bool has_come = false;
	std::array<std::byte, 65536> part;
	while (!is_over_) {
		const ssize_t got = ::recv(socket_.get(), part.data(), part.size(), MSG_DONTWAIT);
		if (got < 0 && errno == EAGAIN)
			break;
		is_over_ = got <= 0;
		has_come = true;
		if (got > 0)
			received_.insert(received_.end(), part.begin(), part.begin() + got);
	}
	take_frames();
	flush();
	return has_come;
}

void Conversation::take_frames()
{
	std::span<const std::byte> rest(received_);
	while (rest.size() >= sizeof(wire::FrameHeader)) {
		const auto header = wire::decode_header(rest);
		must(header.ok(), "what no daemon sends");
		const std::size_t size =
			sizeof(wire::FrameHeader) + header->count * wire::kRecordSize;
		if (rest.size() < size)
			break;
		const auto records = rest.subspan(sizeof(wire::FrameHeader));
		if (header->kind == wire::FrameKind::Events)
			positions_ += header->count + header->lost;
		if (header->kind == wire::FrameKind::Reply) {
			const auto reply = wire::decode_reply(*header, records);
			must(reply.ok(), "a reply that does not fit its frame");
			take_reply(*reply);
		}
		rest = rest.subspan(size);
	}
	received_.erase(received_.begin(),
		received_.begin() + static_cast<std::ptrdiff_t>(received_.size() - rest.size()));
}

void Conversation::take_reply(const wire::Reply &reply)
{
	const auto is_its = [&](const gpiohub_command &command) {
		return command.op == reply.op && command.id == reply.id &&
			command.flags == reply.flags;
	};
	const auto first =
		std::find_if(asked_.begin(), asked_.end(), [&](const gpiohub_command &command) {
			return is_its(command) || !is_wait(command);
		});
	must(first != asked_.end() && is_its(*first), "an answer to nothing, or out of order");
	asked_.erase(first);
	must(reply.error >= 0, "an error that is no errno");
	is_at_fault_ |= ends_connection(reply.error);
}

} // namespace gpiohub::fuzz
