/* SPDX-License-Identifier: MIT */
/* The board without a daemon: one open file per hub. */
#include "board.hpp"
#include "stream.hpp"

#include <gpiohub/chips.hpp>
#include <gpiohub/clock.hpp>
#include <gpiohub/device.hpp>
#include <gpiohub/explain.hpp>

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <span>

namespace gpiohub::cli
{

namespace
{

using Json = nlohmann::ordered_json;

/* How often to look again while poll(2) only says that a line is gone. */
constexpr int kGoneRetryMs = 200;

Error cannot_open(const std::string &path, int code)
{
	const std::string name = path.substr(path.rfind('/') + 1);
	return {code, explain({.deed = "open", .code = code, .hub = name})};
}

/* For driving if the user may, else for looking. Reads never block. */
Result<Device> open_device(const std::string &path)
{
	auto device = Device::open(path, Device::Access::Drive, true);
	if (!device && (device.error().code == EACCES || device.error().code == EROFS))
		device = Device::open(path, Device::Access::Look, true);
	if (device)
		return device;
	return cannot_open(path, device.error().code);
}

class DeviceBoard : public Board
{
public:
	Result<void> add(const std::string &path)
	{
		auto device = open_device(path);
		if (!device)
			return device.error();
		return add(*std::move(device));
	}

	Result<void> add(Device device)
	{
		const auto info = device.info();
		if (!info)
			return cannot_open(device.path(), info.error().code);
		hubs_.push_back({number_of(*info), *info});
		unwatched_.push_back(number_of(*info));
		devices_.emplace(number_of(*info), std::move(device));
		return {};
	}

	Result<wire::LineInfo> line_info(std::uint8_t hub, std::uint8_t line) override
	{
		wire::LineInfo all = {};
		const auto info = devices_.at(hub).line_info(line);
		if (!info)
			return explain(devices_.at(hub), "read", with_line(info.error(), line));
		all.info = *info;
		const ChipLine &chip_line = lines_of(info->chip, info->offset);
		chip_line.name.copy(all.name, sizeof(all.name) - 1);
		chip_line.consumer.copy(all.consumer, sizeof(all.consumer) - 1);
		return all;
	}

	Result<std::uint64_t> get(std::uint8_t hub, std::uint64_t lines) override
	{
		auto levels = devices_.at(hub).get(lines);
		if (!levels)
			return explain(devices_.at(hub), "read", levels.error());
		return levels;
	}

	Result<void> claim(std::uint8_t hub, std::uint64_t lines, const Guard &guard) override
	{
		Device &device = devices_.at(hub);
		return explained(device, "claim", device.claim(lines, guard));
	}

	Result<void> kick(std::uint8_t hub) override
	{
		Device &device = devices_.at(hub);
		return explained(device, "keep", device.kick());
	}

	Result<void> configure(
		std::uint8_t hub, std::uint64_t lines, const LineConfig &config) override
	{
		Device &device = devices_.at(hub);
		return explained(device, "configure", device.configure(lines, config));
	}

	Result<void> set(std::uint8_t hub, std::uint64_t lines, std::uint64_t levels) override
	{
		Device &device = devices_.at(hub);
		return explained(device, "set", device.set(lines, levels));
	}

	Result<void> message(std::uint8_t hub, std::string_view text) override
	{
		Device &device = devices_.at(hub);
		return explained(device, "send a message to", device.message(text));
	}

	Result<std::optional<Happened>> wait_for(std::uint8_t hub, std::uint64_t lines,
		std::uint32_t kinds, std::uint32_t count, std::uint64_t ns) override
	{
		/* Our own file never blocks. */
		const std::string &path = devices_.at(hub).path();
		const auto device = Device::open(path, Device::Access::Look);
		if (!device)
			return cannot_open(path, device.error().code);
		gpiohub_wait wait = {};
		wait.lines = lines;
		wait.kinds = kinds;
		wait.count = count;
		wait.since = GPIOHUB_FROM_NOW;
		wait.timeout_ns = deadline_in(ns);
		const auto waited = device->wait(wait);
		if (waited)
			return std::optional(Happened{wait.event.seq, wait.event.time_ns});
		if (waited.error().code == ETIMEDOUT)
			return std::optional<Happened>();
		return explain(*device, kDeedWait, waited.error());
	}

