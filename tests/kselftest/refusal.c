// SPDX-License-Identifier: GPL-2.0
/* What refusal.h says. */
#include "device.h"
#include "ktap.h"
#include "mapped.h"
#include "refusal.h"

void refusal_expect(int fd, const struct refusal *refusals, unsigned int count)
{
	struct mapped mapped = mapped_open(fd, false);
	struct gpiohub_state before = mapped_state(&mapped);
	struct gpiohub_state after;
	unsigned int i;

	for (i = 0; i < count; i++) {
		union argument argument = refusals[i].argument;
		int result;

		errno = 0;
		result = ioctl(fd, refusals[i].request, &argument);
		if (result != -1 || errno != refusals[i].error)
			KTAP_FAIL_WITH("%s: %s", refusals[i].what,
				       result == -1 ? strerror(errno) : "worked");
		after = mapped_state(&mapped);
		before.sequence = after.sequence;
		if (memcmp(&before, &after, sizeof(before)))
			KTAP_FAIL_WITH("%s: changed the hub's state", refusals[i].what);
	}
}
