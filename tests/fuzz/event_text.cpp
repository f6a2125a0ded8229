/* SPDX-License-Identifier: MIT */
/* Events as text: whatever a daemon sends, lines of JSON are JSON, and what people see
 * does nothing to their terminals. */
#include "fuzz.hpp"

#include "event_text.hpp"

#include <gpiohub/wire.hpp>

#include <nlohmann/json.hpp>

using namespace gpiohub;

namespace
{

std::string text(cli::Style style, const std::vector<Received> &frames)
{
	cli::EventText events(style, cli::Names{});
	std::string out;
	for (const Received &frame : frames)
		events.append(out, frame, 10'000);
	return out;
}

/* A frame: hub and how much was lost, how many records, these. */
std::vector<Received> frames_of(fuzz::Input input)
{
	std::vector<Received> frames;
	while (!input.empty()) {
		Received frame;
		const std::uint8_t hub = input.byte();
		frame.hub = hub & 63;
		frame.gone = hub >= 0xc0;
		frame.lost = input.byte();
		for (std::size_t count = input.byte() % 16; count > 0; count--) {
			const auto record = input.take(wire::kRecordSize);
			if (record.size() == wire::kRecordSize)
				frame.events.push_back(
					wire::from_bytes<gpiohub_event>(std::as_bytes(record)));
		}
		frames.push_back(std::move(frame));
	}
	return frames;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	const auto frames = frames_of(fuzz::Input(data, size));
	for (const char byte : text(cli::Style::Human, frames))
		fuzz::must(byte == '\n' || (byte & ~0x1f) != 0, "a control character");
	(void)text(cli::Style::Raw, frames);
	std::string lines = text(cli::Style::Json, frames);
	while (!lines.empty()) {
		const auto end = lines.find('\n');
		fuzz::must(end != std::string::npos, "half a line");
		fuzz::must(nlohmann::json::accept(
				   lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(end)),
			"a line that is not JSON");
		lines.erase(0, end + 1);
	}
	return 0;
}