	Result<std::uint32_t> play(std::uint8_t hub, const Pattern &pattern) override
	{
		Device &device = devices_.at(hub);
		const auto played = device.play(++last_id_, pattern);
		if (played)
			return last_id_;
		const auto fault = find_fault(pattern.lines, pattern.steps);
		return explain(device, kDeedPlay, played.error(),
			fault ? fmt::format("step {} {}", fault->step, fault->what)
			      : std::string());
	}

	Result<void> cancel(std::uint8_t hub, std::uint32_t id, std::uint32_t flags) override
	{
		Device &device = devices_.at(hub);
		return explained(device, kDeedCancel, device.cancel(id, flags));
	}

	Result<void> add_rule(std::uint8_t hub, const gpiohub_rule &rule) override
	{
		Device &device = devices_.at(hub);
		return explained(device, kDeedAddRule, device.add_rule(rule));
	}

	Result<void> delete_rule(std::uint8_t hub, std::uint32_t id) override
	{
		Device &device = devices_.at(hub);
		return explained(device, kDeedDeleteRule, device.delete_rule(id));
	}

	Result<std::string> stats() override
	{
		Json all = Json::array();
		for (const Hub &hub : hubs_) {
			const auto state = devices_.at(hub.number).map_state();
			if (!state)
				return state.error();
			all.push_back(counters(hub, state->view().snapshot()));
		}
		return Json{{"hubs", all}}.dump();
	}

	Result<void> filter(
		std::uint8_t hub, std::uint64_t lines, const EdgeFilter &filter) override
	{
		filters_[hub].set(lines, filter);
		return {};
	}

	Result<void> watch(std::uint8_t hub, std::uint64_t lines, std::uint32_t kinds) override
	{
		auto stream = Stream::begin(
			devices_.at(hub), hub, lines, kinds, std::exchange(filters_[hub], {}));
		if (!stream)
			return stream.error();
		streams_.push_back(*std::move(stream));
		std::erase(unwatched_, hub);
		return {};
	}

	Result<std::optional<Received>> next() override
	{
		if (gone_.empty())
			return next_in_turn(streams_, turn_);
		const std::uint8_t hub = gone_.back();
		gone_.pop_back();
		return std::optional(Received{hub, true, 0, {}});
	}

	Result<bool> wait(int stop) override
	{
		std::vector<pollfd> fds = {{stop, POLLIN, 0}};
		int patience_ms = -1;
		for (Stream &stream : streams_) {
			if (!stream.prepare_sleep())
				return true;
			fds.push_back({stream.fd(), POLLIN, 0});
			/* As the largest unsigned numbers both say for ever. */
			patience_ms = static_cast<int>(std::min(static_cast<unsigned>(patience_ms),
				static_cast<unsigned>(stream.patience_ms())));
		}
		/* Without a subscription a file says only that its hub is gone. */
		for (const std::uint8_t hub : unwatched_)
			fds.push_back({devices_.at(hub).fd(), 0, 0});
		while (::poll(fds.data(), fds.size(), patience_ms) < 0) {
			if (errno != EINTR)
				return system_error(errno, "poll");
		}
		note_gone_hubs(std::span(fds).subspan(1 + streams_.size()));
		return fds[0].revents == 0 && sit_out_gone_lines(fds);
	}

private:
	static std::uint8_t number_of(const gpiohub_info &info)
	{
		return static_cast<std::uint8_t>(std::atoi(info.name + strlen("gpiohub")));
	}

	/* On CLOCK_MONOTONIC, which is the kernel's steady one; 0: never. */
	static std::uint64_t deadline_in(std::uint64_t ns)
	{
		const std::uint64_t now_ns = monotonic_ns();
		return ns == 0 || ns > UINT64_MAX - now_ns ? 0 : now_ns + ns;
	}

	static Error with_line(const Error &error, std::uint8_t line)
	{
		return {error.code, error.what, line};
	}

