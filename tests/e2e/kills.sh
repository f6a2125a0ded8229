#!/bin/bash
# SPDX-License-Identifier: MIT
# Programs are killed at random moments, the daemon among them, while edges are made,
# lines owned and driven. Afterwards nothing is owned or open, a new daemon and new
# clients work, and the kernel has said nothing (tests/vm/run looks).
# GPIOHUB_SEED=N repeats the choices and moments of a run.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
KILLS=10
[ -z "${GPIOHUB_LONG:-}" ] || KILLS=200
SEED=${GPIOHUB_SEED:-$RANDOM}
note "$KILLS kills, seed $SEED: GPIOHUB_SEED=$SEED repeats them"
RANDOM=$SEED
board 8
hub
tell loop "0 1"
tell level "2-3 0" # what inputs read

# --- who is there to be killed ----------------------------------------------------
SLOTS=(daemon watcher stuck-watcher owner direct-watcher direct-owner reader driver)
declare -A PID=() KILLED=()
mkfifo "$WORK/stuck"
exec 6<>"$WORK/stuck" # a pipe that is full soon: nobody reads it

program() {
	case $1 in
	watcher) exec "${VIA_DAEMON[@]}" watch --all --json ;;
	stuck-watcher) exec "${VIA_DAEMON[@]}" watch --all --raw >&6 ;;
	owner) exec "${VIA_DAEMON[@]}" set --hold 2=1 ;;
	direct-watcher) exec gpiohub --direct watch --all ;;
	direct-owner) exec gpiohub --direct set --hold 3=1 ;;
	reader) exec cat /dev/gpiohub0 ;;
	driver) exec "${VIA_DAEMON[@]}" set "0=$((round % 2))" 5=1 ;;
	esac
}
launch() {
	if [ "$1" = daemon ]; then
		daemon_launch
		PID[daemon]=$DAEMON
	else
		program "$1" >/dev/null 2>&1 &
		PID[$1]=$!
	fi
}
# Clients end without their daemon, the driver after each level.
revive() {
	local slot
	for slot in "${SLOTS[@]}"; do
		if [ -z "${PID[$slot]:-}" ] || is_over "${PID[$slot]}"; then
			launch "$slot"
		fi
	done
}
kill_at_random() {
	local round slot
	for ((round = 1; round <= KILLS; round++)); do
		revive
		sleep "0.$((RANDOM % 1000))"
		slot=${SLOTS[RANDOM % ${#SLOTS[@]}]}
		kill9 "${PID[$slot]}"
		KILLED[$slot]=$((${KILLED[$slot]:-0} + 1))
	done
}

tell generate "4 200"
check "$KILLS times a program is killed while others work" kill_at_random
for slot in "${!KILLED[@]}"; do
	note "$slot: killed ${KILLED[$slot]} times"
done
kill9 "${PID[@]}"
DAEMON=""
tell generate "4 stop"
note "$(attribute published) events were published meanwhile"

check "no line is owned any more" soon nobody owned
check "no file is open any more" soon attribute files 0
inputs() { pin_is 2 "0 in" && pin_is 3 "0 in"; }
check "the lines of those who held them are inputs" soon inputs

daemon_start
gpiohub watch 1 --json --edges >"$WORK/new" 2>/dev/null &
watcher=$!
edge_arrives() {
	local level
	for level in 0 1 0; do gpiohub set "0=$level" || return; done
	grep -q '"type":"rising","line":1' "$WORK/new"
}
check "a new client of a new daemon gets an edge" soon edge_arrives
check "... and ends when interrupted" interrupted "$watcher"
finish
