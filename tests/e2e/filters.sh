#!/bin/bash
# SPDX-License-Identifier: MIT
# Filters: a switch that bounces is one edge, a burst after a rest is seen, and who asks
# for few edges is told how many there were. Through the daemon and from the mapped
# ring alike. Line 0 is wired to line 1.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
board 8
hub
tell loop "0 1"
daemon_start

A=$WORK/a B=$WORK/b
# follow LINE OPTION...: two clients, one through the daemon, one without it.
follow() {
	gpiohub watch "$1" --json "${@:2}" >"$A" 2>/dev/null &
	watchers=($!)
	gpiohub --direct watch "$1" --json "${@:2}" >"$B" 2>/dev/null &
	watchers+=($!)
	ready "$A" "$B"
}
# edges FILE: what it was told, an edge a line, and how many were left out before it.
edges() {
	sed -nE 's/.*"type":"(rising|falling)".*"left_out":([0-9]+).*/\1 \2/p; t
		s/.*"type":"(rising|falling)".*/\1 0/p' "$1"
}
how_many() { edges "$1" | wc -l; }
have() { [ "$(how_many "$A")" -ge "$1" ] && [ "$(how_many "$B")" -ge "$1" ]; }
alike() { same "$(edges "$A")" "$(edges "$B")"; }
# noise LINE: 1,000 edges, half a millisecond apart, after a rest: there were none before.
noise() { tell generate "$1 1000 1000" && tell wait "$PATIENCE"; }

# --- steady ----------------------------------------------------------------------
bounce() { gpiohub pulse 0 2ms --count 5 --guard low >/dev/null; }
stays() { gpiohub set 0=1 && soon have 1; }
bounces_without_staying() { gpiohub set 0=0 && soon have 2 && bounce && gpiohub set 0=1 && soon have 3; }
gpiohub set 0=0
check "two clients ask for edges that stay for a second" follow 1 --steady 1s
check "a switch bounces" bounce
check "when it stays an edge comes, though nothing else happens" stays
check "it is let go, bounces without staying, and is pressed again" bounces_without_staying
check "those were three edges" same $'rising 0\nfalling 0\nrising 0' "$(edges "$A")"
check "the other client was told the same" alike
check "the watchers end when interrupted" interrupted "${watchers[@]}"

# --- burst -----------------------------------------------------------------------
check "two clients ask for 10 ms of edges after each rest of 500" follow 2 --burst 500ms 10ms
check "there is noise after a rest" noise 2
check "it is over" say_all over "$A" "$B"
some() { [ "$(how_many "$A")" -gt 1 ] && [ "$(how_many "$A")" -lt 500 ]; }
check "its beginning came, and no more" some
check "the other client was told the same" alike
check "the watchers end when interrupted" interrupted "${watchers[@]}"

# --- rate ------------------------------------------------------------------------
check "two clients ask for ten edges a second" follow 3 --rate 10
check "there is noise" noise 3
# Every edge of it came or was counted.
counted() { [ "$(edges "$1" | awk '{ n += 1 + $2 } END { print n + 0 }')" = 1000 ]; }
check "one of them was told how many edges there were" soon counted "$A"
check "the other too" soon counted "$B"
check "... by far fewer" test "$(how_many "$A")" -lt 500
check "the watchers end when interrupted" interrupted "${watchers[@]}"

check "a burst without a rest is none" refuses 1 "a rest of 0 is none" gpiohub watch 1 --burst 0s 1ms
check "a time that is too long is refused" refuses 1 "4294 seconds at most" \
	"${VIA_DAEMON[@]}" watch 1 --steady 5000s
finish
