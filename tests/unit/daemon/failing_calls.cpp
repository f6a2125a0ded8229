/* SPDX-License-Identifier: MIT */
/*
 * Every system call that the loop makes fails once, in every way that it can: all kinds
 * of clients come, one after the other, and call number n ends badly. The daemon goes
 * on, at most one client is the worse for it, and nothing is left behind.
 */
#include "../certificate.hpp"
#include "captured_log.hpp"
#include "known_user.hpp"
#include "scene.hpp"

#include <gpiohub/tls.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <stdexcept>

using namespace gpiohub;
using namespace gpiohub::daemon;
using calls::Call;
using calls::Fate;
using std::chrono::milliseconds;
using wire::make_command;
using wire::Op;

namespace
{

Config make_config()
{
	return *parse_config("[limits]\noutbox_bytes = 65536\n" + known_user_config(), "test.toml");
}

/* The call of that number ends like this; the others as they do. */
struct Failure {
	std::size_t number = 0; /* from 1 on; 0: none */
	std::size_t way = 0;    /* of its fates, round and round */
	std::optional<Call> hit = {};
	int error = 0;

	/* It says no more than: again, or go on. Likewise as long as nothing failed. */
	bool is_harmless() const
	{
		return error == 0 || error == EINTR || error == EAGAIN || error == Fate::kShort;
	}
};

/* A client that was answered with the error that we made. */
struct Refused : std::runtime_error {
	using std::runtime_error::runtime_error;
};

class Trial
{
public:
	explicit Trial(Failure &failure) : failure_(failure)
	{
		std::size_t number = 0;
		calls::decide = [this, number](Call call) mutable -> Fate {
			const auto fates = calls::fates_of(call);
			if (fates.empty() || ++number != failure_.number)
				return {};
			failure_.hit = call;
			failure_.error = fates[failure_.way % fates.size()];
			return {failure_.error};
		};
	}
	~Trial() { calls::decide = nullptr; }
	Trial(const Trial &) = delete;
	Trial &operator=(const Trial &) = delete;

	/* How many clients are the worse for it. */
	int run()
	{
		Scene scene(make_config(), certificate().path, certificate().key);
		scene_ = &scene;
		/* A start may fail, and says so. */
		if (!scene.open().ok())
			return 0;
		scene.settle();
		if (scene.daemon->hubs() == 0) {
			calls::expire_timers();
			scene.settle();
		}
		if (scene.daemon->hubs() != 1)
			throw std::logic_error("the hub was not tried again");
		visits();
		return harmed_;
	}

private:
	static const Certificate &certificate()
	{
		static const Certificate kCertificate{"DNS:board"};
		return kCertificate;
	}

	/* While a client waits. `move`: what the client does itself. */
	std::function<void()> waiting(int fd, std::function<void()> move = {})
	{
		return [this, fd, move = std::move(move), idle = 0]() mutable {
			const bool was_busy = scene_->turn();
			if (move)
				move();
			pollfd poll{fd, POLLIN, 0};
			if (was_busy || ::poll(&poll, 1, 10) == 1) {
				idle = 0;
				return;
			}
			/* What is on its way by TCP comes when the kernel has time for it. */
			if (++idle > 500)
				throw std::logic_error(stage_ + ": nothing comes");
			/* It goes on by itself, or when a timer says so. */
			if (!failure_.is_harmless() && idle % 10 == 0)
				calls::expire_timers();
		};
	}

	/* What is done to a client may be the end of it. */
	template <class Deeds>
	void attempt(bool &is_well, Deeds deeds)
	{
		if (!is_well)
			return;
		try {
			deeds();
		} catch (const std::runtime_error &error) {
			const bool is_known = dynamic_cast<const Refused *>(&error) != nullptr ||
				error.what() == std::string("the daemon hung up");
			if (!is_known)
				throw;
			is_well = false;
			harmed_++;
		}
	}

	Frame ask(TestClient &client, const gpiohub_command &command, std::string payload = {})
	{
		Frame answer = client.call(command, std::move(payload));
		check(answer);
		return answer;
	}

