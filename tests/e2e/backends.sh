#!/bin/bash
# SPDX-License-Identifier: MIT
# vm: --exact-time
# The same story with each of the three back ends: several clients watch, levels are read
# and set, owned lines do at their owner's end what was agreed, pulses and patterns are
# played, waits end, and what is refused says why. Then, where there is a chip, it is pulled
# out while in use, and plugged in again. Line 0 is wired to line 1, 2 to 3, 4 to 5, 6 to 7.
#
# With arguments, only with those back ends. The character device is the last: before
# Linux 6.9 gpiolib never forgets that lines of a chip were in use when it went, and its
# driver stays until the next boot.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
# Seconds fly by in exact time while a program is read from the disk.
PATIENCE=3600
HOW=""
checks() { check "$HOW: $1" "${@:2}"; }
refused() { checks "$1" refuses "${@:2}"; }

kernel_start() { wired_board && hub && daemon_start; }
chardev_start() { wired_board && daemon_start --backend chardev; }
sim_start() { daemon_start --backend sim; }
wired_board() { board 32 && tell loop "0 1; 2 3; 4 5; 6 7"; }

# --- several clients -------------------------------------------------------------------
WATCHERS=() A="" B=""
watch_start() {
	A=$WORK/$HOW.a B=$WORK/$HOW.b
	gpiohub watch 0 1 2 3 --json >"$A" 2>"$A.errors" &
	WATCHERS=($!)
	gpiohub watch 0 1 2 3 --json >"$B" 2>"$B.errors" &
	WATCHERS+=($!)
	ready "$A" "$B"
}
# begin: from here on, for both watchers.
ROUND=0
begin() { ROUND=$((ROUND + 1)) && say_all "begin $ROUND" "$A" "$B"; }
since_begin() { sed -n "/\"text\":\"begin $ROUND\"/,\$p" "$1"; }
# edges FILE LINE: what a watcher saw of a line since then, in order.
edges() { since_begin "$1" | sed -nE "s/.*\"type\":\"(rising|falling)\",\"line\":$2,.*/\1/p" | paste -sd ' '; }
saw() { [ "$(edges "$1" "$2")" = "$3" ] || { echo "line $2: $(edges "$1" "$2"), not $3" && return 1; }; }
# seen EDGES COMMAND...: the command makes line 0 have these edges, its wire's other end
# too, and each watcher sees them.
seen() {
	local expected=$1 file line
	shift
	begin && "$@" || return
	for file in "$A" "$B"; do
		for line in 0 1; do
			soon saw "$file" "$line" "$expected" || return
		done
	done
}
level_is() { [ "$(gpiohub get "$1")" = "$2" ]; }
# Each change waits for the one before it to have come: the character device tells of
# several at once as of one.
up_and_down() {
	local round
	for round in 1 2 3; do
		gpiohub set 0=1 && soon saw "$A" 1 "$(times "$round" rising falling)" &&
			gpiohub set 0=0 && soon saw "$A" 1 "$(times "$round" rising falling) falling" || return
	done
}
# times N WORD [BETWEEN]: "WORD BETWEEN WORD ...", N times WORD.
times() {
	local n text=$2
	for ((n = 1; n < $1; n++)); do text+=${3:+ $3}" $2"; done
	echo "$text"
}
all_edges() { since_begin "$1" | grep -E '"type":"(rising|falling)"'; }
alike() { same "$(all_edges "$A")" "$(all_edges "$B")"; }

several_clients() {
	checks "there is a hub of 32 lines" has_hub
	gpiohub set 0=0
	checks "two clients watch" watch_start
	checks "each sees what a third does, on both ends of the wire" \
		seen "$(times 3 rising falling) falling" up_and_down
	checks "... and the same as the other" alike
	gpiohub set 0=1
	checks "a level is what was set, at the other end of the wire" soon level_is 1 1
	checks "a level that was set stays after its program's end" level_is 0 1
	gpiohub set 0=0
}
has_hub() { gpiohub list --hubs | grep -q "^gpiohub0: 32 lines"; }

