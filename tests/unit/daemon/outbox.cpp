/* SPDX-License-Identifier: MIT */
#include "outbox.hpp"

#include "test_client.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <fcntl.h>
#include <numeric>
#include <sys/socket.h>
#include <sys/uio.h>

using namespace gpiohub;
using namespace gpiohub::daemon;

namespace
{

std::vector<std::byte> bytes(std::size_t count, int first = 0)
{
	std::vector<std::byte> result(count);
	for (std::size_t i = 0; i < count; i++)
		result[i] = static_cast<std::byte>(static_cast<std::size_t>(first) + i);
	return result;
}

/* What the other end has got so far. */
void drain(int socket, std::vector<std::byte> &into)
{
	std::array<std::byte, 65536> part;
	for (;;) {
		const auto got = ::recv(socket, part.data(), part.size(), MSG_DONTWAIT);
		if (got <= 0)
			return;
		into.insert(into.end(), part.begin(), part.begin() + got);
	}
}

} // namespace

TEST_CASE("what goes in comes out, in order")
{
	auto [near, far] = connection();
	Outbox out(1024);
	REQUIRE(out.append_events(bytes(16), bytes(64, 100)));
	REQUIRE(out.append_reply(bytes(48, 7), {}));
	CHECK(out.queued() == 128);
	CHECK(out.flush(near.get()) == Outbox::Flushed::Done);
	CHECK(out.empty());

	std::vector<std::byte> got;
	drain(far.get(), got);
	auto expected = bytes(16);
	for (const auto &part : {bytes(64, 100), bytes(48, 7)})
		expected.insert(expected.end(), part.begin(), part.end());
	CHECK(got == expected);
}

TEST_CASE("events leave a quarter for replies, and a frame is taken whole or not")
{
	Outbox out(1024);
	CHECK(out.room_for_events() == 768);
	CHECK_FALSE(out.append_events(bytes(16), bytes(768)));
	CHECK(out.empty());
	REQUIRE(out.append_events(bytes(16), bytes(752)));
	CHECK(out.room_for_events() == 0);
	CHECK_FALSE(out.append_events(bytes(16), {}));

	CHECK_FALSE(out.append_reply(bytes(16), bytes(256)));
	REQUIRE(out.append_reply(bytes(16), bytes(240)));
	CHECK_FALSE(out.append_reply(bytes(1), {}));
	CHECK(out.queued() == 1024);
}

TEST_CASE("a full socket blocks, and what is left goes on in the middle of a record")
{
	auto [near, far] = connection();
	const int small = 1; /* the kernel makes its least of it */
	::setsockopt(near.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));

	Outbox out(64 * 1024);
	std::vector<std::byte> sent;
	std::vector<std::byte> got;
	int blocked = 0;
	/* Frames of odd sizes, so that they go around the end of the ring. */
	for (int i = 0; i < 300; i++) {
		const auto frame = bytes(1000 + static_cast<std::size_t>(i) * 7 % 331, i);
		while (!out.append_reply(frame, {})) {
			blocked += out.flush(near.get()) == Outbox::Flushed::Blocked ? 1 : 0;
			drain(far.get(), got);
		}
		sent.insert(sent.end(), frame.begin(), frame.end());
	}
	while (!out.empty()) {
		(void)out.flush(near.get());
		drain(far.get(), got);
	}
	CHECK(blocked > 0);
	CHECK(got == sent);
}

TEST_CASE("events are sent at once while nothing is queued, and after what is queued if not")
{
	auto [near, far] = connection();
	Outbox out(1024, near.get());
	std::vector<std::byte> got;
	REQUIRE(out.append_events(bytes(16), bytes(64, 100)));
	CHECK(out.empty());
	drain(far.get(), got);
	auto expected = bytes(16);
	const auto append = [&](const std::vector<std::byte> &part) {
		expected.insert(expected.end(), part.begin(), part.end());
	};
	append(bytes(64, 100));
	CHECK(got == expected);

	REQUIRE(out.append_reply(bytes(48, 7), {}));
	REQUIRE(out.append_events(bytes(16, 3), bytes(32, 50)));
	CHECK(out.queued() == 48 + 16 + 32);
	CHECK(out.flush(near.get()) == Outbox::Flushed::Done);
	drain(far.get(), got);
	append(bytes(48, 7));
	append(bytes(16, 3));
	append(bytes(32, 50));
	CHECK(got == expected);
}

TEST_CASE("a reply that is sent by itself goes at once, or after what is queued; it may fill all")
{
	auto [near, far] = connection();
	Outbox out(64, near.get());
	std::vector<std::byte> got;
	REQUIRE(out.send_reply(bytes(8), bytes(56, 8)));
	CHECK(out.empty());
	drain(far.get(), got);
	CHECK(got == bytes(64));
	CHECK_FALSE(out.send_reply(bytes(8), bytes(57)));

	REQUIRE(out.append_reply(bytes(16), {}));
	REQUIRE(out.send_reply(bytes(16, 16), bytes(32, 32)));
	CHECK(out.queued() == 64);
	CHECK_FALSE(out.send_reply(bytes(1), {}));
	CHECK(out.flush(near.get()) == Outbox::Flushed::Done);
	got.clear();
	drain(far.get(), got);
	CHECK(got == bytes(64));
}

