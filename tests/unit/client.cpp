/* SPDX-License-Identifier: MIT */
/* A daemon of our own at the other end of a socket pair. */
#include <gpiohub/client.hpp>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <sys/socket.h>
#include <sys/uio.h>
#include <thread>

using namespace gpiohub;
using std::chrono::milliseconds;

namespace
{

/* The server's end, blocking; its answers are written by the test. */
class FakeDaemon
{
public:
	explicit FakeDaemon(UniqueFd fd) : fd_(std::move(fd)) {}

	gpiohub_command receive()
	{
		gpiohub_command command = {};
		receive_bytes(&command, sizeof(command));
		return command;
	}

	std::string receive_payload(std::size_t size)
	{
		std::string text(wire::padded(size), '?');
		receive_bytes(text.data(), text.size());
		return text;
	}

	void reply(const wire::Reply &reply, std::string_view payload = {})
	{
		wire::Reply sized = reply;
		sized.size = static_cast<std::uint32_t>(payload.size());
		send_bytes(
			wire::to_bytes(wire::reply_header(wire::hub_of(reply.flags), sized.size)));
		send_bytes(wire::to_bytes(sized));
		std::string padded(payload);
		padded.resize(wire::padded(payload.size()));
		send_bytes(std::as_bytes(std::span(padded)));
	}

	/* A reply without payload, with a file unless that is -1. */
	void reply_with(const wire::Reply &reply, int file)
	{
		const auto header = wire::to_bytes(wire::reply_header(0, 0));
		const auto record = wire::to_bytes(reply);
		std::vector<std::byte> bytes(header.begin(), header.end());
		bytes.insert(bytes.end(), record.begin(), record.end());
		iovec part = {bytes.data(), bytes.size()};
		alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control = {};
		msghdr message = {};
		message.msg_iov = &part;
		message.msg_iovlen = 1;
		if (file >= 0) {
			message.msg_control = control.data();
			message.msg_controllen = control.size();
			cmsghdr *rights = CMSG_FIRSTHDR(&message);
			rights->cmsg_level = SOL_SOCKET;
			rights->cmsg_type = SCM_RIGHTS;
			rights->cmsg_len = CMSG_LEN(sizeof(int));
			std::memcpy(CMSG_DATA(rights), &file, sizeof(file));
		}
		::sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
	}

	void events(std::uint64_t first, std::uint32_t count, std::uint64_t lost)
	{
		send_bytes(wire::to_bytes(wire::events_header(0, count, lost)));
		for (std::uint32_t i = 0; i < count; i++) {
			gpiohub_event event = {};
			event.seq = first + i;
			send_bytes(wire::to_bytes(event));
		}
	}

	void send_bytes(std::span<const std::byte> bytes)
	{
		if (!bytes.empty())
			::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
	}

	void greet()
	{
		const gpiohub_command hello = receive();
		wire::Reply answer = wire::make_reply(hello);
		answer.value = wire::kVersion;
		answer.value2 = 0b101;
		reply(answer);
	}

private:
	void receive_bytes(void *to, std::size_t size) { ::recv(fd_.get(), to, size, MSG_WAITALL); }

	UniqueFd fd_;
};

/* Runs the daemon's part in a thread, the connection ends with it. */
class Conversation
{
public:
	explicit Conversation(std::function<void(FakeDaemon &)> part)
	{
		int fds[2];
		REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
		ours_ = UniqueFd(fds[0]);
		thread_ = std::thread([fd = fds[1], part = std::move(part)] {
			FakeDaemon daemon{UniqueFd(fd)};
			part(daemon);
		});
	}

	Conversation(const Conversation &) = delete;
	Conversation &operator=(const Conversation &) = delete;
	~Conversation() { thread_.join(); }

	Result<Client> connect(milliseconds timeout = Client::kTimeout)
	{
		return Client::adopt(std::move(ours_), timeout);
	}

private:
	UniqueFd ours_;
	std::thread thread_;
};

} // namespace

TEST_CASE("a client says hello and learns which hubs there are")
{
	gpiohub_command hello = {};
	Conversation conversation([&hello](FakeDaemon &daemon) {
		hello = daemon.receive();
		wire::Reply answer = wire::make_reply(hello);
		answer.value = wire::kVersion;
		answer.value2 = 0b101;
		daemon.reply(answer);
	});
	const auto client = conversation.connect();

	REQUIRE(client.ok());
	CHECK(client->hubs() == 0b101);
	CHECK(wire::check_command(hello) == 0);
	CHECK(hello.op == static_cast<std::uint8_t>(wire::Op::HELLO));
}

