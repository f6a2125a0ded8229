/* SPDX-License-Identifier: MIT */
/* A directory in the place of /dev. */
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace gpiohub::daemon
{

struct DeviceDirectory {
	DeviceDirectory() { std::filesystem::create_directory(path); }
	DeviceDirectory(const DeviceDirectory &) = delete;
	DeviceDirectory &operator=(const DeviceDirectory &) = delete;
	~DeviceDirectory() { std::filesystem::remove_all(path); }

	void make(const std::string &name) const { std::ofstream(path + "/" + name) << ""; }
	void remove(const std::string &name) const { std::filesystem::remove(path + "/" + name); }

	std::string path = "/tmp/gpiohub-test-" + std::to_string(::getpid()) + ".dev";
};

} // namespace gpiohub::daemon