TEST_CASE("of events that are sent at once, what the socket has no room for is queued")
{
	auto [near, far] = connection();
	const int small = 1;
	::setsockopt(near.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	Outbox out(256 * 1024, near.get());
	std::vector<std::byte> sent;
	std::vector<std::byte> got;
	/* More than the socket takes in one piece, and then more behind it. */
	for (const std::size_t size : {50'000U, 40'000U, 30'000U}) {
		const auto records = bytes(size, static_cast<int>(size % 100));
		REQUIRE(out.append_events(bytes(16), records));
		const auto header = bytes(16);
		sent.insert(sent.end(), header.begin(), header.end());
		sent.insert(sent.end(), records.begin(), records.end());
	}
	CHECK(out.queued() > 40'000 + 30'000);
	CHECK(out.queued() < sent.size());
	while (!out.empty()) {
		drain(far.get(), got);
		(void)out.flush(near.get());
	}
	drain(far.get(), got);
	CHECK(got == sent);
}

TEST_CASE("that a client is gone is found out by flushing, not by sending at once")
{
	auto [near, far] = connection();
	far.reset();
	Outbox out(1024, near.get());
	REQUIRE(out.append_events(bytes(16), bytes(32)));
	CHECK(out.queued() == 48);
	CHECK(out.flush(near.get()) == Outbox::Flushed::Broken);
}

TEST_CASE("a client that is gone breaks it")
{
	auto [near, far] = connection();
	far.reset();
	Outbox out(1024);
	CHECK(out.flush(near.get()) == Outbox::Flushed::Done);
	REQUIRE(out.append_reply(bytes(16), {}));
	CHECK(out.flush(near.get()) == Outbox::Flushed::Broken);
}

namespace
{

std::shared_ptr<const UniqueFd> some_file()
{
	return std::make_shared<const UniqueFd>(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

/* One recvmsg: how many bytes, and whether a file came along. */
std::pair<ssize_t, bool> receive(int socket)
{
	std::array<std::byte, 65536> part;
	iovec into{part.data(), part.size()};
	alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control{};
	msghdr message{};
	message.msg_iov = &into;
	message.msg_iovlen = 1;
	message.msg_control = control.data();
	message.msg_controllen = control.size();
	const ssize_t got = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	cmsghdr *rights = CMSG_FIRSTHDR(&message);
	if (rights == nullptr)
		return {got, false};
	int fd = -1;
	std::memcpy(&fd, CMSG_DATA(rights), sizeof(fd));
	const UniqueFd file(fd);
	return {got, file.get() >= 0};
}

} // namespace

TEST_CASE("a file goes along with the first byte of its frame, and is closed then")
{
	auto [near, far] = connection();
	Outbox out(1024);
	std::weak_ptr<const UniqueFd> first;
	REQUIRE(out.append_reply(bytes(48), {}));
	{
		auto file = some_file();
		first = file;
		REQUIRE(out.append_reply(bytes(16), bytes(32), std::move(file)));
	}
	REQUIRE(out.append_reply(bytes(48), {}, some_file()));
	REQUIRE(out.append_reply(bytes(48), {}));
	CHECK_FALSE(first.expired());
	CHECK(out.flush(near.get()) == Outbox::Flushed::Done);
	CHECK(first.expired());
	CHECK(receive(far.get()) == std::pair<ssize_t, bool>(48 + 48, true));
	CHECK(receive(far.get()) == std::pair<ssize_t, bool>(48 + 48, true));
	CHECK(receive(far.get()).first == -1);
}

TEST_CASE("a file goes along with its own frame, also after events that were sent at once")
{
	auto [near, far] = connection();
	Outbox out(1024, near.get());
	REQUIRE(out.append_events(bytes(16), bytes(64)));
	REQUIRE(out.append_reply(bytes(48), {}, some_file()));
	CHECK(out.flush(near.get()) == Outbox::Flushed::Done);
	std::array<std::byte, 80> events;
	CHECK(::recv(far.get(), events.data(), events.size(), MSG_DONTWAIT) == 80);
	CHECK(receive(far.get()) == std::pair<ssize_t, bool>(48, true));
}

TEST_CASE("a file that nobody takes goes with its outbox")
{
	std::weak_ptr<const UniqueFd> left;
	{
		auto file = some_file();
		left = file;
		Outbox out(1024);
		REQUIRE(out.append_reply(bytes(48), {}, std::move(file)));
	}
	CHECK(left.expired());
}
