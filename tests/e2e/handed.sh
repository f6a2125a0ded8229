#!/bin/bash
# SPDX-License-Identifier: MIT
# A program that may look is handed the hub itself: its events cost the daemon nothing,
# and go on without it. It can do no more than look. Line 0 is wired to line 1.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
board 8
hub
tell loop "0 1"
daemon_start --tcp-port 8737

A=$WORK/a EDGES=$(count 100000)
gpiohub --mapped watch 2 --json >"$A" 2>/dev/null &
watcher=$!
check "a program watches by a file that the daemon hands over" ready "$A"
edges() { grep -cE '"type":"(rising|falling)","line":2' "$A"; }
have() { [ "$(edges)" = "$1" ]; }
generate() { tell generate "2 burst $1" && tell wait "$PATIENCE"; }

# untouched COMMAND...: the daemon makes no system call meanwhile.
untouched() {
	strace -f -p "$DAEMON" -o "$WORK/strace" 2>"$WORK/attached" &
	local strace=$! result=0
	soon grep -q attached "$WORK/attached"
	"$@" || result=$?
	kill -INT "$strace" && wait "$strace"
	# What it waits in all the time is there, begun before us.
	grep -v 'epoll_wait' "$WORK/strace" | grep -q '(' && cat "$WORK/strace" && return 1
	return "$result"
}
flood() { generate "$EDGES" && soon have "$EDGES"; }
check "it gets $EDGES edges, and the daemon makes no system call for them" untouched flood

READONLY="only looking is allowed"
for words in "set 0=1" "claim 0=1" "message hello" "pulse 0 1ms"; do
	# shellcheck disable=SC2086 # words
	check "it may not: $words" refuses 2 "$READONLY" gpiohub --mapped $words
done
gpiohub set 0=1
check "it reads levels" same 1 "$(gpiohub --mapped get 1)"
check "over TCP no file can be handed" refuses 5 "over a Unix socket only" \
	gpiohub --connect tcp:127.0.0.1:8737 --mapped get 1

check "the daemon is killed" kill9 "$DAEMON"
more() { generate 100 && soon have $((EDGES + 100)); }
check "events go on without it" more
check "the program ends when interrupted" interrupted "$watcher"
daemon_start
finish
