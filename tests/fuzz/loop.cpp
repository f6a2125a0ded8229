/* SPDX-License-Identifier: MIT */
/*
 * A whole daemon in the hands of the input: which clients come, what they send in which
 * cuts, what happens to the hubs, and how the daemon's system calls end. Every command
 * has its one answer, the witness's account is exact, and nothing is left behind.
 *
 * An input is a row of deeds, each of two bytes, what and who, and what the deed takes.
 * tests/fuzz/recorder.cpp writes such rows from what real clients send.
 *
 * Made a second time with GPIOHUB_FUZZ_PIGPIO pigpio's clients come, too, by a role that
 * lets them at no bus of this machine.
 */
#include "conversation.hpp"
#include "fuzz.hpp"

#include "calls.hpp"
#include "daemon.hpp"
#include "fake_backend.hpp"
#include "listener.hpp"

#include <sanitizer/allocator_interface.h>
#include <sys/un.h>

#include <deque>
#include <optional>

using namespace gpiohub;
using namespace gpiohub::daemon;
using fuzz::Conversation;
using fuzz::must;

namespace
{

constexpr std::size_t kClients = 8;
constexpr std::size_t kMostGrowth = std::size_t{64} * 1024 * 1024;
constexpr int kMostTurns = 20'000;
#ifdef GPIOHUB_FUZZ_PIGPIO
constexpr bool kIsPigpio = true;
#else
constexpr bool kIsPigpio = false;
#endif
/* A script of pigpio's may run for ever: then nothing settles. */
constexpr int kMostScriptTurns = 100;

/* The call after so many others ends in that way. */
struct Doom {
	std::uint8_t after;
	std::uint8_t way;
};

/* The first is the one that the daemon starts with. */
Config pigpio_config_of(std::uint8_t which)
{
	static const std::array<Config, 2> kConfigs = [] {
		const std::string all = "[limits]\noutbox_bytes = 65536\nclients = 16\n"
					"[pigpio]\nenabled = true\nrole = \"panel\"\n"
					"[role.all]\nusers = [\"root\"]\nlines = [\"0-7\"]\n"
					"verbs = [\"look\", \"claim\", \"drive\"]\n"
					"[role.panel]\nverbs = [\"look\", \"claim\", \"drive\"]\n";
		return std::array<Config, 2>{*parse_config(all + "lines = [\"0-7\"]\n", "fuzz"),
			*parse_config(all + "lines = [\"4-5\"]\n", "fuzz")};
	}();
	return kConfigs[which % kConfigs.size()];
}

Config config_of(std::uint8_t which)
{
	if (kIsPigpio)
		return pigpio_config_of(which);
	static const std::array<Config, 3> kConfigs = [] {
		const std::string limits = "[limits]\noutbox_bytes = 65536\nclients = 8\n";
		const std::string role = limits +
			"[role.some]\nlines = [\"0-3\"]\nverbs = [\"look\", \"claim\"]\n"
			"tokens = [\"t\"]\n";
		/* The token is "token". */
		const std::string token =
			"[token.t]\nsha256 = "
			"\"3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0\"\n";
		return std::array<Config, 3>{*parse_config(limits, "fuzz"),
			*parse_config(role + "users = [\"root\"]\n" + token, "fuzz"),
			*parse_config(role + token, "fuzz")};
	}();
	return kConfigs[which % kConfigs.size()];
}

class World
{
public:
	explicit World(fuzz::Input input) : input_(input)
	{
		calls::decide = [this](calls::Call call) { return fate_of(call); };
		bench_ = backend_.add(0);
		socket_ = listen(address_);
		pigpio_socket_ = listen(pigpio_address_);
		const calls::Entered entered;
		reactor_ = *Reactor::create();
		daemon_.emplace(*reactor_, backend_, config_of(0));
		listener_ = *Listener::create(*reactor_, UniqueFd(::dup(socket_.get())),
			[this](UniqueFd client) { daemon_->accept(std::move(client)); });
		must(daemon_->start().ok(), "it does not start");
		if (kIsPigpio)
			pigpio_listener_ = *Listener::create(*reactor_,
				UniqueFd(::dup(pigpio_socket_.get())), [this](UniqueFd client) {
					daemon_->accept_pigpio(std::move(client));
				});
	}
	World(const World &) = delete;
	World &operator=(const World &) = delete;
	~World() { calls::decide = nullptr; }

	void run()
	{
		witness_.emplace(connect(address_));
		witness_->send_command(
			wire::make_command(wire::Op::HELLO, 0, wire::kMagic, wire::kVersion));
		witness_->send_command(wire::make_command(
			wire::Op::SUBSCRIBE, 0, 0xff, GPIOHUB_KINDS_ALL, wire::kFromNow));
		settle();
		while (!input_.empty()) {
			deed();
			turn();
			drain_witness();
		}
		end();
	}

private:
	/* A socket of a name that is in no file system. */
	static UniqueFd listen(sockaddr_un &address)
	{
		static int number = 0;
		UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
		address.sun_family = AF_UNIX;
		const std::string name = "gpiohub-fuzz-" + std::to_string(::getpid()) + "-" +
			std::to_string(number++);
		name.copy(address.sun_path + 1, sizeof(address.sun_path) - 2);
		must(::bind(socket.get(), generic(address), sizeof(address)) == 0, "cannot bind");
		must(::listen(socket.get(), 64) == 0, "cannot listen");
		return socket;
	}

