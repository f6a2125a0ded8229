/* SPDX-License-Identifier: MIT */
/* The configuration, roles and tokens with it: what is wrong is told with its place. */
#include "fuzz.hpp"

#include "config.hpp"

using namespace gpiohub;

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	const auto config = daemon::parse_config(fuzz::text_of(data, size), "fuzz.toml");
	if (!config) {
		fuzz::must(
			config.error().what.starts_with("fuzz.toml:"), "an error without a place");
		return 0;
	}
	const auto &limits = config->limits;
	fuzz::must(limits.clients > 0 && limits.clients_per_user > 0, "nobody may come");
	fuzz::must(limits.outbox_bytes >= 65'536, "an outbox that is too small");
	fuzz::must(!config->socket.path.empty() && config->socket.path.size() < 108,
		"a path that no socket can have");
	return 0;
}
