/* SPDX-License-Identifier: MIT */
/* The protocol's records: a stream from a daemon as a client takes it apart, and each 32
 * bytes as the command that they may be. */
#include "fuzz.hpp"

#include <gpiohub/wire.hpp>

using namespace gpiohub;

namespace
{

void take_frames(std::span<const std::byte> rest)
{
	while (rest.size() >= sizeof(wire::FrameHeader)) {
		const auto header = wire::decode_header(rest);
		if (!header)
			return;
		fuzz::must(header->count <= wire::kMaxFrameRecords, "a frame that is too long");
		rest = rest.subspan(sizeof(wire::FrameHeader));
		const std::size_t size = header->count * wire::kRecordSize;
		if (rest.size() < size)
			return;
		if (header->kind == wire::FrameKind::Reply) {
			const auto reply = wire::decode_reply(*header, rest);
			if (!reply)
				return;
			fuzz::must(wire::kRecordSize + wire::padded(reply->size) == size,
				"a payload that is not there");
		}
		rest = rest.subspan(size);
	}
}

void look_at(const gpiohub_command &command)
{
	const auto payload = wire::payload_size(command);
	fuzz::must(!payload || *payload <= wire::kMaxPlayBytes, "a payload without a bound");
	fuzz::must(!payload || *payload % wire::kRecordSize == 0, "a payload that is not padded");
	if (wire::check_command(command) != 0)
		return;
	fuzz::must(payload.has_value(), "well formed, but of no length");
	if (command.op != static_cast<std::uint8_t>(wire::Op::FILTER))
		return;
	const EdgeFilter filter = wire::filter_of(command);
	const auto same = wire::make_filter(wire::hub_of(command.flags), command.mask, filter);
	fuzz::must(same.value == command.value && same.arg == command.arg,
		"a filter that is another one");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	const auto input = fuzz::bytes_of(data, size);
	take_frames(input);
	for (auto rest = input; rest.size() >= wire::kRecordSize;
		rest = rest.subspan(wire::kRecordSize))
		look_at(wire::from_bytes<gpiohub_command>(rest));
	return 0;
}
