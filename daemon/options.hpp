/* SPDX-License-Identifier: MIT */
/*
 * The command line; with the configuration file it becomes one value.
 */
#pragma once

#include "config.hpp"

namespace gpiohub::daemon
{

/** Where the hubs are: in the module, or in the daemon itself, over the kernel's GPIO
 * character device or simulated. */
enum class BackendKind { Kernel, Chardev, Sim };

/**
 * config: the file's values, with those of the command line in their place
 * config_path: the configuration file
 * has_file: it is there
 * devices: where the device nodes of hubs and chips are
 * is_check: only look whether the configuration is right
 * new_token: only make a token of that name, "": none
 * exit: not to run at all, but to exit with this status (--help, a wrong option)
 */
struct Options {
	Config config;
	std::string config_path;
	bool has_file = false;
	BackendKind backend = BackendKind::Kernel;
	std::string devices = "/dev";
	bool is_check = false;
	std::string new_token;
	std::optional<int> exit;
};

/** The same again, for a daemon that runs with `before`. ENOENT: the file that there was
 * is gone, which says nothing about what is to hold. EINVAL also: there are no roles any
 * more, though it listens for TLS. */
Result<Options> parse_again(int argc, const char *const *argv, const Options &before);

/** Prints help and the errors of options itself. */
Result<Options> parse_options(int argc, const char *const *argv);

} // namespace gpiohub::daemon
