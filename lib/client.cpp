/* SPDX-License-Identifier: MIT */
/*
 * Sending is blocking and short; receiving goes through one buffer, from which
 * whole frames are taken. What is no reply is kept for next().
 */
#include <gpiohub/client.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace gpiohub
{

namespace
{

constexpr std::size_t kReceiveSize = 65536;

Received to_received(const wire::FrameHeader &header, std::span<const std::byte> records)
{
	Received received = {header.hub, header.kind == wire::FrameKind::HubGone, header.lost, {}};
	received.events.resize(header.count);
	std::copy(records.begin(), records.end(),
		std::as_writable_bytes(std::span(received.events)).begin());
	return received;
}

/* Milliseconds left, rounded up, as poll(2) takes them. */
int remaining(const std::optional<std::chrono::steady_clock::time_point> &deadline)
{
	if (!deadline)
		return -1;
	const auto left = std::chrono::ceil<std::chrono::milliseconds>(
		*deadline - std::chrono::steady_clock::now());
	return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX));
}

} // namespace

Result<Client> Client::connect(const Address &address, Milliseconds timeout, std::string_view token)
{
	auto socket = connect_to(address, timeout);
	if (!socket)
		return std::move(socket).error();
	return adopt(*std::move(socket), timeout, token);
}

Result<Client> Client::adopt(UniqueFd socket, Milliseconds timeout, std::string_view token)
{
	Client client(std::move(socket), timeout);
	auto greeted = client.hello();
	/* Known without it or not: a token may allow more. */
	if (!token.empty() && (greeted || greeted.error().code == ENOKEY)) {
		if (auto presented = client.authenticate(token); !presented)
			return presented.error();
		if (!greeted)
			greeted = client.hello();
	}
	if (!greeted)
		return greeted.error();
	return client;
}

Result<void> Client::authenticate(std::string_view token)
{
	/* Of another length it would not be a command, and end the connection. */
	if (token.size() > wire::kMaxTokenBytes)
		return Error{EKEYREJECTED, "this is no token: it is too long"};
	const auto answer = call(wire::make_command(wire::Op::AUTH, 0, 0, 0, token.size()),
		std::as_bytes(std::span(token)));
	if (!answer)
		return answer.error();
	return {};
}

Result<void> Client::hello()
{
	const auto answer =
		call(wire::make_command(wire::Op::HELLO, 0, wire::kMagic, wire::kVersion));
	if (!answer)
		return answer.error();
	if (answer->reply.value != wire::kVersion)
		return Error{EPROTONOSUPPORT, "the daemon speaks another version"};
	hubs_ = answer->reply.value2;
	return {};
}

Client::Deadline Client::deadline_after(Milliseconds timeout)
{
	if (timeout < Milliseconds::zero())
		return std::nullopt;
	return std::chrono::steady_clock::now() + timeout;
}

Result<void> Client::send(const gpiohub_command &command, std::span<const std::byte> payload)
{
	const auto record = wire::to_bytes(command);
	std::vector<std::byte> bytes(record.begin(), record.end());
	bytes.insert(bytes.end(), payload.begin(), payload.end());
	bytes.resize(wire::padded(bytes.size()));

	for (std::span<const std::byte> rest = bytes; !rest.empty();) {
		const ssize_t sent = ::send(fd(), rest.data(), rest.size(), MSG_NOSIGNAL);
		if (sent >= 0)
			rest = rest.subspan(static_cast<std::size_t>(sent));
		else if (errno == EAGAIN)
			return Error{ETIMEDOUT, "the daemon takes no commands"};
		else if (errno != EINTR)
			return Error{ECONNRESET, "the daemon ended the connection"};
	}
	return {};
}

