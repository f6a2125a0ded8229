/* SPDX-License-Identifier: MIT */
/*
 * What the daemon is told: the configuration file, each key of which has a
 * default, so that an empty file works. The keys are in docs/configuration.md.
 */
#pragma once

#include "proto/pigpio/settings.hpp"
#include "roles.hpp"

#include <gpiohub/result.hpp>
#include <gpiohub/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpiohub::daemon
{

inline constexpr std::string_view kDefaultConfigPath = "/etc/gpiohub/gpiohubd.toml";

struct Config {
	struct Socket {
		std::string path{wire::kDefaultSocket};
		unsigned mode = 0660;
		/* Not given: gpio, if there is such a group. Empty: the daemon's own. */
		std::optional<std::string> group;
	};

	struct Tcp {
		/* Not by default: a loopback port is open to every local user. */
		bool enabled = false;
		std::uint16_t port = wire::kDefaultPort;
		/* Not given: the loopback addresses that the machine has. */
		std::optional<std::vector<std::string>> listen;
	};

	/* For who comes from elsewhere; not listened for without addresses. */
	struct Tls {
		std::optional<std::vector<std::string>> listen;
		std::uint16_t port = wire::kDefaultTlsPort;
		std::string certificates;
		std::string key;
	};

	struct Limits {
		std::size_t clients = 256;
		/* Of one user, or from one address. */
		std::size_t clients_per_user = 128;
		/* Of one client, in a second; 0: as many as it likes. */
		std::uint32_t commands_per_second = 0;
		std::size_t outbox_bytes = 262'144; /* per client */
	};

	Socket socket;
	Tcp tcp;
	Tls tls;
	pigpio::Settings pigpio;
	Limits limits;
	/* Shared with the sessions that go by them. */
	std::shared_ptr<const Roles> roles = std::make_shared<Roles>();
};

/**
 * The configuration that `text` describes. EINVAL, with "name:line:column: what
 * is wrong" in its text: no TOML, an unknown key, a value out of its range, a group
 * that this system does not have.
 */
Result<Config> parse_config(std::string_view text, const std::string &name);

/** Reads and parses a file. ENOENT: there is none. */
Result<Config> load_config(const std::string &path);

/** What it lacks for TLS to be listened for: "needs ..."; "" if nothing. */
std::string fault_of_tls(const Config &config);

} // namespace gpiohub::daemon