# --- owners ----------------------------------------------------------------------------
# owned_until_killed COMMAND...: has line 2 high, and nobody else has it meanwhile.
owned_until_killed() {
	"$@" 2>/dev/null &
	local owner=$!
	soon owned && soon level_is 3 1 && refuses 2 "process $owner, user 0) owns it: stop that program" \
		gpiohub set 2=0 || return
	kill9 "$owner"
}
falls_when_killed() { owned_until_killed gpiohub claim 2=1 --guard low && soon level_is 3 0; }
stays_when_killed() { owned_until_killed gpiohub claim 2=1 --guard keep && soon unowned && level_is 3 1; }
let_go_when_killed() { owned_until_killed gpiohub set --hold 2=1 && soon is_input 2; }
owned() { gpiohub info 2 | grep -q "^  state .*\<owned\>"; }
unowned() { ! owned; }
is_input() { gpiohub list | grep -qE "^ +$1 .* input "; }
guards_told() { since_begin "$A" | grep '"type":"guard"' | grep -c '"line":2,'; }
heard_guard() { [ "$(guards_told)" -ge 1 ]; }
owners() {
	begin
	checks "a line falls when its owner is killed, as was declared" falls_when_killed
	checks "... and who watches is told" soon heard_guard
	checks "... or stays as it was" stays_when_killed
	checks "... or becomes an input" let_go_when_killed
	refused "a heartbeat that stops is told" 2 "no heartbeat for 500 ms" \
		gpiohub claim 4=1 --guard low --heartbeat 500 0<>"$WORK/heart"
	checks "... and the guard applied" soon level_is 5 0
}

# --- patterns and waits ------------------------------------------------------------------
MS=50ms # long enough for the character device to take each edge for itself
watched() { gpiohub info "$1" | grep -q '^  watchers   [1-9]'; }
pwm_begins() {
	gpiohub pwm 4 100Hz 50% --guard low >"$WORK/pwm" 2>&1 &
	PWM=$!
	soon plays 4
}
plays() { gpiohub info "$1" | grep -q "^  state .*\<playing\>"; }
silent() { ! plays 4; }
pwm_interrupted() {
	pwm_begins && refuses 2 "owns it: stop that program" gpiohub set 4=1 && kill -INT "$PWM" &&
		ended 0 "$PWM" && soon silent && grep -q "stopped at the end of its cycle" "$WORK/pwm"
}
pwm_killed() { pwm_begins && kill9 "$PWM" && soon silent && soon level_is 5 0; }
wait_ends() {
	gpiohub wait 7 --edge rising --count 2 --timeout 600s >"$WORK/wait" &
	local waiter=$!
	soon watched 7 && gpiohub set 6=1 && soon level_is 7 1 && gpiohub set 6=0 && soon level_is 7 0 &&
		kill -0 "$waiter" && gpiohub set 6=1 && ended 0 "$waiter" && grep -q ' event [0-9]' "$WORK/wait"
}
done_steps() { # STEPS COMMAND...
	local said
	said=$("${@:2}" 2>&1) || return
	[[ $said == *"done: $1 steps"* ]] || { echo "$said" && return 1; }
}
patterns() {
	checks "a pulse is one" seen "rising falling" done_steps 2 gpiohub pulse 0 "$MS"
	checks "a pattern is played as it is written" \
		seen "$(times 3 rising falling) falling" gpiohub play "3x( 0=1 $MS 0=0 $MS )"
	checks "a square wave has as many periods as were asked for" \
		seen "$(times 2 rising falling) falling" gpiohub pwm 0 10Hz 50% --count 2
	checks "one that is interrupted ends with its cycle" pwm_interrupted
	checks "one that is killed is followed by its guard" pwm_killed
	gpiohub set 6=0
	checks "a wait ends with the last of its edges" wait_ends
	refused "one whose time is up has a status of its own" 6 "did not happen within 50ms" \
		gpiohub wait 7 --timeout 50ms
}

# --- what is refused -----------------------------------------------------------------------
refusals() {
	refused "a line that is not there" 1 "only 0 to 31" gpiohub get 40
	refused "a hub that is not there" 3 "there is no hub 7" gpiohub get 7:0
	refused "a pattern that is wrong" 1 'column 5: "100" is no duration' gpiohub play "0=1 100 0=0"
	refused "a message that is too long" 1 "1 to 240 bytes" gpiohub message ""
}
no_rules() {
	refused "rules" 5 "need the kernel module" gpiohub rule 1 rising --set 2
	refused "to hand over what is no device" 5 "watch through the daemon" gpiohub --mapped watch 1
}

