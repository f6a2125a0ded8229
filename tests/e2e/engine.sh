#!/bin/bash
# SPDX-License-Identifier: MIT
# vm: --exact-time
# The engine by its verbs: waits end when they should, pulses and patterns are as long as
# was asked, square waves last until interrupted, rules react without a program. Each
# through the daemon and without it. Line 0 is wired to line 1; lines 3 and 4 are moved
# from outside.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
# Seconds fly by in exact time while a program is read from the disk.
PATIENCE=3600
board 8
hub
tell loop "0 1"
daemon_start
HOW="" VIA=()

via() { gpiohub "${VIA[@]}" "$@"; }
checks() { check "$HOW: $1" "${@:2}"; }
# line_is LINE WORD: it is in that state, as info tells it.
line_is() { gpiohub info "$1" | grep -q "^  state .*\<$2\>"; }
nobody_plays() { ! line_is 0 playing; }
watched() { gpiohub info "$1" | grep -q '^  watchers   [1-9]'; }
unwatched() { ! watched "$1"; }
# says TEXT COMMAND...: it ends well and prints a text like that.
says() {
	local text=$1 said
	shift
	said=$("$@" 2>&1) || { echo "$said" && return 1; }
	[[ $said == *"$text"* ]] || { echo "\"$said\" says nothing of \"$text\"" && return 1; }
}
# edges FILE LINE WORD: how many of these a watcher saw since its last "begin".
since_begin() { tac "$1" | sed '/"text":"begin"/q' | tac; }
edges() { since_begin "$1" | grep -c "\"type\":\"$3\",\"line\":$2,"; }
# widths FILE LINE: the ns between each rising edge and the falling one after it.
widths() {
	since_begin "$1" | sed -nE "s/.*\"time_ns\":([0-9]+),\"type\":\"(rising|falling)\",\"line\":$2,.*/\2 \1/p" |
		awk '$1 == "rising" { up = $2 } $1 == "falling" && up { print $2 - up; up = 0 }'
}
# all_within LEAST MOST: of numbers that are read, at least one.
all_within() {
	awk -v least="$1" -v most="$2" '{ n++ } $1 < least || $1 > most { print; bad = 1 }
		END { exit bad || !n }'
}

WATCH=$WORK/watch
gpiohub watch 0 1 2 --json >"$WATCH" 2>/dev/null &
watcher=$!
check "a watcher sees what happens" ready "$WATCH"
# observed COMMAND...: runs it; afterwards the watcher has all that it did.
ROUND=0
observed() {
	local result=0
	ROUND=$((ROUND + 1))
	gpiohub message begin && "$@" || result=1
	say_all "end $ROUND" "$WATCH" && return "$result"
}
# seen LINE RISING FALLING COMMAND...
seen() {
	local line=$1 rising=$2 falling=$3
	shift 3
	observed "$@" && same "$rising $falling" \
		"$(edges "$WATCH" "$line" rising) $(edges "$WATCH" "$line" falling)"
}

# --- waits ---------------------------------------------------------------------
# Line 5 is wired to nothing that is watched, so that its watchers are the waits.
wait_ends() {
	via wait 5 --edge rising --count 2 --timeout 600s >"$WORK/wait" &
	local waiter=$!
	soon watched 5 && tell level "5 1" && tell level "5 0" && kill -0 "$waiter" &&
		tell level "5 1" && ended 0 "$waiter" && grep -q ' event [0-9]' "$WORK/wait"
}
wait_leaves_nothing() { tell level "5 0" && soon unwatched 5; }
waits() {
	checks "a wait ends with the last of its edges" wait_ends
	checks "... and leaves nothing armed" wait_leaves_nothing
	checks "a wait whose time is up has a status of its own" \
		refuses 6 "did not happen within 50ms" gpiohub "${VIA[@]}" wait 5 --timeout 50ms
}

# --- pulses and patterns ---------------------------------------------------------
patterns() {
	checks "a pulse is one" seen 1 1 1 via pulse 0 500us
	checks "... as long as was asked" all_within 450000 550000 < <(widths "$WATCH" 0)
	checks "several pulses are as many" seen 1 5 5 via pulse 0 200us --count 5 --gap 300us
	checks "... each as long" all_within 150000 250000 < <(widths "$WATCH" 0)
	checks "its report tells how it went" says "done: 2 steps" via pulse 0 500us
	checks "a low pulse leaves the line high" via pulse 2 1ms --low --guard keep
	checks "... and so it stays" pin_is 2 "1 out"
	checks "a pattern is played as it is written" \
		seen 1 3 3 via play "3x( 0=1 100us 0=0 100us )"
	checks "... its lines at the same moment, from a file" \
		says "done: 3 steps" via play --guard keep --file - <<<"0=1 2=0 1ms # one
			0=0 2=1 1ms 2=0"
	checks "... to its end" pin_is 2 "0 out"
	checks "what is wrong with it is told with its place" \
		refuses 1 'column 5: "100" is no duration' gpiohub "${VIA[@]}" play "0=1 100 0=0"
	checks "a pattern is repeated" says "done: 8 steps" via play "0=1 1ms 0=0 1ms" --repeat 4
}

