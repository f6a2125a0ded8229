#!/bin/bash
# SPDX-License-Identifier: MIT
# The daemon is killed again and again while edges happen and lines are driven. Lines go
# where their guard says; who watches goes on with the next daemon and accounts for every
# event. Line 4 has a generator, 5 to 7 have owners with a guard each.
# GPIOHUB_SEED=N repeats the moments of a run.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
# shellcheck source=tests/e2e/lib/accounts.sh
. "$(dirname "$0")/lib/accounts.sh"
KILLS=10
[ -z "${GPIOHUB_LONG:-}" ] || KILLS=200
SEED=${GPIOHUB_SEED:-$RANDOM}
note "$KILLS kills, seed $SEED: GPIOHUB_SEED=$SEED repeats them"
RANDOM=$SEED
board 8
hub
daemon_start

# --- who watches, over all of it --------------------------------------------------
watchers=() files=("$WORK"/{all,line,steady,kept,mapped})
# follow NAME ARGUMENTS...
follow() {
	local name=$1
	shift
	"${VIA_DAEMON[@]}" "$@" >"$WORK/$name" 2>"$WORK/$name.said" &
	watchers+=($!)
}
follow all watch --all --raw
follow line watch 4 --json
follow steady watch 4 --steady 1ms --json
follow kept watch 5 --json
follow mapped --mapped watch --all --raw
check "they watch everything, a line, its steady edges, a line that is owned, the hub itself" ready "${files[@]}"
say_all begin "${files[@]}"
line4() { awk '$1 == 4 { print $2 }' "$BOARD/edges"; }
before=$(line4)
tell generate "4 100"

# --- who owns lines, until the daemon is killed -----------------------------------
owners=()
own() {
	"${VIA_DAEMON[@]}" claim "$1=1" --guard "$2" >/dev/null 2>&1 &
	owners+=($!)
}
driven() { pin_is 5 "1 out" && pin_is 6 "1 out" && pin_is 7 "1 out"; }
# Not sooner or later: who reaped the daemon finds them so.
guarded() { pin_is 5 "1 out" && pin_is 6 "0 out" && [[ $(pin 7) == *in ]]; }

kill_again() {
	local round
	for ((round = 1; round <= KILLS; round++)); do
		owners=()
		own 5 keep
		own 6 low
		own 7 input
		soon driven || return
		sleep "0.0$((RANDOM % 1000))"
		kill9 "$DAEMON"
		guarded || { echo "round $round: $(cat "$BOARD/level")" && return 1; }
		ended 3 "${owners[@]}" || return
		sleep "0.0$((RANDOM % 1000))"
		daemon_launch
		soon daemon_answers || return
	done
}
check "$KILLS times the daemon is killed: each line goes where its guard says, and is owned anew" \
	kill_again

# --- what they got ----------------------------------------------------------------
tell generate "4 stop"
made=$(($(line4) - before))
note "$made edges meanwhile, $(attribute published) events"
check "all watchers are there to the end" say_all end "${files[@]}"
# edges FILE LINE: number, time in ns and level of each, of a watcher's JSON.
edges() {
	grep -E '"type":"(rising|falling)","line":'"$2," "$1" | tr -c '0-9a-z_\n' ' ' | awk '
		{ for (i = 1; i < NF; i++) f[$i] = $(i + 1)
		  printf "%s %.0f %s\n", f["seq"], f["time_ns"] - f["late_ns"], f["level"] }'
}
# Of what `edges` prints: those after which their line keeps still for 1 ms.
steady() {
	awk 'BEGIN { told = 0 }
		NR > 1 && $2 - at >= 1000000 && level != told { print last; told = level }
		{ last = $0; at = $2; level = $3 }
		END { if (level != told) print last }'
}
edges "$WORK/line" 4 >"$WORK/line.edges"
check "a line: each edge, none twice" same "$made $made" \
	"$(wc -l <"$WORK/line.edges") $(sort -un "$WORK/line.edges" | wc -l)"
steady <"$WORK/line.edges" >"$WORK/line.steady"
note "$(wc -l <"$WORK/line.steady") of them were steady"
# The last one comes when the line has been still for long enough.
are_steady() { edges "$WORK/steady" 4 | cmp - "$WORK/line.steady"; }
check "its steady edges: those of the line that are, none twice" soon are_steady
exact "everything" "$WORK/all"
check "everything: nothing was lost" same 0 "$LOST"
exact "the hub itself" "$WORK/mapped"
# It became an output at its level: that is no edge, and after that there is none.
check "a line that is kept did not move when it was owned anew" \
	same 0 "$(edges "$WORK/kept" 5 | wc -l)"
check "who watched was told that the daemon went, and that it is back" \
	grep -q "the daemon is back" "$WORK/all.said"
check "they end when interrupted" interrupted "${watchers[@]}"

# --- a daemon that is told to end, and one that does not come back -----------------
# Where the generator left it is chance.
tell level "4 0"
follow later watch 4 --json
check "one more watches" ready "$WORK/later"
daemon_stop
tell level "4 1"
tell level "4 0"
daemon_start
came() { [ "$(grep -cE '"type":"(rising|falling)","line":4' "$WORK/later")" = 2 ]; }
check "edges while no daemon ran are told by the next" soon came
check "it ends when interrupted" interrupted "${watchers[-1]}"
finish
