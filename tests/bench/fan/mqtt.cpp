/* SPDX-License-Identifier: MIT */
/*
 * As much of MQTT 3.1.1 as it takes to publish and to listen at QoS 0, to one topic with
 * a name of one letter. A message is a struct gpiohub_event, or a frame as gpiohub's.
 */
#include "peer.hpp"

#include "../bench.hpp"

#include <gpiohub/wire.hpp>

#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <thread>

namespace wire = gpiohub::wire;
using bench::must;

namespace fan
{

namespace
{

using Bytes = std::vector<std::byte>;

constexpr std::uint8_t type_connect = 0x10;
constexpr std::uint8_t type_publish = 0x30;
constexpr std::uint8_t type_subscribe = 0x82;
constexpr std::array<std::uint8_t, 3> topic{0, 1, 'g'};

void append(Bytes &to, const void *from, std::size_t size)
{
	const auto *bytes = static_cast<const std::byte *>(from);
	to.insert(to.end(), bytes, bytes + size);
}

/* Type, length in 7 bits at a time, content. */
void append_packet(Bytes &to, std::uint8_t type, const Bytes &content)
{
	to.push_back(std::byte{type});
	std::size_t length = content.size();
	do {
		const auto low = static_cast<std::uint8_t>(length & 0x7f);
		length >>= 7;
		to.push_back(std::byte(low | (length > 0 ? 0x80 : 0)));
	} while (length > 0);
	to.insert(to.end(), content.begin(), content.end());
}

void send_all(int socket, const Bytes &bytes)
{
	for (std::size_t sent = 0; sent < bytes.size();)
		sent += static_cast<std::size_t>(
			must(::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL),
				"send"));
}

/* Sends it, and takes the answer, which has so many bytes. */
void exchange(int socket, const Bytes &packet, std::size_t answer)
{
	send_all(socket, packet);
	std::array<std::byte, 16> bytes;
	if (::recv(socket, bytes.data(), answer, MSG_WAITALL) != static_cast<long>(answer))
		bench::fail("the broker gave no answer");
}

gpiohub::UniqueFd enter(const std::string &path)
{
	gpiohub::UniqueFd socket = connect_to(path);
	/* MQTT, level 4, clean, no keep-alive, no name: the broker makes one. */
	constexpr std::array<std::uint8_t, 12> connect{0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 0};
	Bytes content;
	append(content, connect.data(), connect.size());
	Bytes packet;
	append_packet(packet, type_connect, content);
	exchange(socket.get(), packet, 4);
	return socket;
}

/* One burst from event `seq` on. */
Bytes burst_of(std::uint32_t size, std::uint64_t seq, bool is_batched)
{
	Bytes packets;
	Bytes content;
	append(content, topic.data(), topic.size());
	if (is_batched) {
		const auto header = wire::events_header(0, size, 0);
		append(content, &header, sizeof(header));
	}
	for (std::uint32_t i = 0; i < size; i++) {
		gpiohub_event event{};
		event.seq = seq + i;
		append(content, &event, sizeof(event));
		if (is_batched)
			continue;
		append_packet(packets, type_publish, content);
		content.resize(topic.size());
	}
	if (is_batched)
		append_packet(packets, type_publish, content);
	return packets;
}

class MqttPeer final : public Peer
{
public:
	MqttPeer(std::string path, bool is_batched)
		: path_(std::move(path)),
		  is_batched_(is_batched),
		  publisher_(enter(path_))
	{
	}

	gpiohub::UniqueFd subscribe() override
	{
		gpiohub::UniqueFd socket = enter(path_);
		Bytes content{std::byte{0}, std::byte{1}};
		append(content, topic.data(), topic.size());
		content.push_back(std::byte{0});
		Bytes packet;
		append_packet(packet, type_subscribe, content);
		exchange(socket.get(), packet, 5);
		return socket;
	}

	std::size_t take(std::span<const std::byte> bytes, Account &account) const override;

	void start(const Bursts &bursts, const std::function<void()> &begin) override
	{
		begin();
		thread_ = std::jthread([this, bursts] { publish(bursts); });
	}

private:
	void publish(const Bursts &bursts) const;

	std::string path_;
	bool is_batched_;
	gpiohub::UniqueFd publisher_;
	std::jthread thread_;
};

std::size_t MqttPeer::take(std::span<const std::byte> bytes, Account &account) const
{
	std::size_t length = 0;
	std::size_t head = 1;
	for (bool is_more = true; is_more; head++) {
		if (head >= bytes.size())
			return 0;
		const auto byte = std::to_integer<std::uint8_t>(bytes[head]);
		length |= std::size_t{byte & 0x7fU} << 7 * (head - 1);
		is_more = (byte & 0x80) != 0;
	}
	if (bytes.size() < head + length)
		return 0;
	const auto payload = bytes.subspan(head + topic.size(), length - topic.size());
	if (is_batched_) {
		take_frame(payload, account);
	} else {
		gpiohub_event event;
		std::memcpy(&event, payload.data(), sizeof(event));
		account.take(0, {&event, 1});
	}
	return head + length;
}

void MqttPeer::publish(const Bursts &bursts) const
{
	const gpiohub::UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
	itimerspec times{};
	times.it_interval.tv_sec = static_cast<time_t>(bursts.period_ns() / 1'000'000'000);
	times.it_interval.tv_nsec = static_cast<long>(bursts.period_ns() % 1'000'000'000);
	times.it_value = times.it_interval;
	must(::timerfd_settime(timer.get(), 0, &times, nullptr), "timerfd_settime");
	for (std::uint64_t made = 0; made < bursts.count;) {
		std::uint64_t due = 0;
		must(::read(timer.get(), &due, sizeof(due)), "timerfd");
		for (; due > 0 && made < bursts.count; due--, made++)
			send_all(publisher_.get(),
				burst_of(bursts.size, made * bursts.size, is_batched_));
	}
}

} // namespace

std::unique_ptr<Peer> make_mqtt(const std::string &socket, bool is_batched)
{
	return std::make_unique<MqttPeer>(socket, is_batched);
}

} // namespace fan
