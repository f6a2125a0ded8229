/* SPDX-License-Identifier: MIT */
/* A chain of filters: what comes out came in, a line's edges in their order, and no more of it
 * than a chain can hold. */
#include "fuzz.hpp"

#include <gpiohub/filter_chain.hpp>
#include <gpiohub/wire.hpp>

#include <array>
#include <vector>

using namespace gpiohub;

namespace
{

class Chain
{
public:
	void set(fuzz::Input &input)
	{
		const auto record = input.take(wire::kRecordSize);
		if (record.size() < wire::kRecordSize)
			return;
		const auto command = wire::from_bytes<gpiohub_command>(std::as_bytes(record));
		chain_.set(command.mask, wire::filter_of(command));
	}

	void push(fuzz::Input &input)
	{
		gpiohub_event event{};
		event.type = input.byte() % 16;
		event.line = input.byte() % 65;
		event.levels = input.byte() * std::uint64_t{0x0101010101010101};
		now_ += std::uint64_t{input.number()} * 1000;
		event.time_ns = now_;
		event.seq = seq_++;
		chain_.push(event, out_);
		look(1 + FilterChain::kMostHeld);
	}

	void advance(fuzz::Input &input)
	{
		now_ += std::uint64_t{input.number()} * 10'000;
		chain_.advance(now_, out_);
		look(FilterChain::kMostHeld);
		fuzz::must(chain_.due() > now_, "something is still due");
	}

	void lose(fuzz::Input &input)
	{
		seq_ += input.byte();
		chain_.lost();
	}

	void select(fuzz::Input &input)
	{
		const std::uint8_t lines = input.byte();
		chain_.select(lines * std::uint64_t{0x0101010101010101}, input.number());
		last_.fill(0);
	}

private:
	void look(std::size_t most)
	{
		fuzz::must(out_.size() <= most, "more than it can hold");
		for (const gpiohub_event &event : out_) {
			fuzz::must(event.seq < seq_, "what never came");
			fuzz::must(chain_.wanted().wants(event), "what nobody wants");
			const bool is_edge = event.type == GPIOHUB_EVENT_RISING ||
				event.type == GPIOHUB_EVENT_FALLING;
			if (!is_edge || event.line >= GPIOHUB_MAX_LINES)
				continue;
			fuzz::must(event.seq + 1 > last_[event.line], "out of order");
			last_[event.line] = event.seq + 1;
		}
		out_.clear();
	}

	FilterChain chain_;
	std::vector<gpiohub_event> out_;
	std::uint64_t now_ = 1'000'000'000;
	std::uint64_t seq_ = 0;
	std::array<std::uint64_t, GPIOHUB_MAX_LINES> last_{}; /* by line: after the last one */
};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	fuzz::Input input(data, size);
	Chain chain;
	chain.select(input);
	while (!input.empty()) {
		switch (input.byte() % 8) {
		case 0:
			chain.set(input);
			break;
		case 1:
			chain.advance(input);
			break;
		case 2:
			chain.lose(input);
			break;
		case 3:
			chain.select(input);
			break;
		default:
			chain.push(input);
			break;
		}
	}
	return 0;
}