	static const sockaddr *generic(const sockaddr_un &address)
	{
		return reinterpret_cast<const sockaddr *>(&address);
	}

	static UniqueFd connect(const sockaddr_un &address)
	{
		UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
		/* The queue is full where the daemon pauses. */
		if (::connect(fd.get(), generic(address), sizeof(address)) != 0)
			fd.reset();
		return fd;
	}

	calls::Fate fate_of(calls::Call call)
	{
		const auto fates = calls::fates_of(call);
		if (dooms_.empty() || fates.empty())
			return {};
		if (dooms_.front().after-- > 0)
			return {};
		const auto way = dooms_.front().way;
		dooms_.pop_front();
		return {fates[way % fates.size()]};
	}

	/* --- what happens ------------------------------------------------------ */

	void deed()
	{
		const std::uint8_t what = input_.byte();
		const std::uint8_t who = input_.byte();
		std::optional<Conversation> &client = clients_[who % kClients];
		switch (what % (kIsPigpio ? 16 : 12)) {
		case 0:
			client.reset();
			if (UniqueFd fd = connect(address_))
				client.emplace(std::move(fd));
			break;
		case 1: {
			const auto bytes = input_.take(input_.number());
			if (client)
				client->send(std::as_bytes(bytes));
			break;
		}
		case 2:
			if (client)
				client->drain();
			break;
		case 3:
			if (client)
				client->finish();
			break;
		case 4:
			client.reset();
			break;
		case 5:
			bench_->publish_edges(who % 8, input_.number() % 2048);
			break;
		case 6:
			bench_->publish_message(std::string(1 + who % GPIOHUB_MAX_MESSAGE, 'm'));
			break;
		case 7:
			exchange_hub();
			break;
		case 8:
			is_pure_ = false;
			calls::expire_timers();
			break;
		case 9:
			is_pure_ = false;
			dooms_.push_back({who, input_.byte()});
			break;
		case 10:
			settle();
			break;
		case 11:
			is_pure_ = false;
			is_all_shown_ = false;
			const calls::Entered entered;
			daemon_->reload(config_of(who));
			break;
		}
	}

	/* The hub goes and another comes; the witness had all of the first. */
	void exchange_hub()
	{
		settle();
		if (!positions_)
			positions_ = bench_->writer.seq();
		backend_.remove(0);
		settle();
		drain_witness();
		bench_ = backend_.add(0);
		settle();
	}

	/* --- how it goes on ------------------------------------------------------ */

	bool turn()
	{
		const std::size_t before = calls::sleeps();
		const calls::Entered entered;
		reactor_->turn();
		return calls::sleeps() == before;
	}

	void settle()
	{
		for (int turns = 0; turn();) {
			drain_witness();
			if (kIsPigpio && turns == kMostScriptTurns)
				break;
			must(++turns < kMostTurns, "the loop spins");
		}
		const std::size_t now = __sanitizer_get_current_allocated_bytes();
		must(now < at_first_ + kMostGrowth, "it takes more and more memory");
	}

	void drain_witness()
	{
		if (witness_)
			witness_->drain();
	}

	void end()
	{
		for (auto &client : clients_) {
			if (client)
				client->finish();
		}
		/* Who did not read has to be read from more than once. */
		for (bool has_come = true; has_come;) {
			has_come = false;
			settle();
			for (auto &client : clients_)
				has_come |= client && client->drain();
		}
		for (auto &client : clients_) {
			if (client && is_pure_ && !client->is_at_fault())
				must(client->is_answered(), "a command without an answer");
		}
		account();
		leave();
	}

	void account()
	{
		drain_witness();
		if (!witness_->is_open() || !is_all_shown_)
			return;
		/* Of the first hub, be it still there or not: it asked for no other. */
		const std::uint64_t all = positions_.value_or(bench_->writer.seq());
		must(witness_->positions() == all, "the witness's account is not exact");
	}

	void leave()
	{
		dooms_.clear();
		clients_ = {};
		pigpio_clients_ = {};
		witness_.reset();
		settle();
		must(daemon_->clients() == 0, "a session without a client");
		{
			const calls::Entered entered;
			listener_.reset();
			pigpio_listener_.reset();
			daemon_.reset();
			reactor_.reset();
		}
		must(calls::descriptors() == 0, "a descriptor is left");
	}

	fuzz::Input input_;
	FakeBackend backend_;
	std::shared_ptr<FakeHub> bench_;
	UniqueFd socket_;
	sockaddr_un address_{};
	std::unique_ptr<Reactor> reactor_;
	std::optional<Daemon> daemon_;
	std::unique_ptr<Listener> listener_;
	UniqueFd pigpio_socket_;
	sockaddr_un pigpio_address_{};
	std::unique_ptr<Listener> pigpio_listener_;
	std::array<UniqueFd, 4> pigpio_clients_;
	std::deque<Doom> dooms_;
	std::array<std::optional<Conversation>, kClients> clients_;
	std::optional<Conversation> witness_;
	std::optional<std::uint64_t> positions_; /* of the first hub, when it went */
	bool is_all_shown_ = true;               /* no role hides lines from the witness */
	bool is_pure_ = true;                    /* nothing happened that may end a connection */
	std::size_t at_first_ = __sanitizer_get_current_allocated_bytes();
};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	World(fuzz::Input(data, size)).run();
	return 0;
}