# --- the daemon's end --------------------------------------------------------------------
# Killed, it leaves its guards to nobody but the module.
stopped() {
	gpiohub claim 2=1 --guard low 2>/dev/null &
	local owner=$!
	checks "a line is owned when the daemon is told to stop" soon pin_is 2 "1 out"
	daemon_stop
	checks "... and falls, as was declared" pin_is 2 "0 out"
	checks "... and its owner ends" ended "[0-9]" "$owner"
}

# --- what else uses the chip ------------------------------------------------------------
outsider_has() { gpioinfo "$CHIP" | grep -qE "line +$1:.*gpiomon"; }
kept_out() {
	gpiohub set 2=1
	for line in 1 2; do
		refuses 1 "Device or resource busy" gpioget "$CHIP" "$line" || return
	done
}
told_of() {
	gpiomon "$CHIP" 9 >/dev/null 2>&1 &
	local outsider=$! result=0
	soon outsider_has 9 && refuses 2 '"gpiomon" uses it outside gpiohub: stop that program' \
		gpiohub watch 9 || result=$?
	kill9 "$outsider"
	return "$result"
}
others() {
	CHIP=$(basename "$BOARD"/gpiochip*)
	checks "lines in use are refused to the kernel's own tools" kept_out
	checks "what they use is refused, and told" told_of
}

# --- unplugging ------------------------------------------------------------------------
bound() { echo gpiohub-vboard.0 >"/sys/bus/platform/drivers/gpiohub-vboard/$1"; }
unplugged() {
	gpiohub wait 7 --timeout 600s 2>"$WORK/wait" &
	local waiter=$!
	gpiohub pwm 4 100Hz 50% --guard low >"$WORK/pwm" 2>&1 &
	PWM=$!
	soon watched 7 && soon plays 4 && bound unbind && ended 3 "$waiter" && ended "[1-9]" "$PWM"
}
# No level is told, not even a low one.
reads_nothing() { refuses 3 "$1" gpiohub get 1; }
plugged() { bound bind && tell loop "0 1; 2 3; 4 5; 6 7"; }
back() { gpiohub set 0=1 && level_is 1 1; }

unplug() { # WHAT A GET SAYS MEANWHILE
	checks "who waits or plays is told when the chip is pulled out" unplugged
	checks "... and reads nothing" soon reads_nothing "$1"
	checks "plugged in again" plugged
	checks "... it is used as before" soon back
	checks "two clients watch" watch_start
	checks "... and see" seen "falling rising" blink
}
blink() { gpiohub set 0=0 && soon saw "$A" 1 falling && gpiohub set 0=1; }

# A chip of more than 64 lines is several hubs. That takes another chip than the board.
hubs_are() { same "$1" "$(gpiohub list --hubs)"; }
large_chip() {
	local board="gpiohub0: 32 lines, gpiohub-vboard.0:0-31"
	if ! modprobe gpio-mockup gpio_mockup_ranges=-1,100 2>/dev/null; then
		skip "$HOW: a large chip is several hubs" "this kernel has no gpio-mockup"
		return
	fi
	checks "a large chip is several hubs" soon hubs_are "$board
gpiohub1: 64 lines, gpio-mockup-A:0-63
gpiohub2: 36 lines, gpio-mockup-A:64-99"
	checks "... whose lines are used" gpiohub pulse 2:35 1ms
	checks "... and let go" soon modprobe -r gpio-mockup
	checks "... and it goes with its hubs" soon hubs_are "$board"
}

# --- all of it -------------------------------------------------------------------------------
mkfifo "$WORK/heart"
story() {
	HOW=$1
	"$HOW"_start
	several_clients
	owners
	patterns
	refusals
}
watchers_end() { checks "the watchers end when interrupted" interrupted "${WATCHERS[@]}"; }

sim() {
	story sim
	no_rules
	watchers_end
	daemon_stop
}

kernel() {
	story kernel
	others
	watchers_end
	unplug "its chip is gone: plug it in again"
	watchers_end
	stopped
	checks "the modules can be unloaded" modules_unload
}

chardev() {
	story chardev
	no_rules
	others
	large_chip
	watchers_end
	unplug "the daemon has no hub"
	watchers_end
	stopped
	if before 6.9; then LEFT="gpiolib remembers lines in use of a chip that went"; fi
}

LEFT=""
[ $# -gt 0 ] || set -- sim kernel chardev
for backend; do "$backend"; done
finish "$LEFT"
