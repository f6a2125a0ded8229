/* SPDX-License-Identifier: MIT */
/* In a directory of the test's own, beside which is what must not be reached. */
#include "proto/pigpio/files.hpp"

#include "extensions.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace gpiohub;
using namespace gpiohub::daemon::pigpio;

namespace fs = std::filesystem;

namespace
{

struct Bench {
	Bench()
	{
		fs::create_directories(inside / "sub");
		put(root / "secret", "secret");
		put(inside / "a.txt", "alpha");
		put(inside / "b.txt", "beta");
		put(inside / "sub" / "c.txt", "gamma");
		fs::create_symlink(root / "secret", inside / "link.txt");
		fs::create_symlink("../secret", inside / "near.txt");
		fs::create_symlink("a.txt", inside / "harmless.txt");
		fs::create_directory_symlink(root, inside / "up");
	}
	~Bench() { fs::remove_all(root); }
	Bench(const Bench &) = delete;
	Bench &operator=(const Bench &) = delete;

	static void put(const fs::path &path, const std::string &text)
	{
		std::ofstream(path) << text;
	}
	static std::string content(const fs::path &path)
	{
		std::ifstream file(path);
		return {std::istreambuf_iterator<char>(file), {}};
	}

	std::int32_t open(const std::string &name, std::uint32_t mode)
	{
		return files.open(mode, 0, of(name)).res;
	}
	std::uint32_t must(const std::string &name, std::uint32_t mode)
	{
		const std::int32_t handle = open(name, mode);
		REQUIRE(handle >= 0);
		return static_cast<std::uint32_t>(handle);
	}
	std::string read(std::uint32_t handle, std::uint32_t most = 100)
	{
		return files.read(handle, most, {}).extension;
	}

	const fs::path root = fs::temp_directory_path() /
		("gpiohub-test-" + std::to_string(::getpid()) + ".files");
	const fs::path inside = root / "inside";
	Caller caller{"a test"};
	Files files{caller, inside};
};

} // namespace

TEST_CASE("without a directory there is no file")
{
	const Caller caller;
	Files files(caller);
	CHECK(files.open(1, 0, of("/etc/passwd")).res == res(Status::NoFileAccess));
	CHECK(files.open(9, 0, of("x")).res == res(Status::NoFileAccess));
	CHECK(files.list(1000, 0, of("*")).res == res(Status::NoFileAccess));
	CHECK(files.read(0, 1, {}).res == res(Status::BadHandle));

	Files gone(caller, "/nowhere/at/all");
	CHECK(gone.open(1, 0, of("x")).res == res(Status::NoFileAccess));
	CHECK(gone.list(1000, 0, of("*")).res == res(Status::NoFileAccess));
}

TEST_CASE("a file is named from the directory, or with it")
{
	Bench bench;
	CHECK(bench.read(bench.must("a.txt", 1)) == "alpha");
	CHECK(bench.read(bench.must(bench.inside / "b.txt", 1)) == "beta");
	CHECK(bench.read(bench.must("sub/c.txt", 1)) == "gamma");
	const auto list = bench.files.handles();
	REQUIRE(list.size() == 3);
	CHECK(list[1].who == "a test");
	CHECK(list[1].what == "b.txt");
	Files slashed(bench.caller, bench.inside.string() + "//");
	CHECK(slashed.open(1, 0, of((bench.inside / "a.txt").string())).res == 0);
}

TEST_CASE("no name leads out of the directory")
{
	Bench bench;
	const auto none = res(Status::NoFileAccess);
	const std::string outside = bench.root / "secret";
	const std::vector<std::string> names = {outside, "../secret", "sub/../../secret",
		"sub/../a.txt", "..", bench.inside / "../secret", "/" + outside, "/etc/passwd", "/",
		"", bench.inside, bench.inside.string() + "/",
		bench.inside.string() + "/" + outside, bench.inside.string() + "x",
		std::string("a.txt\0", 6), std::string(5000, 'x')};
	for (const std::string &name : names) {
		CAPTURE(name);
		CHECK(bench.open(name, 1) == none);
		CHECK(bench.open(name, 2 | 8 | 16) == none);
	}
	CHECK(Bench::content(outside) == "secret");
	CHECK(bench.files.handles().empty());
}

TEST_CASE("no link is followed, wherever it leads and whatever for")
{
	Bench bench;
	for (const char *name : {"link.txt", "near.txt", "harmless.txt", "up/secret"}) {
		CAPTURE(name);
		for (const std::uint32_t mode : {1U, 2U, 3U, 9U, 2U | 8U | 16U})
			CHECK(bench.open(name, mode) == res(Status::NoFileAccess));
	}
	CHECK(Bench::content(bench.root / "secret") == "secret");
	CHECK(Bench::content(bench.inside / "a.txt") == "alpha");
	/* Nor is one made through a link that leads nowhere. */
	fs::create_symlink(bench.root / "new", bench.inside / "dangling");
	CHECK(bench.open("dangling", 2 | 8) == res(Status::NoFileAccess));
	CHECK_FALSE(fs::exists(bench.root / "new"));
}