/* As recv(2), into the buffer; a file that comes along is kept, one at a time. */
ssize_t Client::receive()
{
	const std::size_t old = buffer_.size();
	buffer_.resize(old + kReceiveSize);
	iovec part = {&buffer_[old], kReceiveSize};
	alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control;
	msghdr message = {};
	message.msg_iov = &part;
	message.msg_iovlen = 1;
	message.msg_control = control.data();
	message.msg_controllen = control.size();
	const ssize_t got = ::recvmsg(fd(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	buffer_.resize(old + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));

	const cmsghdr *rights = got > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
	if (rights != nullptr && rights->cmsg_level == SOL_SOCKET &&
		rights->cmsg_type == SCM_RIGHTS && rights->cmsg_len == CMSG_LEN(sizeof(int))) {
		int file = -1;
		std::memcpy(&file, CMSG_DATA(rights), sizeof(file));
		file_ = UniqueFd(file);
	}
	return got;
}

/* Waits until so many bytes are in the buffer; false: not before the deadline. */
Result<bool> Client::fill(std::size_t bytes, const Deadline &deadline)
{
	while (buffer_.size() - begin_ < bytes) {
		pollfd readable = {fd(), POLLIN, 0};
		const int ready = ::poll(&readable, 1, remaining(deadline));
		if (ready < 0 && errno != EINTR)
			return system_error(errno, "poll");
		if (ready == 0)
			return false;
		if (ready < 0)
			continue;

		buffer_.erase(
			buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
		begin_ = 0;
		const ssize_t got = receive();
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return Error{ECONNRESET, "the daemon ended the connection"};
	}
	return true;
}

Result<std::optional<Client::Frame>> Client::take_frame(const Deadline &deadline)
{
	const auto begun = fill(sizeof(wire::FrameHeader), deadline);
	if (!begun)
		return begun.error();
	if (!*begun)
		return std::optional<Frame>();
	const auto header = wire::decode_header(std::span(buffer_).subspan(begin_));
	if (!header)
		return header.error();

	const std::size_t size = header->count * wire::kRecordSize;
	const auto complete = fill(sizeof(wire::FrameHeader) + size, deadline);
	if (!complete)
		return complete.error();
	if (!*complete)
		return std::optional<Frame>();
	const std::size_t records = begin_ + sizeof(wire::FrameHeader);
	begin_ = records + size;
	return std::optional(Frame{*header, std::span(buffer_).subspan(records, size)});
}

Result<std::optional<Received>> Client::next(Milliseconds timeout)
{
	if (!waiting_.empty()) {
		std::optional<Received> first(std::move(waiting_.front()));
		waiting_.pop_front();
		kept_ -= first->events.size();
		return first;
	}
	const auto frame = take_frame(deadline_after(timeout));
	if (!frame)
		return frame.error();
	if (!frame->has_value())
		return std::optional<Received>();
	if ((*frame)->header.kind == wire::FrameKind::Reply)
		return Error{EPROTO, "the daemon sent a reply that nobody waits for"};
	return std::optional(to_received((*frame)->header, (*frame)->records));
}

namespace
{

/* What the daemon says is wrong. */
Error error_of(const Answer &answer)
{
	std::string text(
		reinterpret_cast<const char *>(answer.payload.data()), answer.payload.size());
	if (text.empty())
		return system_error(answer.reply.error, "the daemon", answer.reply.line);
	return {answer.reply.error, std::move(text), answer.reply.line};
}

} // namespace

std::uint32_t Client::next_id() noexcept
{
	/* 0 is nobody's. */
	if (++last_id_ == 0)
		++last_id_;
	return last_id_;
}

Result<Answer> Client::call(gpiohub_command command, std::span<const std::byte> payload)
{
	if (command.id == 0)
		command.id = next_id();
	auto answer = exchange(command, payload, deadline_after(timeout_));
	if (answer && answer->reply.error != 0)
		return error_of(*answer);
	return answer;
}

Result<Answer> Client::exchange(const gpiohub_command &command, std::span<const std::byte> payload,
	const Deadline &deadline)
{
	const auto sent = send(command, payload);
	if (!sent)
		return sent.error();
	for (;;) {
		const auto frame = take_frame(deadline);
		if (!frame)
			return frame.error();
		if (!frame->has_value())
			return Error{ETIMEDOUT, "the daemon does not answer"};
		if ((*frame)->header.kind == wire::FrameKind::Reply)
			return take_answer(command, **frame);
		keep(to_received((*frame)->header, (*frame)->records));
	}
}

void Client::keep(Received received)
{
	kept_ += received.events.size();
	waiting_.push_back(std::move(received));
	while (kept_ > kMostKept)
		lose_oldest();
}

/* Who waits for long and reads no events loses them, as he would at the daemon. */
void Client::lose_oldest()
{
	const auto oldest = std::find_if(waiting_.begin(), waiting_.end(),
		[](const Received &each) { return !each.events.empty(); });
	kept_ -= oldest->events.size();
	oldest->lost += oldest->events.size();
	oldest->events = {};
	const auto next = std::find_if(oldest + 1, waiting_.end(),
		[&](const Received &each) { return each.hub == oldest->hub; });
	if (next == waiting_.end() || next->gone)
		return;
	next->lost += oldest->lost;
	waiting_.erase(oldest);
}

Result<Answer> Client::take_answer(const gpiohub_command &command, const Frame &frame)
{
	const auto reply = wire::decode_reply(frame.header, frame.records);
	if (!reply)
		return reply.error();
	if (reply->id != command.id || reply->op != command.op)
		return Error{EPROTO, "the daemon answered another command"};

	const auto payload = frame.records.subspan(sizeof(wire::Reply), reply->size);
	return Answer{*reply, {payload.begin(), payload.end()}};
}

namespace
{

Result<void> done(const Result<Answer> &answer)
{
	if (!answer)
		return answer.error();
	return {};
}

Result<std::uint64_t> value(const Result<Answer> &answer)
{
	if (!answer)
		return answer.error();
	return answer->reply.value;
}

template <class T>
Result<T> payload(const Result<Answer> &answer)
{
	if (!answer)
		return answer.error();
	if (answer->payload.size() != sizeof(T))
		return Error{EPROTO, "the daemon sent a payload of another size"};
	return wire::from_bytes<T>(answer->payload);
}

} // namespace

Result<gpiohub_info> Client::info(std::uint8_t hub)
{
	return payload<gpiohub_info>(call(wire::make_command(wire::Op::INFO, hub)));
}

Result<wire::LineInfo> Client::line_info(std::uint8_t hub, std::uint8_t line)
{
	gpiohub_command command = wire::make_command(wire::Op::LINE_INFO, hub);
	command.line = line;
	return payload<wire::LineInfo>(call(command));
}

Result<std::uint64_t> Client::get(std::uint8_t hub, std::uint64_t lines)
{
	return value(call(wire::make_command(wire::Op::GET, hub, lines)));
}

Result<void> Client::set(std::uint8_t hub, std::uint64_t lines, std::uint64_t levels)
{
	return done(call(wire::make_command(wire::Op::SET, hub, lines, levels)));
}

Result<void> Client::claim(std::uint8_t hub, std::uint64_t lines, const Guard &guard)
{
	const std::uint64_t packed = static_cast<std::uint64_t>(guard.kind) |
		static_cast<std::uint64_t>(guard.heartbeat_us) << 32;
	return done(call(wire::make_command(wire::Op::CLAIM, hub, lines, packed, guard.levels)));
}

Result<void> Client::kick(std::uint8_t hub)
{
	return done(call(wire::make_command(wire::Op::KICK, hub)));
}

Result<void> Client::release(std::uint8_t hub, std::uint64_t lines)
{
	return done(call(wire::make_command(wire::Op::RELEASE, hub, lines)));
}

Result<void> Client::configure(std::uint8_t hub, std::uint64_t lines, const LineConfig &config)
{
	const std::uint64_t packed = wire::pack_config(static_cast<std::uint8_t>(config.direction),
		static_cast<std::uint8_t>(config.bias), static_cast<std::uint8_t>(config.drive),
		config.debounce_us, static_cast<std::uint8_t>(config.wake));
	return done(
		call(wire::make_command(wire::Op::CONFIGURE, hub, lines, config.levels, packed)));
}

Result<void> Client::message(std::uint8_t hub, std::string_view text)
{
	/* Of another length it would not be a command, and end the connection. */
	if (text.empty() || text.size() > GPIOHUB_MAX_MESSAGE)
		return Error{text.empty() ? EINVAL : EMSGSIZE,
			"a message has 1 to " + std::to_string(GPIOHUB_MAX_MESSAGE) + " bytes"};
	return done(call(wire::make_command(wire::Op::MESSAGE, hub, 0, 0, text.size()),
		std::as_bytes(std::span(text))));
}

Result<std::optional<Happened>> Client::wait(std::uint8_t hub, std::uint64_t lines,
	std::uint32_t kinds, std::uint32_t count, std::chrono::nanoseconds timeout)
{
	gpiohub_command command = wire::make_command(wire::Op::WAIT, hub, lines,
		wire::pack_wait(kinds, count), static_cast<std::uint64_t>(timeout.count()));
	command.id = next_id();
	Deadline deadline = deadline_after(timeout_);
	/* As far as the clock goes: a century is for ever. */
	if (deadline && timeout.count() != 0 && timeout <= Deadline::value_type::max() - *deadline)
		*deadline += timeout;
	else
		deadline.reset();

	const auto answer = exchange(command, {}, deadline);
	if (!answer)
		return answer.error();
	if (answer->reply.error == ETIMEDOUT)
		return std::optional<Happened>();
	if (answer->reply.error != 0)
		return error_of(*answer);
	return std::optional(Happened{answer->reply.value, answer->reply.value2});
}

Result<std::uint32_t> Client::play(
	std::uint8_t hub, const Pattern &pattern, const PlayOptions &options)
{
	if (pattern.steps.empty() || pattern.steps.size() > GPIOHUB_MAX_STEPS)
		return Error{EINVAL,
			"a pattern has 1 to " + std::to_string(GPIOHUB_MAX_STEPS) + " steps"};
	const auto head = wire::to_bytes(make_play(pattern, options));
	const auto steps = std::as_bytes(std::span(pattern.steps));
	std::vector<std::byte> payload(head.begin(), head.end());
	payload.insert(payload.end(), steps.begin(), steps.end());

	gpiohub_command command = wire::make_command(wire::Op::PLAY, hub, 0, 0, payload.size());
	command.id = next_id();
	if (const auto played = done(call(command, payload)); !played)
		return played.error();
	return command.id;
}

Result<void> Client::cancel(std::uint8_t hub, std::uint32_t id, std::uint32_t flags)
{
	return done(
		call(wire::make_command(wire::Op::CANCEL, hub, 0, wire::pack_cancel(id, flags))));
}

Result<std::uint32_t> Client::add_rule(std::uint8_t hub, const gpiohub_rule &rule)
{
	gpiohub_command command =
		wire::make_command(wire::Op::RULE_ADD, hub, 0, 0, sizeof(gpiohub_rule));
	command.id = rule.id != 0 ? rule.id : next_id();
	if (const auto added = done(call(command, wire::to_bytes(rule))); !added)
		return added.error();
	return command.id;
}

Result<void> Client::delete_rule(std::uint8_t hub, std::uint32_t id)
{
	return done(call(wire::make_command(wire::Op::RULE_DEL, hub, 0, id)));
}

Result<Device> Client::open(std::uint8_t hub)
{
	const auto answer = call(wire::make_command(wire::Op::OPEN, hub));
	if (!answer)
		return answer.error();
	if (!file_)
		return Error{EPROTO, "the daemon handed over no file"};
	return Device::adopt(std::move(file_), "/dev/gpiohub" + std::to_string(hub));
}

Result<std::string> Client::stats()
{
	const auto answer = call(wire::make_command(wire::Op::STATS, 0));
	if (!answer)
		return answer.error();
	return std::string(
		reinterpret_cast<const char *>(answer->payload.data()), answer->payload.size());
}

Result<void> Client::ping()
{
	return done(call(wire::make_command(wire::Op::PING, 0)));
}

Result<std::uint64_t> Client::subscribe(std::uint8_t hub, std::uint64_t lines, std::uint32_t kinds,
	std::uint64_t from, std::uint32_t flags)
{
	return value(call(wire::make_command(
		wire::Op::SUBSCRIBE, hub, lines, wire::pack_subscription(kinds, flags), from)));
}

Result<void> Client::filter(std::uint8_t hub, std::uint64_t lines, const EdgeFilter &filter)
{
	const gpiohub_command command = wire::make_filter(hub, lines, filter);
	if (wire::filter_of(command) != filter)
		return Error{EINVAL,
			"cannot filter: times are whole microseconds, 4294 seconds at most"};
	return done(call(command));
}

} // namespace gpiohub
