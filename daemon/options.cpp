/* SPDX-License-Identifier: MIT */
#include "options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <map>

namespace gpiohub::daemon
{

Result<Options> parse_options(int argc, const char *const *argv)
{
	CLI::App app("Shares the GPIO lines of this machine's hubs between programs.", "gpiohubd");
	app.set_version_flag("--version", std::string("gpiohubd ") + GPIOHUB_VERSION);

	Options options;
	std::string config_path;
	std::optional<std::string> socket;
	std::optional<std::uint16_t> port;
	bool no_tcp = false;
	app.add_option("--config", config_path,
		   "configuration file; unlike the default one it must exist")
		->type_name("FILE")
		->default_str(std::string(kDefaultConfigPath));
	app.add_flag(
		"--check-config", options.is_check, "only look whether the configuration is right");
	app.add_option("--make-token", options.new_token,
		   "only make a token of that name, and what the configuration must know of it")
		->type_name("NAME");
	const std::map<std::string, BackendKind> backends{{"kernel", BackendKind::Kernel},
		{"chardev", BackendKind::Chardev}, {"sim", BackendKind::Sim}};
	app.add_option("--backend", options.backend,
		   "kernel: the hubs of the module; chardev: a hub for each /dev/gpiochipN, "
		   "without the module, and with less; sim: one hub of simulated lines, to try "
		   "clients without hardware")
		->type_name("kernel|chardev|sim")
		->default_str("kernel")
		->transform(CLI::CheckedTransformer(backends).description(""));
	app.add_option("--devices", options.devices,
		   "where the device nodes are: another directory than /dev where a sandbox puts "
		   "something else there")
		->type_name("DIRECTORY")
		->capture_default_str();
	app.add_option("--socket", socket, "path of the Unix socket")->type_name("PATH");
	auto *port_option = app.add_option("--tcp-port", port,
				       "listen on 127.0.0.1 and ::1 too, for every local user")
				    ->type_name("PORT")
				    ->check(CLI::Range(1, 65535));
	app.add_flag("--no-tcp", no_tcp, "do not listen on TCP")->excludes(port_option);
	bool pigpio = false;
	std::optional<std::uint16_t> pigpio_port;
	app.add_flag("--pigpio", pigpio,
		"speak pigpio's protocol too, on port 8888 of 127.0.0.1 and ::1");
	app.add_option("--pigpio-port", pigpio_port, "the same on another port")
		->type_name("PORT")
		->check(CLI::Range(1, 65535));
	try {
		app.parse(argc, argv);
	} catch (const CLI::ParseError &error) {
		options.exit = app.exit(error) == 0 ? 0 : 2;
		return options;
	}

	const bool is_default = config_path.empty();
	options.config_path = is_default ? std::string(kDefaultConfigPath) : config_path;
	auto config = load_config(options.config_path);
	options.has_file = config.ok();
	if (config)
		options.config = *std::move(config);
	else if (!is_default || config.error().code != ENOENT)
		return config.error();

	if (socket && socket->empty())
		return Error{EINVAL, "--socket: the path is empty"};
	if (socket)
		options.config.socket.path = *socket;
	if (port) {
		options.config.tcp.port = *port;
		options.config.tcp.enabled = true;
	}
	if (pigpio || pigpio_port)
		options.config.pigpio.enabled = true;
	if (pigpio_port)
		options.config.pigpio.port = *pigpio_port;
	if (no_tcp)
		options.config.tcp.enabled = false;
	return options;
}

Result<Options> parse_again(int argc, const char *const *argv, const Options &before)
{
	auto options = parse_options(argc, argv);
	if (!options)
		return options;
	if (before.has_file && !options->has_file)
		return Error{ENOENT, options->config_path + " is gone"};
	return options;
}

} // namespace gpiohub::daemon
