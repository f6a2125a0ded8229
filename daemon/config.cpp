/* SPDX-License-Identifier: MIT */
#include "config.hpp"

#include "config_roles.hpp"
#include "proto/pigpio/bank.hpp"
#include "proto/pigpio/hardware_pwm.hpp"
#include "socket.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace gpiohub::daemon
{

namespace
{

/* "gpiohubd.toml:3:8: what" */
Error wrong(const std::string &name, const toml::source_region &where, const std::string &what)
{
	return {EINVAL,
		fmt::format("{}:{}:{}: {}", name, where.begin.line, where.begin.column, what)};
}

/* What is wrong with a value, "" if nothing; where, if not with all of it. */
struct Fault {
	std::string what;
	const toml::node *where = nullptr;
};

/* What to do with a key's value. */
using Setter = std::function<Fault(const toml::node &)>;
/* What is wrong with a text, "" if nothing. */
using Check = std::string (*)(const std::string &);

std::string fault_of_group(const std::string &group)
{
	if (group.empty() || group_exists(group))
		return {};
	return "must be a group of this system: groupadd --system " + group;
}

std::string fault_of_file(const std::string &path)
{
	return path.starts_with("/") ? "" : "must be the path of a file, from / on";
}

std::string fault_of_gpio(const std::string &entry)
{
	const auto fault = pigpio::Bank::of({entry}, 64, [](unsigned) { return std::string(); });
	return fault || fault.error().code == ENXIO ? "" : fault.error().what;
}

std::string fault_of_pwm(const std::string &entry)
{
	const auto parsed = pigpio::parse_pwm_channel(entry);
	return parsed ? "" : parsed.error().what;
}

std::string fault_of_nothing(const std::string &)
{
	return {};
}

using Keys = std::map<std::string_view, Setter, std::less<>>;

Setter text(auto &target, Check fault_of)
{
	return [&target, fault_of](const toml::node &node) -> Fault {
		if (!node.is_string())
			return {"must be a string"};
		target = node.as_string()->get();
		return {fault_of(node.as_string()->get())};
	};
}

Setter boolean(bool &target)
{
	return [&target](const toml::node &node) -> Fault {
		if (!node.is_boolean())
			return {"must be true or false"};
		target = node.as_boolean()->get();
		return {};
	};
}

template <class T>
Setter number(T &target, std::int64_t least, std::int64_t most)
{
	return [&target, least, most](const toml::node &node) -> Fault {
		const auto *value = node.as_integer();
		if (value == nullptr || value->get() < least || value->get() > most)
			return {fmt::format("must be a number from {} to {}", least, most)};
		target = static_cast<T>(value->get());
		return {};
	};
}

/* A number that need not be given. */
Setter number(std::optional<unsigned> &target, std::int64_t least, std::int64_t most)
{
	return [&target, least, most](const toml::node &node) -> Fault {
		target.emplace();
		return number(*target, least, most)(node);
	};
}

Setter numbers(std::vector<unsigned> &target, std::int64_t least, std::int64_t most)
{
	return [&target, least, most](const toml::node &node) -> Fault {
		if (!node.is_array())
			return {"must be an array of numbers"};
		target.clear();
		for (const auto &element : *node.as_array()) {
			const Fault fault = number(target.emplace_back(), least, most)(element);
			if (!fault.what.empty())
				return {fault.what, &element};
		}
		return {};
	};
}

/* What happens to outputs when the daemon goes. */
Setter guard(gpiohub_guard &target)
{
	return [&target](const toml::node &node) -> Fault {
		const std::string name = node.value_or(std::string());
		if (name != "keep" && name != "input" && name != "low")
			return {R"(must be "keep", "input" or "low")"};
		target = name == "keep"   ? GPIOHUB_GUARD_KEEP
			: name == "input" ? GPIOHUB_GUARD_INPUT
					  : GPIOHUB_GUARD_LEVELS;
		return {};
	};
}

Setter mode(unsigned &target)
{
	return [&target](const toml::node &node) -> Fault {
		const auto *value = node.as_integer();
		if (value == nullptr || value->get() < 0 || value->get() > 0777)
			return {"must be a mode from 0o000 to 0o777"};
		target = static_cast<unsigned>(value->get());
		return {};
	};
}

Setter texts(std::vector<std::string> &target, Check fault_of)
{
	return [&target, fault_of](const toml::node &node) -> Fault {
		const auto *array = node.as_array();
		if (array == nullptr || (!array->empty() && !array->is_homogeneous<std::string>()))
			return {"must be an array of strings"};
		target.clear();
		for (const auto &element : *array) {
			target.push_back(element.as_string()->get());
			if (const auto fault = fault_of(target.back()); !fault.empty())
				return {fault, &element};
		}
		return {};
	};
}

/* That need not be given. */
Setter texts(std::optional<std::vector<std::string>> &target, Check fault_of)
{
	return [&target, fault_of](const toml::node &node) -> Fault {
		target.emplace();
		return texts(*target, fault_of)(node);
	};
}

/* Every key there is, by its table. */
std::map<std::string_view, Keys, std::less<>> all_keys(Config &config)
{
	return {
		{"socket",
			{
				{"path", text(config.socket.path, fault_of_path)},
				{"mode", mode(config.socket.mode)},
				{"group", text(config.socket.group, fault_of_group)},
			}},
		{"tcp",
			{
				{"enabled", boolean(config.tcp.enabled)},
				{"port", number(config.tcp.port, 1, 65535)},
				{"listen", texts(config.tcp.listen, fault_of_address)},
			}},
		{"tls",
			{
				{"listen", texts(config.tls.listen, fault_of_tls_address)},
				{"port", number(config.tls.port, 1, 65535)},
				{"certificates", text(config.tls.certificates, fault_of_file)},
				{"key", text(config.tls.key, fault_of_file)},
			}},
		{"pigpio",
			{
				{"enabled", boolean(config.pigpio.enabled)},
				{"port", number(config.pigpio.port, 1, 65535)},
				{"listen", texts(config.pigpio.listen, fault_of_tls_address)},
				{"hub", number(config.pigpio.hub, 0, 63)},
				{"gpios", texts(config.pigpio.gpios, fault_of_gpio)},
				{"reserved",
					numbers(config.pigpio.reserved, 0, pigpio::kGpios - 1)},
				{"hardware", number(config.pigpio.hardware, 1, 0xffff'ffff)},
				{"role", text(config.pigpio.role, fault_of_nothing)},
				{"guard", guard(config.pigpio.guard)},
				{"files", text(config.pigpio.files, fault_of_file)},
				{"pipes", text(config.pigpio.pipes, fault_of_file)},
				{"pwm", texts(config.pigpio.pwm, fault_of_pwm)},
				{"spi", texts(config.pigpio.spi.main, fault_of_nothing)},
				{"auxiliary_spi",
					texts(config.pigpio.spi.auxiliary, fault_of_nothing)},
			}},
		{"limits",
			{
				{"clients", number(config.limits.clients, 1, 100'000)},
				{"clients_per_user",
					number(config.limits.clients_per_user, 1, 100'000)},
				{"commands_per_second",
					number(config.limits.commands_per_second, 0, 10'000'000)},
				{"outbox_bytes",
					number(config.limits.outbox_bytes, 65'536, 1 << 30)},
			}},
	};
}

/* TOML has no place for them; toml++ trusts in places that there is none. */
std::optional<Error> find_control_character(std::string_view document, const std::string &name)
{
	unsigned line = 1;
	unsigned column = 0;
	for (const char each : document) {
		column++;
		const auto byte = static_cast<unsigned char>(each);
		if ((byte < 0x20 && each != '\t' && each != '\n' && each != '\r') || byte == 0x7f)
			return Error{EINVAL,
				fmt::format("{}:{}:{}: a control character", name, line, column)};
		if (each == '\n') {
			line++;
			column = 0;
		}
	}
	return std::nullopt;
}

} // namespace

/* Who comes from elsewhere is never let in as he is. */
std::string fault_of_tls(const Config &config)
{
	if (config.tls.certificates.empty() || config.tls.key.empty())
		return "needs certificates and a key";
	if (!config.roles->has_tokens())
		return "needs a role with tokens: nobody else is let in by it";
	return {};
}

Result<Config> parse_config(std::string_view document, const std::string &name)
{
	if (auto fault = find_control_character(document, name))
		return *std::move(fault);
	const toml::parse_result parsed = toml::parse(document);
	if (!parsed)
		return wrong(
			name, parsed.error().source(), std::string(parsed.error().description()));

	Config config;
	const auto of_pigpio = parsed.table()["pigpio"]["role"].value_or(std::string_view());
	auto roles =
		parse_roles(parsed.table().get("role"), parsed.table().get("token"), of_pigpio);
	if (const auto *fault = std::get_if<ConfigFault>(&roles))
		return wrong(name, fault->where->source(), fault->what);
	config.roles = std::make_shared<const Roles>(std::get<Roles>(std::move(roles)));
	const auto tables = all_keys(config);
	for (const auto &[table_name, table_node] : parsed.table()) {
		if (table_name.str() == "role" || table_name.str() == "token")
			continue;
		const auto keys = tables.find(table_name.str());
		if (keys == tables.end())
			return wrong(name, table_name.source(),
				fmt::format("unknown key \"{}\"", table_name.str()));
		if (!table_node.is_table())
			return wrong(name, table_node.source(),
				fmt::format("\"{}\" must be a table: [{}]", table_name.str(),
					table_name.str()));
		for (const auto &[key, value] : *table_node.as_table()) {
			const auto setter = keys->second.find(key.str());
			if (setter == keys->second.end())
				return wrong(name, key.source(),
					fmt::format("unknown key \"{}.{}\"", table_name.str(),
						key.str()));
			const Fault fault = setter->second(value);
			const toml::node &where = fault.where != nullptr ? *fault.where : value;
			if (!fault.what.empty())
				return wrong(name, where.source(),
					fmt::format("\"{}.{}\" {}", table_name.str(), key.str(),
						fault.what));
		}
	}
	const std::string &role = config.pigpio.role;
	if (!role.empty() && config.roles->role(role) == nullptr)
		return wrong(name, parsed.table().get("pigpio")->source(),
			fmt::format("\"pigpio.role\": there is no [role.{}]", role));
	const bool is_tls = config.tls.listen && !config.tls.listen->empty();
	if (const auto fault = fault_of_tls(config); is_tls && !fault.empty())
		return wrong(name, parsed.table().get("tls")->source(), "[tls] " + fault);
	return config;
}

Result<Config> load_config(const std::string &path)
{
	const std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(
		std::fopen(path.c_str(), "re"), &std::fclose);
	if (!file)
		return system_error(errno, "cannot read " + path);
	std::string document;
	std::array<char, 4096> part;
	while (const std::size_t size = std::fread(part.data(), 1, part.size(), file.get()))
		document.append(part.data(), size);
	if (std::ferror(file.get()) != 0)
		return system_error(errno, "cannot read " + path);
	return parse_config(document, path);
}

} // namespace gpiohub::daemon
