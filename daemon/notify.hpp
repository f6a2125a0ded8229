/* SPDX-License-Identifier: MIT */
/* What the service manager is told, if one asks (NOTIFY_SOCKET). */
#pragma once

namespace gpiohub::daemon
{

/** A state as sd_notify(3) takes it: "READY=1", "STOPPING=1". */
void notify(const char *state);

} // namespace gpiohub::daemon
