#!/bin/bash
# SPDX-License-Identifier: MIT
# vm: --exact-time
# At a pace that leaves the guest half idle nobody loses an edge: three readers of
# different kinds, one that maps the ring, one that uses read(2), one on the daemon's
# socket, get all that the virtual board makes. In exact time, so that how idle the
# guest was is its own affair and not the machine's around it.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
# shellcheck source=tests/e2e/lib/accounts.sh
. "$(dirname "$0")/lib/accounts.sh"
EDGES=$(count 1000000)
board 1
hub
daemon_start

HERTZ=8000 IDLE=0
check "three readers are at work" readers_start
find_pace 0
paced() {
	for _ in 1 2 3; do
		readers_stop && readers_start && run "$HERTZ" || return
		[ "$IDLE" -lt 50 ] || return 0
		HERTZ=$((HERTZ / 2))
	done
	return 1
}
check "$EDGES edges at a pace that leaves the guest half idle" paced
note "paced: $HERTZ Hz, $((2 * HERTZ)) edges a second: the guest was $IDLE % idle for $TOOK s"
check "paced: every reader comes to the end" say_all end "${FILES[@]}"
account paced
check "paced: the mapped reader lost nothing" same 0 "${LOST_BY[mapped]}"
readers_stop
finish