TEST_CASE("commands carry their fields, replies their values")
{
	Conversation conversation([](FakeDaemon &daemon) {
		daemon.greet();
		for (int i = 0; i < 3; i++) {
			const gpiohub_command command = daemon.receive();
			wire::Reply answer = wire::make_reply(command);
			answer.value = command.mask + command.value + command.arg;
			daemon.reply(answer);
		}
	});
	auto client = conversation.connect();
	REQUIRE(client.ok());

	CHECK(*client->get(1, 0xf0) == 0xf0);
	CHECK(*client->subscribe(0, 1, 2, 40) == 43);
	CHECK(client->configure(0, 1, LineConfig()).ok());
}

TEST_CASE("payloads come without their padding")
{
	Conversation conversation([](FakeDaemon &daemon) {
		daemon.greet();
		daemon.reply(wire::make_reply(daemon.receive()), "{\"clients\":1}");

		const gpiohub_command command = daemon.receive();
		wire::LineInfo info = {};
		info.info.line = command.line;
		std::strcpy(info.name, "GPIO9");
		const auto bytes = wire::to_bytes(info);
		daemon.reply(wire::make_reply(command),
			{reinterpret_cast<const char *>(bytes.data()), bytes.size()});

		daemon.reply(wire::make_reply(daemon.receive()), "too short");
	});
	auto client = conversation.connect();
	REQUIRE(client.ok());

	CHECK(*client->stats() == "{\"clients\":1}");
	const auto info = client->line_info(2, 9);
	REQUIRE(info.ok());
	CHECK(info->info.line == 9);
	CHECK(std::string(info->name) == "GPIO9");
	CHECK(client->info(0).error().code == EPROTO);
}

TEST_CASE("a message is sent in whole records")
{
	std::string received;
	Conversation conversation([&received](FakeDaemon &daemon) {
		daemon.greet();
		const gpiohub_command command = daemon.receive();
		received = daemon.receive_payload(command.arg);
		daemon.reply(wire::make_reply(command));
	});
	auto client = conversation.connect();
	REQUIRE(client.ok());

	CHECK(client->message(0, "").error().code == EINVAL);
	CHECK(client->message(0, std::string(241, 'x')).error().code == EMSGSIZE);
	CHECK(client->message(0, "hello").ok());
	CHECK(received.size() == 32);
	CHECK(received == std::string("hello") + std::string(27, '\0'));
}

TEST_CASE("a pattern follows its command, and its request has the command's id")
{
	gpiohub_command command = {};
	std::string payload;
	Conversation conversation([&](FakeDaemon &daemon) {
		daemon.greet();
		command = daemon.receive();
		payload = daemon.receive_payload(command.arg);
		daemon.reply(wire::make_reply(command));
	});
	auto client = conversation.connect();
	REQUIRE(client.ok());

	const Pattern pattern = {0b1, {drive_step(1, 0, 1000), drive_step(0, 1, 0)}};
	const auto id = client->play(2, pattern, {.flags = GPIOHUB_PLAY_REPLACE});
	REQUIRE(id.ok());
	CHECK(*id == command.id);
	CHECK(wire::check_command(command) == 0);
	CHECK(wire::hub_of(command.flags) == 2);
	REQUIRE(payload.size() == 64 + 2 * 32);
	const auto bytes = std::as_bytes(std::span(payload));
	const auto play = wire::from_bytes<gpiohub_play>(bytes);
	CHECK(play.lines == 0b1);
	CHECK(play.count == 2);
	CHECK(play.flags == GPIOHUB_PLAY_REPLACE);
	CHECK(play.steps == 0);
	CHECK(wire::from_bytes<gpiohub_step>(bytes.subspan(96)).clear == 1);
	CHECK(client->play(0, {}, {}).error().code == EINVAL);
}

TEST_CASE("a rule has the number that it was given, or one of its own")
{
	std::vector<gpiohub_command> commands;
	Conversation conversation([&](FakeDaemon &daemon) {
		daemon.greet();
		for (int i = 0; i < 3; i++) {
			commands.push_back(daemon.receive());
			if (wire::has_payload(commands.back()))
				daemon.receive_payload(commands.back().arg);
			daemon.reply(wire::make_reply(commands.back()));
		}
	});
	auto client = conversation.connect();
	REQUIRE(client.ok());

	gpiohub_rule rule = {};
	const auto own = client->add_rule(0, rule);
	REQUIRE(own.ok());
	rule.id = 77;
	CHECK(*client->add_rule(0, rule) == 77);
	CHECK(client->delete_rule(0, 77).ok());
	CHECK(commands[0].id == *own);
	CHECK(*own != 0);
	CHECK(commands[1].id == 77);
	CHECK(commands[2].value == 77);
}

