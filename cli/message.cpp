/* SPDX-License-Identifier: MIT */
/* gpiohub message: a text into the stream, read by all in order with the edges. */
#include "verbs.hpp"

#include <cerrno>
#include <fmt/format.h>

namespace gpiohub::cli
{

namespace
{

struct Options {
	std::string text;
	int hub = -1;
};

Result<Exit> message(const Where &where, const Options &options)
{
	const auto board = open_board(where);
	if (!board)
		return board.error();
	const std::uint8_t hub = options.hub < 0 ? (*board)->hubs().front().number
						 : static_cast<std::uint8_t>(options.hub);
	if ((*board)->find_hub(hub) == nullptr)
		return Error{ENODEV, fmt::format("there is no hub {}", hub)};
	if (options.text.empty() || options.text.size() > GPIOHUB_MAX_MESSAGE)
		return Error{EMSGSIZE,
			fmt::format("a message has 1 to {} bytes, this has {}", GPIOHUB_MAX_MESSAGE,
				options.text.size())};
	const auto sent = (*board)->message(hub, options.text);
	if (!sent)
		return sent.error();
	return Exit::Ok;
}

} // namespace

void add_message(CLI::App &app, Action &action)
{
	auto options = std::make_shared<Options>();
	auto *verb = app.add_subcommand("message", "send a text to everybody who watches");

	verb->add_option("TEXT", options->text, "1 to 240 bytes")->required();
	verb->add_option("--hub", options->hub, "the hub's number; without it the first")
		->check(CLI::Range(0, 255));
	verb->callback([options, &action] {
		action = [options](const Where &where) { return message(where, *options); };
	});
}

} // namespace gpiohub::cli
