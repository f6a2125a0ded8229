/* SPDX-License-Identifier: MIT */
#include "proto/pigpio/handles.hpp"

#include "extensions.hpp"

#include <catch2/catch.hpp>

#include <memory>

using namespace gpiohub::daemon::pigpio;

TEST_CASE("handles count from 0, and the lowest free number is the next")
{
	const Caller caller;
	Handles<int> handles(caller, 8);
	for (int i = 0; i < 4; i++)
		CHECK(handles.add(i * 10, "").res == i);
	CHECK(handles.remove(2) == 20);
	CHECK(handles.remove(1) == 10);
	CHECK(handles.add(50, "").res == 1);
	CHECK(handles.add(60, "").res == 2);
	CHECK(handles.add(70, "").res == 4);
	CHECK(*handles.find(1) == 50);
}

TEST_CASE("a handle that nobody made, or that was removed, stands for nothing")
{
	const Caller caller;
	Handles<int> handles(caller, 8);
	CHECK(handles.find(0) == nullptr);
	CHECK(handles.find(~0U) == nullptr);
	REQUIRE(handles.add(1, "").res == 0);
	CHECK(handles.remove(0).has_value());
	CHECK(handles.find(0) == nullptr);
	CHECK_FALSE(handles.remove(0).has_value());
}

TEST_CASE("a full table takes no more, until one is removed")
{
	const Caller caller;
	Handles<int> handles(caller, 2);
	handles.add(1, "");
	CHECK_FALSE(handles.is_full());
	handles.add(2, "");
	CHECK(handles.is_full());
	CHECK(handles.add(3, "").res == res(Status::NoHandle));
	handles.remove(0);
	CHECK_FALSE(handles.is_full());
	CHECK(handles.add(3, "").res == 0);
}

TEST_CASE("it is known who made a handle, whoever is the caller now")
{
	Caller caller{"pid 5"};
	Handles<int> handles(caller, 8);
	handles.add(1, "i2c-1");
	caller.name = "127.0.0.1:4000";
	handles.add(2, "i2c-2");
	handles.add(3, "i2c-3");
	handles.remove(1);
	const auto list = handles.list();
	REQUIRE(list.size() == 2);
	CHECK(list[0].handle == 0);
	CHECK(list[0].who == "pid 5");
	CHECK(list[0].what == "i2c-1");
	CHECK(list[1].handle == 2);
	CHECK(list[1].who == "127.0.0.1:4000");
}

TEST_CASE("what a handle stands for ends with it")
{
	const Caller caller;
	Handles<std::shared_ptr<int>> handles(caller, 2);
	const auto value = std::make_shared<int>(1);
	handles.add(value, "");
	CHECK(value.use_count() == 2);
	handles.remove(0);
	CHECK(value.use_count() == 1);
}

TEST_CASE("an extension is a number only if it is one, and nothing else")
{
	CHECK(number_of(U32(0x80000001)) == 0x80000001U);
	CHECK_FALSE(number_of(of("")).has_value());
	CHECK_FALSE(number_of(of("abc")).has_value());
	CHECK_FALSE(number_of(of("abcde")).has_value());
}