	static Result<void> explained(
		const Device &device, std::string_view deed, const Result<void> &result)
	{
		if (result)
			return {};
		return explain(device, deed, result.error());
	}

	static Json counters(const Hub &hub, const gpiohub_state &state)
	{
		Json lines = Json::array();
		for (unsigned line = 0; line < hub.info.lines; line++) {
			const gpiohub_state_line &each = state.line[line];
			if (each.rising == 0 && each.falling == 0 && each.missed == 0)
				continue;
			lines.push_back(
				{{"line", line}, {"rising", each.rising}, {"falling", each.falling},
					{"missed", each.missed}, {"last_ns", each.last_ns}});
		}
		return {{"name", hub.info.name}, {"seq", state.seq}, {"time_ns", state.time_ns},
			{"lines", lines}};
	}

	/* One walk over a chip for all of its lines' names. */
	const ChipLine &lines_of(const std::string &chip, unsigned offset)
	{
		static const ChipLine kUnknown;
		auto [found, added] = chips_.try_emplace(chip);
		if (added) {
			auto lines = chip_lines(chip);
			if (lines)
				found->second = *std::move(lines);
		}
		return offset < found->second.size() ? found->second[offset] : kUnknown;
	}

	/*
	 * While a line is gone but its hub is not, poll(2) returns at once for as
	 * long as that lasts. False: `stop` became readable meanwhile.
	 */
	bool sit_out_gone_lines(std::vector<pollfd> &fds)
	{
		bool line_gone = false;
		for (std::size_t i = 0; i < streams_.size(); i++) {
			if ((fds[i + 1].revents & POLLHUP) != 0 && !streams_[i].check_gone())
				line_gone = true;
		}
		return !line_gone || ::poll(fds.data(), 1, kGoneRetryMs) <= 0;
	}

	/* `fds` are those of unwatched_. */
	void note_gone_hubs(std::span<const pollfd> fds)
	{
		for (std::size_t i = fds.size(); i-- > 0;) {
			if (fds[i].revents == 0)
				continue;
			gone_.push_back(unwatched_[i]);
			unwatched_.erase(unwatched_.begin() + static_cast<std::ptrdiff_t>(i));
		}
	}

	std::map<std::uint8_t, Device> devices_;
	std::map<std::uint8_t, FilterChain> filters_; /* of hubs to be watched */
	std::map<std::string, std::vector<ChipLine>> chips_;
	std::vector<std::uint8_t> unwatched_; /* hubs still there, without a stream */
	std::vector<std::uint8_t> gone_;      /* those of them that next() has yet to tell */
	std::vector<Stream> streams_;
	std::size_t turn_ = 0;      /* of streams_: the one to ask first */
	std::uint32_t last_id_ = 0; /* of a request */
};

} // namespace

Result<std::unique_ptr<Board>> open_devices(const std::string &path)
{
	const auto paths = path.empty() ? hub_paths() : std::vector<std::string>{path};
	if (paths.empty())
		return Error{ENODEV,
			"there is no hub: load the module (modprobe gpiohub "
			"hubs=auto), or name a daemon (--connect)"};
	auto board = std::make_unique<DeviceBoard>();
	for (const std::string &each : paths) {
		const auto added = board->add(each);
		if (!added)
			return added.error();
	}
	return std::unique_ptr<Board>(std::move(board));
}

Result<std::unique_ptr<Board>> open_handed(const Address &address, std::string_view token)
{
	auto client = Client::connect(address, Client::kTimeout, token);
	if (!client)
		return client.error();
	auto board = std::make_unique<DeviceBoard>();
	for (std::uint8_t number = 0; number < 64; number++) {
		if ((client->hubs() >> number & 1) == 0)
			continue;
		auto device = client->open(number);
		if (!device)
			return device.error();
		if (auto added = board->add(*std::move(device)); !added)
			return added.error();
	}
	if (board->hubs().empty())
		return no_hub_of_daemon();
	return std::unique_ptr<Board>(std::move(board));
}

} // namespace gpiohub::cli
