/* SPDX-License-Identifier: MIT */
#include "chardev.hpp"

#include <algorithm>
#include <cerrno>

namespace gpiohub::daemon
{

Result<std::unique_ptr<ChardevBackend>> ChardevBackend::create(std::string directory)
{
	NodeWatch nodes(std::move(directory), "gpiochip");
	auto changed = nodes.follow();
	if (!changed)
		return changed.error();
	return std::unique_ptr<ChardevBackend>(
		new ChardevBackend(std::move(nodes), *std::move(changed)));
}

Result<std::vector<unsigned>> ChardevBackend::hubs()
{
	const auto nodes = nodes_.numbers(fd());
	if (!nodes)
		return nodes.error();
	drop();
	for (const unsigned node : *nodes) {
		const bool is_served = std::any_of(served_.begin(), served_.end(),
			[&](const auto &each) { return each.second.node == node; });
		if (!is_served)
			serve(node);
	}
	std::vector<unsigned> numbers;
	for (const auto &[number, served] : served_)
		numbers.push_back(number);
	return numbers;
}

/* What went, and what is to be tried again. That a node has the name of a chip that went
 * does not make it that chip: so the chip is asked. */
void ChardevBackend::drop()
{
	std::erase_if(served_, [](const auto &each) {
		const Served &served = each.second;
		if (served.failure)
			return true;
		if (!served.chip->is_there())
			served.pins->lost();
		else if (!served.hub->is_gone())
			return false;
		return true;
	});
}

void ChardevBackend::serve(unsigned node)
{
	auto opened = GpioChip::open(nodes_.path(node));
	if (!opened) {
		/* It is just going, or gone. */
		const int code = opened.error().code;
		if (code != ENODEV && code != ENXIO && code != ENOENT)
			served_[free_number()] = {node, nullptr, nullptr, nullptr, opened.error()};
		return;
	}
	const auto chip = std::make_shared<const GpioChip>(*std::move(opened));
	for (unsigned first = 0; first < chip->lines(); first += GPIOHUB_MAX_LINES) {
		const unsigned number = free_number();
		auto made = make(node, chip, first, number);
		served_[number] = made ? *std::move(made)
				       : Served{node, nullptr, nullptr, nullptr, made.error()};
	}
}

Result<ChardevBackend::Served> ChardevBackend::make(unsigned node,
	const std::shared_ptr<const GpioChip> &chip, unsigned first, unsigned number) const
{
	const unsigned count = std::min<unsigned>(chip->lines() - first, GPIOHUB_MAX_LINES);
	auto pins = ChardevPins::create(chip, first, count, "gpiohub" + std::to_string(number));
	if (!pins)
		return pins.error();
	ChardevPins *const kept = pins->get();
	return Served{node, chip, kept, std::make_shared<SoftHub>(number, *std::move(pins)),
		std::nullopt};
}

unsigned ChardevBackend::free_number() const
{
	unsigned number = 0;
	while (served_.contains(number))
		number++;
	return number;
}

Result<SoftHub *> ChardevBackend::find(unsigned hub) const
{
	const auto found = served_.find(hub);
	if (found == served_.end())
		return Error{ENODEV, "there is no such hub"};
	if (found->second.failure)
		return *found->second.failure;
	return found->second.hub.get();
}

Result<std::unique_ptr<HubWatch>> ChardevBackend::watch(unsigned hub)
{
	const auto found = find(hub);
	return found ? (*found)->watch() : found.error();
}

Result<std::unique_ptr<HubOwner>> ChardevBackend::own(unsigned hub)
{
	const auto found = find(hub);
	return found ? (*found)->own() : found.error();
}

} // namespace gpiohub::daemon