TEST_CASE("only a regular file is a file, and nothing else is waited for")
{
	Bench bench;
	REQUIRE(::mkfifo((bench.inside / "pipe").c_str(), 0600) == 0);
	for (const std::uint32_t mode : {1U, 2U, 3U})
		CHECK(bench.open("pipe", mode) == res(Status::NoFileAccess));
	for (const std::uint32_t mode : {1U, 2U, 3U})
		CHECK(bench.open("sub", mode) == res(Status::FileIsDirectory));
	CHECK(bench.open(".", 1) == res(Status::FileIsDirectory));
	CHECK(bench.files.handles().empty());
}

TEST_CASE("a mode is to read or to write, and more only as it makes sense")
{
	Bench bench;
	for (const std::uint32_t mode : {0U, 4U, 8U, 16U, 17U, 32U, 33U, ~0U})
		CHECK(bench.open("a.txt", mode) == res(Status::BadFileMode));
	CHECK(Bench::content(bench.inside / "a.txt") == "alpha");
	for (const std::uint32_t mode : {1U, 2U, 3U, 5U, 9U, 7U})
		CHECK(bench.open("a.txt", mode) >= 0);
}

TEST_CASE("a file is made only when that is asked, for its owner alone")
{
	Bench bench;
	CHECK(bench.open("new", 3) == res(Status::FileOpenFailed));
	CHECK(bench.open("nowhere/new", 3 | 8) == res(Status::FileOpenFailed));
	const auto handle = bench.must("new", 3 | 8);
	CHECK(bench.files.write(handle, 0, of("text")).res == 0);
	CHECK(Bench::content(bench.inside / "new") == "text");
	CHECK((fs::status(bench.inside / "new").permissions() & fs::perms::all) ==
		(fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("writing begins at the start, at the end, or with nothing")
{
	Bench bench;
	CHECK(bench.files.write(bench.must("a.txt", 2), 0, of("AL")).res == 0);
	CHECK(Bench::content(bench.inside / "a.txt") == "ALpha");
	CHECK(bench.files.write(bench.must("a.txt", 2 | 4), 0, of("bet")).res == 0);
	CHECK(Bench::content(bench.inside / "a.txt") == "ALphabet");
	CHECK(bench.files.write(bench.must("a.txt", 2 | 16), 0, of("new")).res == 0);
	CHECK(Bench::content(bench.inside / "a.txt") == "new");
}

TEST_CASE("reading gives at most what is asked, and nothing at the end")
{
	Bench bench;
	const auto handle = bench.must("a.txt", 1);
	CHECK(bench.read(handle, 2) == "al");
	CHECK(bench.files.read(handle, ~0U, {}).res == 3);
	CHECK(bench.files.read(handle, 10, {}).res == 0);
	CHECK(bench.files.read(handle, 0, {}).res == res(Status::BadParameter));
	fs::resize_file(bench.inside / "a.txt", 100'000);
	CHECK(bench.files.read(handle, 100'000, {}).res == static_cast<int>(Files::kMostBytes));
}

TEST_CASE("a file that is open for the one is not for the other")
{
	Bench bench;
	CHECK(bench.files.write(bench.must("a.txt", 1), 0, of("x")).res ==
		res(Status::FileNotForWriting));
	CHECK(bench.files.read(bench.must("a.txt", 2), 1, {}).res ==
		res(Status::FileNotForReading));
	CHECK(Bench::content(bench.inside / "a.txt") == "alpha");
}

TEST_CASE("a position is counted from the start, from here, or from the end")
{
	Bench bench;
	const auto handle = bench.must("a.txt", 3);
	CHECK(bench.files.seek(handle, 3, U32(0)).res == 3);
	CHECK(bench.read(handle, 1) == "h");
	CHECK(bench.files.seek(handle, static_cast<std::uint32_t>(-2), U32(1)).res == 2);
	CHECK(bench.files.seek(handle, 0, U32(2)).res == 5);
	const auto bad = res(Status::BadFileSeek);
	CHECK(bench.files.seek(handle, static_cast<std::uint32_t>(-1), U32(0)).res == bad);
	CHECK(bench.files.seek(handle, 0, U32(3)).res == bad);
	CHECK(bench.files.seek(handle, 0, of("")).res == res(Status::BadParameter));
	/* A position that no reply can tell is none: it stays where it was. */
	CHECK(bench.files.seek(handle, 0x7fffffff, U32(0)).res == 0x7fffffff);
	CHECK(bench.files.seek(handle, 1, U32(1)).res == bad);
	CHECK(bench.files.seek(handle, 0, U32(1)).res == 0x7fffffff);
}

TEST_CASE("a file does not grow without end")
{
	Bench bench;
	const auto handle = bench.must("a.txt", 2);
	const auto most = static_cast<std::uint32_t>(Files::kMostFile);
	CHECK(bench.files.seek(handle, most - 1, U32(0)).res > 0);
	CHECK(bench.files.write(handle, 0, of("x")).res == 0);
	CHECK(bench.files.write(handle, 0, of("x")).res == res(Status::BadFileWrite));
	/* Nor at its end, wherever the position is. */
	const auto end = bench.must("a.txt", 2 | 4);
	CHECK(bench.files.write(end, 0, of("x")).res == res(Status::BadFileWrite));
	CHECK(fs::file_size(bench.inside / "a.txt") == most);
	CHECK(bench.files.write(handle, 0, of("")).res == res(Status::BadParameter));
}

TEST_CASE("regular files are listed, as the pattern names them")
{
	Bench bench;
	Bench::put(bench.inside / ".hidden.txt", "");
	Bench::put(bench.inside / "other", "");
	CHECK(bench.files.list(1000, 0, of("*.txt")).extension == "a.txt\nb.txt\n");
	const std::string inside = bench.inside.string() + "/";
	const Reply whole = bench.files.list(1000, 0, of(inside + "?.t*"));
	CHECK(whole.extension == inside + "a.txt\n" + inside + "b.txt\n");
	CHECK(whole.res == static_cast<int>(whole.extension.size()));
	CHECK(bench.files.list(1000, 0, of(".h*")).extension == ".hidden.txt\n");
}

TEST_CASE("a list is of the directory itself, and has whole names")
{
	Bench bench;
	CHECK(bench.files.list(11, 0, of("*.txt")).extension == "a.txt\n");
	CHECK(bench.files.list(12, 0, of("*.txt")).extension == "a.txt\nb.txt\n");
	CHECK(bench.files.list(5, 0, of("*.txt")).res == res(Status::NoFileMatch));
	CHECK(bench.files.list(0, 0, of("*.txt")).res == res(Status::BadParameter));
	CHECK(bench.files.list(1000, 0, of("*.none")).res == res(Status::NoFileMatch));
	for (const char *pattern : {"", "../*", "up/*", "*/*", "/*", "/etc/*"})
		CHECK(bench.files.list(1000, 0, of(pattern)).res == res(Status::NoFileAccess));
}

TEST_CASE("handles are bounded, and what has no room is not even made")
{
	Bench bench;
	for (std::size_t i = 0; i < Files::kMostHandles; i++)
		CHECK(bench.open("a.txt", 1) == static_cast<int>(i));
	CHECK(bench.open("new", 3 | 8) == res(Status::NoHandle));
	CHECK_FALSE(fs::exists(bench.inside / "new"));
	CHECK(bench.files.close(7, 0, {}).res == 0);
	CHECK(bench.files.close(7, 0, {}).res == res(Status::BadHandle));
	CHECK(bench.files.read(7, 1, {}).res == res(Status::BadHandle));
	CHECK(bench.files.write(7, 0, of("x")).res == res(Status::BadHandle));
	CHECK(bench.files.seek(7, 0, U32(0)).res == res(Status::BadHandle));
	CHECK(bench.open("b.txt", 1) == 7);
}

TEST_CASE("a pattern's star is any characters, its question mark one")
{
	CHECK(matches("*", "a"));
	CHECK(matches("a*", "a"));
	CHECK(matches("a*b*c", "aXbYbZc"));
	CHECK(matches("?b", "ab"));
	CHECK(matches("**", "ab"));
	CHECK_FALSE(matches("?", ""));
	CHECK_FALSE(matches("a", "ab"));
	CHECK_FALSE(matches("a*b", "abc"));
	CHECK_FALSE(matches("ab", "a"));
	CHECK_FALSE(matches("*", ".a"));
	CHECK_FALSE(matches("[a]", "a"));
	/* Would take years, one star after another. */
	std::string pattern;
	for (int i = 0; i < 100; i++)
		pattern += "a*";
	CHECK_FALSE(matches(pattern + "b", std::string(255, 'a')));
}

TEST_CASE("a pipe is refused without being opened")
{
	Bench bench;
	const fs::path pipe = bench.inside / "pipe";
	REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
	const UniqueFd watch(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
	REQUIRE(::inotify_add_watch(watch.get(), bench.inside.c_str(), IN_OPEN) >= 0);
	for (const std::uint32_t mode : {1u, 2u, 3u, 11u})
		CHECK(bench.open("pipe", mode) == static_cast<int>(Status::NoFileAccess));
	std::array<char, 4096> events{};
	CHECK(::read(watch.get(), events.data(), events.size()) < 0);
}

TEST_CASE("clients make no more files than a listing tells")
{
	Bench bench;
	for (std::size_t i = 0; i < Files::kMostEntries - 20; i++)
		Bench::put(bench.inside / "sub" / std::to_string(i), "");
	std::size_t made = 0;
	while (made < 100) {
		const std::int32_t handle = bench.open("sub/x" + std::to_string(made), 10);
		if (handle < 0) {
			CHECK(handle == static_cast<int>(Status::FileOpenFailed));
			break;
		}
		made++;
		CHECK(bench.files.close(static_cast<std::uint32_t>(handle), 0, {}).res == 0);
	}
	CHECK(made == 17); /* beside ".", ".." and c.txt */
	CHECK(bench.open("sub/x0", 2) >= 0);
}