	/* With the error that we made; or with that of somebody of whom nothing is known,
	 * where that was asked for in vain. */
	void check(const Frame &answer) const
	{
		const int error = answer.reply.error;
		const bool is_asked =
			failure_.hit == Call::Getpeername || failure_.hit == Call::Getsockopt;
		if (error != 0 && (error == failure_.error || (is_asked && error == ENOKEY)))
			throw Refused("refused");
		if (error != 0)
			throw std::logic_error(stage_ + ": refused: " + answer.payload);
	}

	void greet(TestClient &client, bool has_token = false)
	{
		if (has_token) {
			auto command = make_command(Op::AUTH, 0);
			command.arg = kToken.size();
			ask(client, command, kToken);
		}
		ask(client, make_command(Op::HELLO, 0, wire::kMagic, wire::kVersion));
	}

	void watch(TestClient &client, std::uint64_t lines)
	{
		ask(client,
			make_command(Op::SUBSCRIBE, 0, lines, GPIOHUB_KINDS_ALL, wire::kFromNow));
	}

	void visits()
	{
		bool is_witness_well = true;
		std::optional<TestClient> witness;
		attempt(is_witness_well, [&] {
			UniqueFd fd = scene_->connect_unix();
			auto wait = waiting(fd.get());
			witness.emplace(std::move(fd), std::move(wait));
			greet(*witness);
			watch(*witness, 0xff);
		});
		stage_ = "busy";
		visit(scene_->connect_unix(), [&](TestClient &client) { be_busy(client); });
		stage_ = "by TCP";
		visit(scene_->connect_tcp(), [&](TestClient &client) { greet(client, true); });
		stage_ = "by TLS";
		visit_by_tls();
		stage_ = "slow";
		visit(scene_->connect_unix(), [&](TestClient &client) { be_slow(client); });
		stage_ = "half closed";
		visit(scene_->connect_unix(), [&](TestClient &client) { go_half(client); });
		stage_ = "account";
		{
			const calls::Entered entered;
			scene_->daemon->reload(make_config());
		}
		attempt(is_witness_well, [&] { account(*witness); });
		stage_ = "hub gone";
		scene_->backend.remove(0);
		attempt(is_witness_well, [&] {
			Frame frame = witness->next();
			while (frame.header.kind == wire::FrameKind::Events)
				frame = witness->next();
			CHECK(frame.header.kind == wire::FrameKind::HubGone);
		});
		scene_->hub = scene_->backend.add(0);
		scene_->settle();
		if (scene_->daemon->hubs() == 0)
			calls::expire_timers();
		scene_->settle();
		stage_ = "fresh";
		be_fresh();
		witness.reset();
		leave();
	}

	template <class Deeds>
	void visit(UniqueFd fd, Deeds deeds)
	{
		bool is_well = true;
		auto wait = waiting(fd.get());
		TestClient client(std::move(fd), std::move(wait));
		attempt(is_well, [&] { deeds(client); });
		client.close();
		scene_->settle();
	}

	void visit_by_tls()
	{
		static const SslContext kContext = *tls_client(certificate().path);
		UniqueFd network = scene_->connect_tls();
		auto [plain, its] = connection();
		SslConnection ssl(SSL_new(kContext.get()));
		SSL_set_connect_state(ssl.get());
		auto pump = std::make_unique<TlsPump>(
			std::move(ssl), std::move(network), std::move(its));
		bool is_well = true;
		/* As its thread does it: then the plain socket is at its end, too. */
		const auto move = [&pump] {
			if (pump && pump->pump() == TlsPump::State::Over)
				pump.reset();
		};
		auto wait = waiting(plain.get(), move);
		TestClient client(std::move(plain), std::move(wait));
		attempt(is_well, [&] {
			greet(client, true);
			watch(client, 0xff);
			scene_->hub->publish_edges(5, 200);
			const auto [events, lost] = client.collect(200);
			CHECK(events.size() == 200);
		});
		client.close();
		move();
		scene_->settle();
	}

