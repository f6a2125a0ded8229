#!/bin/bash
# SPDX-License-Identifier: MIT
# Several programs share one board: two clients of the daemon watch the same lines,
# a third program reads a level without a system call, the kernel's own tools are kept
# out, owned lines do at their owner's end what was agreed, and whoever does
# something wrong is told what to do. Line 0 is wired to line 1.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
board 8
hub
tell loop "0 1"
CHIP=$(basename "$BOARD"/gpiochip*)
daemon_start

# --- two clients ---------------------------------------------------------------
ROUNDS=$(count 1000)
A=$WORK/a B=$WORK/b
gpiohub watch 0 1 --json >"$A" 2>/dev/null &
watchers=($!)
gpiohub watch 0 1 --json >"$B" 2>/dev/null &
watchers+=($!)
gpiohub set 0=0
check "two clients watch the same lines" ready "$A" "$B"
gpiohub message start

drive_and_talk() {
	local round
	for ((round = 1; round <= ROUNDS; round++)); do
		gpiohub set 0=1 && gpiohub message "up $round" || return
		gpiohub set 0=0 && gpiohub message "down $round" || return
	done
	say_all over "$A" "$B"
}
# story FILE LINE: what a client saw of a line, and the messages, in order.
story() {
	sed -n '/"text":"start"/,$p' "$1" |
		sed -nE "s/.*\"type\":\"(rising|falling)\",\"line\":$2,.*/\1/p; s/.*\"text\":\"(.*)\",\"levels.*/\1/p"
}
expected() {
	local round
	echo start
	for ((round = 1; round <= ROUNDS; round++)); do
		printf '%s\n' rising "up $round" falling "down $round"
	done
	echo over
}
since_start() { sed -n '/"text":"start"/,$p' "$1"; }
edges_of() { story "$1" "$2" | grep -E '^(rising|falling)$'; }

check "lines are driven and messages sent while they watch" drive_and_talk
check "each edge and message came to a client once and in order" \
	same "$(expected)" "$(story "$A" 0)"
check "the other client saw the very same" same "$(since_start "$A")" "$(since_start "$B")"
check "the wire's other end rose and fell as often" same "$(edges_of "$A" 0)" "$(edges_of "$A" 1)"

# --- a level without a system call ---------------------------------------------
READS=1000000
peeked() {
	gpiohub set "0=$1" && soon pin_is 1 "$1 in" &&
		strace -f -o "$WORK/strace" peek /dev/gpiohub0 1 "$READS" >"$WORK/peek" &&
		same "$2" "$(cat "$WORK/peek")"
}
between_markers() {
	awk '/getppid/ { n++; next } n == 1 { print; bad = 1 } END { exit bad || n != 2 }' \
		"$WORK/strace"
}
check "a third program reads the high level $READS times" peeked 1 "$READS high, 0 low"
check "strace shows no system call meanwhile" between_markers
check "and the low level" peeked 0 "0 high, $READS low"

# --- the character device's own programs ----------------------------------------
BUSY="Device or resource busy"
for line in 0 1; do
	check "gpioget of line $line is refused" refuses 1 "$BUSY" gpioget "$CHIP" $line
	check "gpiomon of line $line is refused" refuses 1 "$BUSY" gpiomon -n 1 "$CHIP" $line
	check "gpioset of line $line is refused" refuses 1 "$BUSY" gpioset "$CHIP" $line=1
done
levels_agree() {
	local level
	for level in 1 0 1; do
		tell level "3 $level"
		same "$level" "$(gpiohub get 3)" || return
		same free$'\n'"$level" "$(witness gpiohub-vboard.0 3)" || return
	done
}
let_go() { same free$'\n'"$(gpiohub get 1)" "$(witness gpiohub-vboard.0 1)"; }
if command -v witness >/dev/null; then
	check "libgpiod sees our line as used by gpiohub0 and cannot have it" \
		same "used by gpiohub0"$'\n'"$BUSY" "$(witness gpiohub-vboard.0 1)"
	check "libgpiod and gpiohub agree on the level of a free line" levels_agree
else
	skip "libgpiod as a witness" "no libgpiod 1 where the programs were built"
