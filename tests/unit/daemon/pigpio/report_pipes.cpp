/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/report_pipes.hpp"

#include "../device_directory.hpp"
#include "bench.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

using namespace gpiohub;
using namespace gpiohub::daemon;
using namespace gpiohub::daemon::pigpio;

namespace fs = std::filesystem;

namespace
{

constexpr std::uint32_t kNo = 18;

struct Directory : DeviceDirectory {
	Settings settings() const
	{
		Settings settings;
		settings.pipes = path;
		return settings;
	}
	UniqueFd open(const std::string &name) const
	{
		return UniqueFd(
			::open((path + "/" + name).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
	}
	bool has(const std::string &name) const { return fs::exists(path + "/" + name); }
};

/* What is in a pipe. */
std::vector<Report> reports(const UniqueFd &pipe)
{
	std::vector<Report> all(8192);
	std::size_t got = 0;
	for (;;) {
		const auto size = ::read(pipe.get(), all.data() + got, 341 * sizeof(Report));
		if (size <= 0)
			break;
		REQUIRE(static_cast<std::size_t>(size) % sizeof(Report) == 0);
		got += static_cast<std::size_t>(size) / sizeof(Report);
	}
	all.resize(got);
	return all;
}

} // namespace

TEST_CASE("NO: reports come by a pipe, for whoever reads it")
{
	const Directory directory;
	Bench bench(directory.settings());
	{
		auto client = bench.connect();
		REQUIRE(client.call(kNo) == 0);
		CHECK(client.call(kNoib) == 1);
		CHECK(client.call(kNo) == 2);
		CHECK(client.call(kNb, 0, 1U << 5) == 0);
		CHECK(client.call(kEvm, 0, 1) == 0);
		client.close();
	}
	CHECK((fs::status(directory.path + "/pigpio0").permissions() & fs::perms::all) ==
		fs::perms(0640));
	const UniqueFd pipe = directory.open("pigpio0");
	REQUIRE(pipe);
	auto client = bench.connect();
	bench.edge(5, true, monotonic_ns());
	bench.edge(6, true, monotonic_ns());
	CHECK(client.call(kEvt, 0) == 0);
	CHECK(client.waiting() == 0);
	const auto got = reports(pipe);
	REQUIRE(got.size() == 2);
	CHECK(got[0].seqno == 0);
	const auto &edge = got[0].flags == 0 ? got[0] : got[1];
	CHECK(edge.levels == 1U << 5);

	CHECK(client.call(kNc, 0) == 0);
	CHECK_FALSE(directory.has("pigpio0"));
	CHECK(directory.has("pigpio2"));
	CHECK(client.call(kNo) == 0);
	CHECK(client.call(kNc, 7) == res_of(Status::BadHandle));
	/* What has its name by now is another's. */
	fs::remove(directory.path + "/pigpio2");
	std::ofstream(directory.path + "/pigpio2") << "mine";
	CHECK(client.call(kNc, 2) == 0);
	CHECK(fs::remove(directory.path + "/pigpio2"));
	bench.front.reset();
	bench.front = bench.make_front(directory.settings());
	CHECK(fs::is_empty(directory.path));
}

TEST_CASE("a pipe that nobody reads takes what it holds, and costs nobody anything")
{
	const Directory directory;
	Bench bench(directory.settings());
	auto client = bench.connect();
	REQUIRE(client.call(kNo) == 0);
	CHECK(client.call(kEvm, 0, 1) == 0);
	for (int i = 0; i < 10'000; i++)
		REQUIRE(client.call(kEvt, 0) == 0);
	const UniqueFd pipe = directory.open("pigpio0");
	const auto got = reports(pipe);
	CHECK(got.size() > 1000);
	CHECK(got.size() < 10'000);
	for (std::size_t i = 0; i < got.size(); i++)
		REQUIRE(got[i].seqno == i);
	CHECK(client.call(kEvt, 0) == 0);
	const auto next = reports(pipe);
	REQUIRE(next.size() == 1);
	CHECK(next[0].seqno == 10'000);
}

TEST_CASE("NO is refused where there are no pipes, no more, or what has the name is none")
{
	{
		Bench bench;
		auto client = bench.connect();
		CHECK(client.call(kNo) == res_of(Status::NoHandle));
	}
	const Directory directory;
	std::ofstream(directory.path + "/pigpio1") << "mine";
	REQUIRE(::mkfifo((directory.path + "/pigpio0").c_str(), 0600) == 0);
	Bench bench(directory.settings());
	auto client = bench.connect();
	CHECK(client.call(kNo) == 0);
	CHECK(client.call(kNo) == res_of(Status::NoHandle));
	CHECK(fs::file_size(directory.path + "/pigpio1") == 4);
	CHECK(client.call(kNoib) == 1); /* that handle was not lost */
	for (std::int32_t i = 2; i <= 32; i++)
		REQUIRE(client.call(kNo) == i);
	CHECK(client.call(kNo) == res_of(Status::NoHandle));
	CHECK(client.call(kNc, 5) == 0);
	CHECK(client.call(kNo) == 5);
	fs::remove_all(directory.path);
	CHECK(client.call(kNc, 5) == 0);
	CHECK(client.call(kNo) == res_of(Status::NoHandle));
}