TEST_CASE("a wait ends with what happened, or with nothing when its time is up")
{
	std::vector<gpiohub_command> commands;
	Conversation conversation([&](FakeDaemon &daemon) {
		daemon.greet();
		commands.push_back(daemon.receive());
		wire::Reply answer = wire::make_reply(commands.back());
		answer.value = 41;
		answer.value2 = 1'000'000;
		daemon.reply(answer);
		for (const int code : {ETIMEDOUT, EOVERFLOW}) {
			commands.push_back(daemon.receive());
			answer = wire::make_reply(commands.back());
			answer.error = code;
			daemon.reply(answer, "cannot wait");
		}
	});
	auto client = conversation.connect();
	REQUIRE(client.ok());

	const auto happened = client->wait(0, 0b10, GPIOHUB_KINDS_EDGES, 3, milliseconds(5));
	REQUIRE(happened.ok());
	REQUIRE(happened->has_value());
	CHECK((*happened)->seq == 41);
	CHECK((*happened)->time_ns == 1'000'000);
	const auto late = client->wait(0, 0b10, GPIOHUB_KINDS_EDGES, 1, {});
	REQUIRE(late.ok());
	CHECK_FALSE(late->has_value());
	CHECK(client->wait(0, 0b10, GPIOHUB_KINDS_EDGES, 1, {}).error().code == EOVERFLOW);

	CHECK(commands[0].mask == 0b10);
	CHECK(commands[0].value == (std::uint64_t{3} << 32 | GPIOHUB_KINDS_EDGES));
	CHECK(commands[0].arg == 5'000'000);
}

TEST_CASE("a daemon that does not answer is no wait whose time is up")
{
	int silence[2];
	REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, silence) == 0);
	UniqueFd ours(silence[0]);
	UniqueFd theirs(silence[1]);
	Conversation conversation([&theirs](FakeDaemon &daemon) {
		daemon.greet();
		char end = 0;
		::recv(theirs.get(), &end, 1, 0);
	});
	auto client = conversation.connect(milliseconds(200));
	REQUIRE(client.ok());
	const auto happened = client->wait(0, 1, GPIOHUB_KINDS_EDGES, 1, milliseconds(1));
	ours.reset();
	REQUIRE_FALSE(happened.ok());
	CHECK(happened.error().code == ETIMEDOUT);
}

TEST_CASE("the daemon's error comes back with its errno, line and text")
{
	Conversation conversation([](FakeDaemon &daemon) {
		daemon.greet();
		wire::Reply answer = wire::make_reply(daemon.receive());
		answer.error = EBUSY;
		answer.line = 4;
		daemon.reply(answer, "cannot claim line 4");
		answer = wire::make_reply(daemon.receive());
		answer.error = EPERM;
		daemon.reply(answer);
	});
	auto client = conversation.connect();
	REQUIRE(client.ok());

	const auto claimed = client->claim(0, 1 << 4, GPIOHUB_GUARD_KEEP);
	REQUIRE_FALSE(claimed.ok());
	CHECK(claimed.error().code == EBUSY);
	CHECK(claimed.error().line == 4);
	CHECK(claimed.error().what == "cannot claim line 4");
	CHECK_FALSE(client->set(0, 1, 1).error().what.empty());
}

TEST_CASE("events are kept in order while a reply is waited for")
{
	Conversation conversation([](FakeDaemon &daemon) {
		daemon.greet();
		const gpiohub_command command = daemon.receive();
		daemon.events(10, 2, 0);
		daemon.events(20, 1, 8);
		daemon.reply(wire::make_reply(command));
		daemon.events(21, 1, 0);
		daemon.send_bytes(wire::to_bytes(wire::gone_header(2)));
	});
	auto client = conversation.connect();
	REQUIRE(client.ok());
	REQUIRE(client->ping().ok());

	std::vector<std::uint64_t> numbers;
	std::uint64_t lost = 0;
	for (int frames = 0; frames < 3; frames++) {
		const auto received = client->next(Client::kForever);
		REQUIRE(received.ok());
		REQUIRE(received->has_value());
		lost += (*received)->lost;
		for (const gpiohub_event &event : (*received)->events)
			numbers.push_back(event.seq);
	}
	CHECK(numbers == std::vector<std::uint64_t>{10, 11, 20, 21});
	CHECK(lost == 8);

	const auto gone = client->next(Client::kForever);
	REQUIRE(gone.ok());
	CHECK((*gone)->gone);
	CHECK((*gone)->hub == 2);
	CHECK(client->next(Client::kForever).error().code == ECONNRESET);
}