fi
check "the watchers end when interrupted" interrupted "${watchers[@]}"
if command -v witness >/dev/null; then
	check "the line is free afterwards, and libgpiod reads the level that we do" soon let_go
fi

# --- what becomes of owned lines -------------------------------------------------
check "a level that was set stays after its program's end" gpiohub set 0=1
check "... on the pin" same "1 out" "$(pin 0)"
check "... held by the hub" attribute kept 0000000000000001

# owned_until_killed COMMAND...: owns line 2 and is killed.
owned_until_killed() {
	"$@" set --hold 2=1 2>/dev/null &
	local owner=$!
	soon pin_is 2 "1 out" && kill9 "$owner"
	soon pin_is 2 "1 in" && soon nobody owned
}
tell level "2 1"
check "a held line becomes an input when the daemon's client is killed" owned_until_killed gpiohub
check "... and when a program without the daemon is" owned_until_killed gpiohub --direct
owned_until_daemon_killed() {
	gpiohub set --hold 2=1 2>/dev/null &
	local client=$!
	soon pin_is 2 "1 out" && kill9 "$DAEMON"
	soon pin_is 2 "1 in" && soon nobody owned && same "1 out" "$(pin 0)"
	local result=$?
	kill9 "$client"
	return "$result"
}
check "... and when the daemon is, which moves no kept line" owned_until_daemon_killed
daemon_start
guarded_when_killed() {
	gpiohub claim 2=1 --guard low 2>/dev/null &
	local owner=$!
	soon pin_is 2 "1 out" && kill9 "$owner"
	soon pin_is 2 "0 out"
}
check "a guarded line is driven as was declared when its owner is killed" guarded_when_killed
mkfifo "$WORK/heart"
check "... and when its heartbeat stops, which is told" \
	refuses 2 "no heartbeat for 500 ms" gpiohub claim 3=1 --guard low --heartbeat 500 0<>"$WORK/heart"
check "... on the pin" same "0 out" "$(pin 3)"
fed() { for _ in 1 2 3; do echo alive; done | gpiohub claim 3=1 --guard high --heartbeat 60000; }
check "the end of what feeds it ends a program well" fed
check "... and applies the guard" soon pin_is 3 "1 out"

# --- what people do wrong ----------------------------------------------------------
wrong() { # STATUS TEXT ARGUMENTS...
	local status=$1 text=$2
	shift 2
	check "status $status and a word of help: gpiohub $*" \
		refuses "$status" "$text" gpiohub "$@"
}
wrong 1 "--help" frobnicate
wrong 1 "LINES" get
wrong 1 "no range of lines 0 to 63" get 99
wrong 1 "only 0 to 7" get 20
wrong 1 '"gpiohub list" shows their names' get nosuch
wrong 1 "write LINE=1 or LINE=0" set 0
wrong 1 "write 1 or 0, high or low" set 0=2
wrong 1 "1 to 240 bytes" message ""
wrong 3 "there is no hub 7" get 7:0
wrong 3 "load the module" --device /dev/gpiohub7 get 0
wrong 3 "start gpiohubd" --connect unix:/run/nowhere get 0
wrong 3 "start gpiohubd" --connect tcp:127.0.0.1:1 get 0
wrong 1 "unix:" --connect nonsense get 0

gpiohub set --hold 2=1 2>/dev/null &
owner=$!
soon pin_is 2 "1 out"
wrong 2 "process $owner, user 0) owns it: stop that program" set 2=0
wrong 2 "owns it: stop that program" --direct set 2=0
kill9 "$owner"
gpiomon "$CHIP" 5 >/dev/null 2>&1 &
outsider=$!
outsider_has_it() { grep -q gpiomon <<<"$(gpioinfo "$CHIP")"; }
soon outsider_has_it
wrong 2 '"gpiomon" uses it outside gpiohub: stop that program' watch 5
wrong 2 '"gpiomon" uses it outside gpiohub: stop that program' --direct watch 5
kill9 $outsider
check "somebody without the right is told how to get it" refuses 2 "be in the group" \
	setpriv --reuid=65534 --clear-groups "$BIN/cli/gpiohub" --direct get 0

echo gpiohub-vboard.0 >/sys/bus/platform/drivers/gpiohub-vboard/unbind
wrong 3 "its chip is gone: plug it in again" get 1
finish
