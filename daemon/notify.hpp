/* SPDX-License-Identifier: MIT */
/* What the service manager is told, if one asks (NOTIFY_SOCKET). */
#pragma once

#include <string>

namespace gpiohub::daemon
{

/** A state as sd_notify(3) takes it: "READY=1", "STOPPING=1". */
void notify(const std::string &state);

/** That the configuration is read again, from this moment on; "READY=1" ends it. */
void notify_reloading();

} // namespace gpiohub::daemon
