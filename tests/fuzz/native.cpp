/* SPDX-License-Identifier: MIT */
/* The daemon's side of the native protocol: a client's stream, in any cut, becomes the
 * same requests, and what goes back is what a client understands. */
#include "fuzz.hpp"

#include "proto/native.hpp"

#include <gpiohub/wire.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <vector>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

/* The answer as it leaves the outbox, and as a client reads it. */
void answer(const Native &native, const Request &request, const Result<Answer> &result)
{
	static const auto kEnds = [] {
		std::array<int, 2> ends{};
		fuzz::must(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0, "no sockets");
		return ends;
	}();
	Outbox out(65'536);
	fuzz::must(native.reply(out, request, result), "no room in an empty outbox");
	const std::size_t size = out.queued();
	fuzz::must(out.flush(kEnds[0]) == Outbox::Flushed::Done, "it was not sent");
	std::vector<std::byte> bytes(size);
	fuzz::must(::recv(kEnds[1], bytes.data(), size, MSG_WAITALL) == static_cast<ssize_t>(size),
		"it did not come");

	const auto header = wire::decode_header(bytes);
	fuzz::must(header.ok() && header->kind == wire::FrameKind::Reply, "no reply");
	const auto record = std::span(bytes).subspan(sizeof(wire::FrameHeader));
	fuzz::must(record.size() == header->count * wire::kRecordSize, "of another length");
	const auto reply = wire::decode_reply(*header, record);
	fuzz::must(reply.ok() && reply->id == request.command.id, "to another command");
	fuzz::must(reply->error == (result ? 0 : result.error().code), "another error");
}

/* However little of it is there: of the same length, and as wrong. */
void cut(const Native &native, std::span<const std::byte> input, std::size_t size,
	const Request &whole)
{
	for (const std::size_t part : {wire::kRecordSize, size / 2, size - 1}) {
		if (part < wire::kRecordSize || part > input.size())
			continue;
		Request request;
		fuzz::must(native.parse(input.first(part), request) == size, "of another length");
		fuzz::must(request.is_fatal == whole.is_fatal, "not as wrong");
		fuzz::must(part >= size || request.payload.empty(), "half a payload");
	}
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	const Native native;
	auto rest = fuzz::bytes_of(data, size);
	for (;;) {
		Request request;
		const std::size_t length = native.parse(rest, request);
		fuzz::must((length == 0) == (rest.size() < wire::kRecordSize), "no length");
		if (length == 0)
			return 0;
		cut(native, rest, length, request);
		if (request.error)
			answer(native, request, *request.error);
		else
			answer(native, request, Answer{1, 2, std::string(length % 100, 'x')});
		if (request.is_fatal || length > rest.size())
			return 0;
		fuzz::must(request.error || request.payload.size() <= length - wire::kRecordSize,
			"a payload that is not there");
		rest = rest.subspan(length);
	}
}
