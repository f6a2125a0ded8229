#!/bin/bash
# SPDX-License-Identifier: MIT
# Every edge is accounted for. The virtual board makes an exact number of edges as fast
# as it can and counts them itself; three readers of different kinds write down what
# they get: one that maps the ring, one that uses read(2), one on the daemon's socket.
# Once as they are, and once stopped while the ring goes round several times.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
# shellcheck source=tests/e2e/lib/accounts.sh
. "$(dirname "$0")/lib/accounts.sh"
EDGES=$(count 1000000)
SMALL_RING=2048 # records: the least that the module takes
board 1
hub
daemon_start

# --- as fast as it goes -----------------------------------------------------------
check "three readers watch a burst" readers_start
run burst
note "burst: the guest was $IDLE % idle for $TOOK s"
check "burst: every reader comes to the end" say_all end "${FILES[@]}"
account burst
readers_stop
daemon_stop
check "the module is loaded again, with a ring of $SMALL_RING" modprobe -r gpiohub
hub records=$SMALL_RING
printf '[limits]\noutbox_bytes = 65536\n' >"$WORK/small.toml"
daemon_start --config "$WORK/small.toml"

# --- lapped ------------------------------------------------------------------------
check "three readers watch once more" readers_start
kill -STOP "${READERS[@]}"
run burst
gpiohub message end
kill -CONT "${READERS[@]}"
check "lapped: every reader comes to the end" soon heard end "${FILES[@]}"
account lapped
kept=$((EDGES + 2 - SMALL_RING))
check "lapped: the mapped reader lost all that the ring does not hold" same $kept "${LOST_BY[mapped]}"
check "lapped: the one of read(2) too" same $kept "${LOST_BY[read]}"
check "lapped: the socket's client lost some, but less, for the daemon queues" \
	test "${LOST_BY[socket]}" -gt 0 -a "${LOST_BY[socket]}" -lt $kept
readers_stop
finish
