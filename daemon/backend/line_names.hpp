/* SPDX-License-Identifier: MIT */
/*
 * What a line is called and who uses it, as its chip says. To ask a chip is to
 * open all of them: while the hub holds the line neither changes, and the answer
 * is remembered.
 */
#pragma once

#include <gpiohub/chips.hpp>
#include <gpiohub/wire.hpp>

#include <functional>
#include <map>
#include <string>
#include <utility>

namespace gpiohub::daemon
{

class LineNames
{
public:
	using Lookup = std::function<Result<ChipLine>(const std::string &chip, unsigned offset)>;

	/** `lookup`: chip_line, but for tests. */
	explicit LineNames(Lookup lookup) : lookup_(std::move(lookup)) {}

	/** Fills in name and consumer of the line that answer.info is about; leaves them
	 * empty where the chip is gone or cannot be asked. */
	void complete(wire::LineInfo &answer);

private:
	Lookup lookup_;
	std::map<std::pair<std::string, unsigned>, ChipLine> held_;
};

} // namespace gpiohub::daemon
