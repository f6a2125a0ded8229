#!/bin/bash
# SPDX-License-Identifier: MIT
# kernel: arm64
# vm: --pl061
# A real chip driver with real interrupts: changes made from outside the guest on
# three input lines of a PL061, each after the one before was reported, come to two
# clients of the daemon once each and in order; a line that is set here is seen outside.
# tests/vm/pl061 moves the lines and keeps the log of truth.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
CHIP=9030000.pl061
INPUTS=(0 1 2) OUTPUT=5
CHANGES=30
[ -z "${GPIOHUB_LONG:-}" ] || CHANGES=1000
LOG=$GPIOHUB_OUT/pl061.log

# --- the world outside ----------------------------------------------------------
exec 3<>"$GPIOHUB_PEER"
# outside TEXT ANSWER: sends an order, waits for the answer that begins like that.
outside() {
	local answer
	echo "$1" >&3
	while read -r -t "$PATIENCE" answer <&3; do
		[[ ${answer%$'\r'} != "$2"* ]] || return 0
	done
	echo "no answer to '$1'" && return 1
}
check "the world outside answers" outside ping pong

modprobe gpiohub hubs=$CHIP
daemon_start
levels=(0 0 0)
for line in "${INPUTS[@]}"; do
	outside "move $line 0" "done"
done

# --- two clients, each at the end of a pipe ---------------------------------------
mkfifo "$WORK/a" "$WORK/b"
watchers=()
for client in a b; do
	"${VIA_DAEMON[@]}" watch "${INPUTS[@]}" --json >"$WORK/$client" 2>/dev/null &
	watchers+=($!)
done
exec 4<"$WORK/a" 5<"$WORK/b"

# next CLIENT: the next edge or message that it prints, as "rising 2" or the text; what
# it was is kept.
next() {
	local event fd=4
	[ "$1" = a ] || fd=5
	while read -r -t "$PATIENCE" event <&"$fd"; do
		NEXT=$(sed -nE 's/.*"type":"(rising|falling)","line":([0-9]+),.*/\1 \2/p; s/.*"text":"([^"]*)".*/\1/p' <<<"$event")
		[ -n "$NEXT" ] || continue
		echo "$NEXT" >>"$WORK/seen-$1"
		return 0
	done
	echo "client $1 did not get another event" && return 1
}
# until_text TEXT: both clients have read that message.
until_text() {
	local client
	for client in a b; do
		NEXT=""
		until [ "$NEXT" = "$1" ]; do next "$client" || return; done
	done
}
two_subscribers() { gpiohub stats | grep -q '"subscribers": 2'; }
greet() { soon two_subscribers && gpiohub message begin && until_text begin; }
check "two clients of the daemon watch lines ${INPUTS[*]} of the PL061" greet
marked=$(wc -l <"$LOG")

move_all() {
	local change input
	for ((change = 0; change < CHANGES; change++)); do
		input=$((RANDOM % 3))
		levels[input]=$((1 - levels[input]))
		outside "move ${INPUTS[input]} ${levels[input]}" "done" && next a && next b || return
	done
	gpiohub message end && until_text end
}
# What was moved, by the log outside, in a client's words.
moved() {
	echo begin
	tail -n +$((marked + 1)) "$LOG" | awk '$2 == "move" { print ($4 ? "rising" : "falling"), $3 }'
	echo end
}
seen() { sed -n '/^begin$/,$p' "$WORK/seen-$1"; }
check "$CHANGES changes are made, each when the one before was reported" move_all
check "they are in the log of what was moved" same "$CHANGES" "$(moved | grep -c ing)"
check "one client got each of them once and in order" same "$(moved)" "$(seen a)"
check "so did the other" same "$(moved)" "$(seen b)"

# --- and back out ---------------------------------------------------------------------
outputs() { awk -v line="$OUTPUT" '$2 == "output" && $3 == line { printf "%s ", $4 }' "$LOG"; }
outputs_end_in() { [[ $(outputs) == *"$1 " ]]; }
driven() {
	local level
	for level in 1 0 1 0; do
		gpiohub set "$OUTPUT=$level" && soon outputs_end_in "$level" || return
	done
	same "1 0 1 0" "$(outputs | grep -o '1 0 1 0')"
}
check "gpiohub set on line $OUTPUT is seen outside" driven
check "the clients end when interrupted" interrupted "${watchers[@]}"
finish