TEST_CASE("of very many events that come while a reply is waited for the oldest are lost, and "
	  "counted")
{
	constexpr std::uint64_t kFrames = 100;
	constexpr std::uint32_t kEvents = 1000;
	Conversation conversation([](FakeDaemon &daemon) {
		daemon.greet();
		const gpiohub_command command = daemon.receive();
		for (std::uint64_t i = 0; i < kFrames; i++)
			daemon.events(3 + i * kEvents, kEvents, i == 0 ? 3 : 0);
		daemon.reply(wire::make_reply(command));
	});
	auto client = conversation.connect();
	REQUIRE(client.ok());
	REQUIRE(client->ping().ok());

	std::uint64_t next = 0;
	std::uint64_t kept = 0;
	while (next < 3 + kFrames * kEvents) {
		const auto received = client->next(Client::kForever);
		REQUIRE(received.ok());
		next += (*received)->lost;
		for (const gpiohub_event &event : (*received)->events) {
			if (event.seq != next++)
				FAIL("event " << event.seq << " after " << next - 1);
			kept++;
		}
	}
	CHECK(kept <= Client::kMostKept);
	CHECK(kept > Client::kMostKept - kEvents);
}

TEST_CASE("a frame that comes byte by byte is put together")
{
	Conversation conversation([](FakeDaemon &daemon) {
		daemon.greet();
		const auto header = wire::to_bytes(wire::events_header(0, 1, 3));
		const auto record = wire::to_bytes(gpiohub_event{7, 1, 2, 0, 0, 5, 6});
		for (const std::byte &byte : header)
			daemon.send_bytes(std::span(&byte, 1));
		for (const std::byte &byte : record)
			daemon.send_bytes(std::span(&byte, 1));
	});
	auto client = conversation.connect();
	REQUIRE(client.ok());

	const auto received = client->next(Client::kForever);
	REQUIRE(received.ok());
	REQUIRE((*received)->events.size() == 1);
	CHECK((*received)->events[0].seq == 7);
	CHECK((*received)->events[0].levels == 6);
	CHECK((*received)->lost == 3);
}

TEST_CASE("nothing is given when nothing came in time")
{
	int silence[2];
	REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, silence) == 0);
	UniqueFd ours(silence[0]);
	UniqueFd theirs(silence[1]);

	SECTION("no frame")
	{
		Conversation conversation([&theirs](FakeDaemon &daemon) {
			daemon.greet();
			char end = 0; /* the connection lasts until the test is done */
			::recv(theirs.get(), &end, 1, 0);
		});
		auto client = conversation.connect();
		REQUIRE(client.ok());
		const auto received = client->next(milliseconds(0));
		REQUIRE(received.ok());
		CHECK_FALSE(received->has_value());
		ours.reset();
	}
	SECTION("no reply")
	{
		const auto client = Client::adopt(std::move(ours), milliseconds(10));
		REQUIRE_FALSE(client.ok());
		CHECK(client.error().code == ETIMEDOUT);
	}
}

TEST_CASE("a daemon that breaks the protocol is an error, not a value")
{
	std::function<void(FakeDaemon &)> part;

	SECTION("a header of no kind")
	{
		part = [](FakeDaemon &daemon) {
			daemon.send_bytes(std::vector(16, std::byte{0xff}));
		};
	}
	SECTION("a reply to another command")
	{
		part = [](FakeDaemon &daemon) {
			wire::Reply answer = {};
			answer.op = 23;
			answer.id = 999;
			daemon.reply(answer);
		};
	}
	SECTION("a reply of another length than its frame")
	{
		part = [](FakeDaemon &daemon) {
			wire::Reply answer = {};
			answer.size = 64;
			daemon.send_bytes(wire::to_bytes(wire::reply_header(0, 0)));
			daemon.send_bytes(wire::to_bytes(answer));
		};
	}
	Conversation conversation([&part](FakeDaemon &daemon) {
		daemon.greet();
		daemon.receive();
		part(daemon);
	});
	auto client = conversation.connect();
	REQUIRE(client.ok());
	CHECK(client->ping().error().code == EPROTO);
}

TEST_CASE("a daemon that hangs up is told as such")
{
	Conversation conversation([](FakeDaemon &daemon) {
		daemon.greet();
		daemon.receive();
	});
	auto client = conversation.connect();
	REQUIRE(client.ok());
	CHECK(client->ping().error().code == ECONNRESET);
	CHECK(client->ping().error().code == ECONNRESET);
}

TEST_CASE("a file that the daemon hands over is the hub's, and one that it does not is missed")
{
	const bool is_handed = GENERATE(true, false);
	Conversation conversation([is_handed](FakeDaemon &daemon) {
		daemon.greet();
		const gpiohub_command command = daemon.receive();
		const UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
		daemon.reply_with(wire::make_reply(command), is_handed ? file.get() : -1);
	});
	auto client = conversation.connect();
	REQUIRE(client.ok());
	auto device = client->open(3);
	REQUIRE(device.ok() == is_handed);
	if (is_handed) {
		CHECK(device->path() == "/dev/gpiohub3");
		CHECK(::fcntl(device->fd(), F_GETFD) == FD_CLOEXEC);
	} else {
		CHECK(device.error().code == EPROTO);
	}
}
