#!/bin/bash
# SPDX-License-Identifier: MIT
# vm: --exact-time
# Fifty clients of the daemon watch one line, and one of them stops reading: the others
# lose nothing, and its own loss is told exactly when it goes on. The ring and the
# daemon's queues are made small, so that there is a loss.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
# shellcheck source=tests/e2e/lib/accounts.sh
. "$(dirname "$0")/lib/accounts.sh"
CLIENTS=50
EDGES=4500
[ -z "${GPIOHUB_LONG:-}" ] || EDGES=100000
board 1
hub records=2048
printf '[limits]\noutbox_bytes = 65536\n' >"$WORK/small.toml"
daemon_start --config "$WORK/small.toml"

pids=() files=()
for ((client = 1; client <= CLIENTS; client++)); do
	file=$WORK/client-$client
	"${VIA_DAEMON[@]}" watch --all --raw >"$file" 2>/dev/null &
	pids+=($!) files+=("$file")
done
check "$CLIENTS clients watch one line" ready "${files[@]}"
HERTZ=200 IDLE=0
find_pace 0
check "all of them wait for the beginning" say_all begin "${files[@]}"
stopped=${pids[0]} stopped_file=${files[0]}
kill -STOP "$stopped"
check "$EDGES edges come while one of them stands still" generate 0 "$HERTZ" $EDGES
note "the guest was $IDLE % idle for $TOOK s"
check "the others get to the end" say_all end "${files[@]:1}"
kill -CONT "$stopped"
check "so does the one that stood still" soon heard end "$stopped_file"

whole=$((EDGES + 2)) complete=0
for file in "${files[@]:1}"; do
	[ "$(tally "$file")" = "$whole $whole 0 0 0 $EDGES 0" ] && complete=$((complete + 1))
done
check "each of the others got every edge once, in order" same $((CLIENTS - 1)) $complete
exact "the one that stood still" "$stopped_file"
check "it knows of every position" same "$whole" "$PASSED"
check "it lost some" test "$LOST" -gt 0
check "all end when interrupted" interrupted "${pids[@]}"
finish