	void be_busy(TestClient &client)
	{
		greet(client);
		ask(client, make_command(Op::INFO, 0));
		auto line_info = make_command(Op::LINE_INFO, 0);
		line_info.line = 3;
		ask(client, line_info);
		ask(client, make_command(Op::CLAIM, 0, 0b11, GPIOHUB_GUARD_INPUT));
		ask(client, make_command(Op::SET, 0, 0b11, 0b01));
		ask(client, make_command(Op::GET, 0, 0b11));
		ask(client, wire::make_filter(0, 0b100, {.steady_ns = 1'000'000}));
		watch(client, 0b1111);
		auto message = make_command(Op::MESSAGE, 0);
		message.arg = 5;
		ask(client, message, "hello");
		auto wait = make_command(Op::WAIT, 0, 0b1000,
			wire::pack_wait(GPIOHUB_KINDS_EDGES, 1), 5'000'000'000);
		client.send(wait);
		scene_->settle();
		scene_->hub->publish_edges(3, 1);
		check(client.reply());
		ask(client, make_command(Op::STATS, 0));
		ask(client, make_command(Op::OPEN, 0));
		ask(client, make_command(Op::PING, 0, 0, 5));
	}

	/* Does not read for a while: the daemon's queue for it fills. */
	void be_slow(TestClient &client)
	{
		greet(client);
		watch(client, 0xff);
		for (int i = 0; i < 12; i++) {
			scene_->hub->publish_edges(6, 1000);
			scene_->settle();
		}
		const auto [events, lost] = client.collect(12'000);
		CHECK(events.size() + lost == 12'000);
		CHECK(lost > 0);
	}

	void go_half(TestClient &client)
	{
		greet(client);
		client.send(make_command(Op::PING, 0));
		::shutdown(client.fd(), SHUT_WR);
		const Frame answer = client.reply();
		check(answer);
		const bool is_hung_up = client.is_hung_up();
		CHECK(is_hung_up);
	}

	/* What the witness got, and what it lost, is all that there was. */
	void account(TestClient &witness)
	{
		const std::uint64_t all = scene_->hub->writer.seq();
		const auto [events, lost] = witness.collect(all);
		CHECK(events.size() + lost == all);
		for (std::size_t i = 1; i < events.size(); i++) {
			if (events[i].seq <= events[i - 1].seq)
				throw std::logic_error("events come out of order");
		}
	}

	/* The failure is long over: all is well for who comes now. */
	void be_fresh()
	{
		failure_.number = 0;
		UniqueFd fd = scene_->connect_unix();
		auto wait = waiting(fd.get());
		TestClient client(std::move(fd), std::move(wait));
		greet(client);
		watch(client, 1);
		scene_->hub->publish_edges(0, 3);
		const auto [events, lost] = client.collect(3);
		CHECK(events.size() == 3);
	}

	void leave()
	{
		bool is_stopped = false;
		{
			const calls::Entered entered;
			scene_->daemon->stop([&] { is_stopped = true; });
		}
		scene_->settle();
		INFO((failure_.hit ? calls::name_of(*failure_.hit) : "none")
			<< " with " << failure_.error);
		CHECK(is_stopped);
		CHECK(scene_->daemon->clients() == 0);
	}

	Failure &failure_;
	Scene *scene_ = nullptr;
	std::string stage_ = "witness";
	int harmed_ = 0;
};

/* False: there are not so many calls. */
bool fails(Failure &failure)
{
	const int harmed = Trial(failure).run();
	CHECK(harmed <= 1);
	CHECK(calls::descriptors() == 0);
	return failure.hit.has_value();
}

} // namespace

TEST_CASE("clients of every kind are served while every call ends well")
{
	const CapturedLog log;
	Failure none;
	CHECK(Trial(none).run() == 0);
	CHECK(calls::descriptors() == 0);
}

TEST_CASE("whichever system call fails, and how, harms one client at most, and leaves nothing")
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread changes it */
	const bool is_long = std::getenv("GPIOHUB_LONG") != nullptr;
	for (std::size_t number = 1;; number++) {
		/* Each call once, now in one way and now in another; or in all of them. */
		std::size_t ways = 1;
		for (std::size_t way = is_long ? 0 : number; way < (is_long ? ways : number + 1);
			way++) {
			Failure failure{number, way};
			const CapturedLog log;
			INFO("call " << number << ", way " << way);
			try {
				if (!fails(failure))
					return;
			} catch (const std::exception &error) {
				FAIL_CHECK((failure.hit ? calls::name_of(*failure.hit) : "none")
					<< " with " << failure.error << ": " << error.what());
			}
			ways = failure.hit ? calls::fates_of(*failure.hit).size() : 1;
		}
	}
}