# --- square waves ----------------------------------------------------------------
pwm_begins() { # GUARD
	via pwm 0 1kHz 25% --guard "$1" >"$WORK/pwm" 2>&1 &
	PWM=$!
	soon line_is 0 playing
}
interrupted_pwm() {
	pwm_begins input && kill -INT "$PWM" && ended 0 "$PWM" && soon nobody_plays &&
		grep -q "stopped at the end of its cycle" "$WORK/pwm"
}
refused_pwm() {
	pwm_begins low && refuses 2 "owns it: stop that program" gpiohub "${VIA[@]}" set 0=1
}
killed_pwm() { kill9 "$PWM" && soon nobody_plays && soon pin_is 0 "0 out"; }
waves() {
	checks "a square wave has as many periods as were asked for" \
		seen 1 10 10 via pwm 0 1kHz 25% --count 10
	checks "... each as long" all_within 200000 300000 < <(widths "$WATCH" 0)
	checks "one of 100 % never changes" seen 1 1 0 via pwm 0 1kHz 100% --count 5 --guard keep
	checks "... nor one of 0 %" seen 1 0 1 via pwm 0 1kHz 0% --count 5 --guard keep
	checks "one that is interrupted ends with its cycle" interrupted_pwm
	checks "while it plays its line is nobody else's" refused_pwm
	checks "one that is killed is followed by its guard" killed_pwm
}

# --- rules -----------------------------------------------------------------------
# The rule itself, not only its lines: these are watched before.
rule_listed() { gpiohub rule --list | grep -q " line 3 "; }
rule_begins() { # ARGUMENTS...
	: >"$WORK/rule"
	via rule "$@" >"$WORK/rule" 2>&1 &
	RULE=$!
	soon rule_listed
}
fired() { [ "$(grep -c 'rule [0-9]* fired' "$WORK/rule")" = "$1" ]; }
rule_fires() {
	tell level "3 0" && rule_begins 3 rising --set 2 --guard low --holdoff 10us &&
		pin_is 2 "0 out" && tell level "3 1" && soon pin_is 2 "1 out" && soon fired 1
}
rule_over() { kill -INT "$RULE" && ended 0 "$RULE" && soon pin_is 2 "0 out"; }
rule_conditional() {
	tell level "3-4 0" && rule_begins 3 rising --toggle 2 --when 4=1 --once --guard keep || return
	tell level "3 1" && tell level "3 0" && tell level "4 1" &&
		soon says 1 gpiohub get 4 && pin_is 2 "0 out" &&
		tell level "3 1" && ended 0 "$RULE" && pin_is 2 "1 out" && fired 1
}
rules() {
	checks "a rule drives what it shall, and tells it" rule_fires
	checks "... until it is interrupted, and its guard is applied" rule_over
	checks "a rule with a condition fires when that holds, once" rule_conditional
	checks "a rule that does nothing is none" \
		refuses 1 "--set, --clear, --toggle or --stop" gpiohub "${VIA[@]}" rule 3 rising
}

for HOW in daemon direct; do
	if [ $HOW = daemon ]; then VIA=(--connect "unix:$SOCKET"); else VIA=(--direct); fi
	waits
	patterns
	waves
	rules
done

# --- rules of the hub --------------------------------------------------------------
VIA=(--direct)
kept_rule() {
	tell level "3 1" && same "rule 1" "$(via rule 3 falling --clear 2 --latch --keep)" &&
		tell level "3 0" && soon pin_is 2 "0 out"
}
check "a rule that the hub keeps needs no program" kept_rule
check "... and is listed" says "fired 1, of user 0" gpiohub rule --list
latched() { line_is 2 latched && gpiohub --direct set 2=1 && ! line_is 2 latched && pin_is 2 "1 out"; }
check "what it latched is free when it is claimed again" latched
check "its number is taken" \
	refuses 1 "a rule of that number" gpiohub --direct rule 3 falling --clear 2 --keep --id 1
check "... until the rule is deleted" gpiohub --direct rule --delete 1
check "... which it can be once" \
	refuses 3 "there is no such rule" gpiohub --direct rule --delete 1

check "the watcher ends when interrupted" interrupted "$watcher"
finish
