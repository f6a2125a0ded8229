# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # for the stories
# What the stories share: TAP, a board, a hub, a daemon, waiting for what is to come.
# A story runs as root in a guest (scripts/test e2e NAME), sources this, calls
# `check` for each thing that must hold and ends with `finish`.
#
# GPIOHUB_LONG=1: the full counts, a hundred times what is usual.
# GPIOHUB_BIN: where the programs were built, if not where this looks.
set -u
TREE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd -P)
BOARD=/sys/bus/platform/devices/gpiohub-vboard.0
SOCKET=/run/gpiohub/gpiohub.sock
WORK=$(mktemp -d)
PATIENCE=${GPIOHUB_PATIENCE:-60} # seconds for whatever is to come: only a fault needs them

# A bare root has no name for itself, and clients look for that. Outside of a guest nothing
# is written: every machine that is one has it.
grep -qs localhost /etc/hosts || echo "127.0.0.1 localhost" >>/etc/hosts

# --- programs ------------------------------------------------------------------

# The build that this processor can run.
programs() {
	local dir
	for dir in ${GPIOHUB_BIN:+"$GPIOHUB_BIN"} "$TREE"/build/{release,arm64}; do
		"$dir/cli/gpiohub" --help >/dev/null 2>&1 && echo "$dir" && return
	done
	echo "Bail out! no programs: scripts/build release" >&2
	return 1
}
BIN=$(programs) || exit 1
PATH=$BIN/cli:$BIN/daemon:$BIN/tests/e2e:$PATH

# count N: N, or a hundredth of it.
count() { [ -n "${GPIOHUB_LONG:-}" ] && echo "$1" || echo $((($1 + 99) / 100)); }

# --- TAP -----------------------------------------------------------------------

TESTS=0 FAILURES=0
note() { printf '# %s\n' "$*"; }

# check WHAT COMMAND...: that COMMAND succeeds; if not, what it said.
check() {
	local what=$1 log=$WORK/check.log
	shift
	TESTS=$((TESTS + 1))
	if "$@" >"$log" 2>&1; then
		echo "ok $TESTS - $what"
		grep '^# measured: ' "$log" || true
	else
		FAILURES=$((FAILURES + 1))
		echo "not ok $TESTS - $what"
		note "failed: $*"
		head -n 20 "$log" | sed 's/^/#   /'
	fi
}

skip() { TESTS=$((TESTS + 1)) && echo "ok $TESTS - $1 # SKIP $2"; }

# same EXPECTED GOT: two texts; the difference is the diagnosis.
same() { diff -u --label expected <(printf '%s\n' "$1") --label got <(printf '%s\n' "$2"); }

# refuses STATUS TEXT COMMAND...: it ends with that status and says that text.
refuses() {
	local status=$1 text=$2 said got=0
	shift 2
	said=$(timeout "$PATIENCE" "$@" 2>&1) || got=$?
	printf '%s\n(status %d, expected %d and "%s")\n' "$said" "$got" "$status" "$text"
	[ "$got" = "$status" ] && [[ $said == *"$text"* ]]
}

# before VERSION: the kernel is an earlier one.
before() { [ "$(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1)" != "$1" ]; }

# soon COMMAND...: that it succeeds before our patience ends. Tries are counted, not
# seconds: in exact time these fly by while a guest waits for its disk.
soon() {
	local tries=$((PATIENCE * 20))
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { echo "not within $PATIENCE s: $*" && return 1; }
		sleep 0.05
	done
}

# finish [REASON]: REASON why the modules cannot be unloaded, if so.
finish() {
	local unloaded="nothing is left that holds the modules"
	daemon_stop
	if [ -n "${1:-}" ]; then skip "$unloaded" "$1"; else check "$unloaded" modules_unload; fi
	rm -rf "$WORK"
	echo "1..$TESTS"
	[ $FAILURES = 0 ]
	exit
}

# --- the board and its hub -----------------------------------------------------

# board LINES: a virtual board of so many lines. level, loop, generate: see
# docs/vboard.md.
board() { modprobe gpiohub-vboard lines="$1"; }
tell() { echo "$2" >"$BOARD/$1"; }
# pin LINE: "LEVEL in" or "LEVEL out", as the board has it.
pin() { awk -v line="$1" '$1 == line { print $2, $3 }' "$BOARD/level"; }
pin_is() { [ "$(pin "$1")" = "$2" ]; }

# hub [PARAMETER...]: gpiohub0 over the virtual board. Its bursts are no storms.
hub() { modprobe gpiohub hubs=gpiohub-vboard.0 storm_rate=0 "$@"; }
# attribute NAME [VALUE]: of gpiohub0: prints it, or says whether it is VALUE.
attribute() {
	local value
	value=$(cat "/sys/class/gpiohub/gpiohub0/$1") || return
	[ $# = 1 ] && echo "$value" && return
	[ "$value" = "$2" ] || { echo "$1 is $value, not $2" && return 1; }
}
# nobody NAME: that mask of gpiohub0 is empty.
nobody() { attribute "$1" 0000000000000000; }

modules_unload() {
	[ ! -d /sys/module/gpiohub ] || modprobe -r gpiohub || return
	[ ! -d /sys/module/gpiohub_vboard ] || modprobe -r gpiohub-vboard
}

# --- the daemon and its clients ------------------------------------------------

DAEMON="" DAEMON_ARGUMENTS=()
VIA_DAEMON=(gpiohub --connect "unix:$SOCKET") # and never without it
daemon_answers() { "${VIA_DAEMON[@]}" list --hubs >/dev/null 2>&1; }

daemon_launch() {
	mkdir -p "${SOCKET%/*}"
	gpiohubd "${DAEMON_ARGUMENTS[@]}" >>"$WORK/daemon.log" 2>&1 &
	DAEMON=$!
}

daemon_start() {
	DAEMON_ARGUMENTS=("$@")
	daemon_launch
	soon daemon_answers || { cat "$WORK/daemon.log" && exit 1; }
}

daemon_stop() {
	[ -n "$DAEMON" ] || return 0
	kill -TERM "$DAEMON"
	check "the daemon ends well when told to" ended 0 "$DAEMON"
	DAEMON=""
}

# kill9 PID...: and no word about it from the shell.
kill9() {
	kill -KILL "$@"
	wait "$@"
	return 0
} 2>/dev/null

is_over() { ! kill -0 "$1" 2>/dev/null; }
# ended PATTERN PID...: they end by themselves, each with a status like that.
ended() {
	local pattern=$1 pid status
	shift
	for pid; do
		status=0
		soon is_over "$pid" || return
		wait "$pid" || status=$?
		[[ $status =~ ^($pattern)$ ]] || { echo "$pid: status $status" && return 1; }
	done
}
# interrupted PID...: watchers end well, with or without loss.
interrupted() { kill -INT "$@" && ended "0|4" "$@"; }

# heard TEXT FILE...: a message has come to every reader whose output these are.
heard() {
	local text=$1 file
	shift
	for file; do
		grep -aq -- "$text" "$file" || return
	done
}
greeted() { gpiohub message hello && heard hello "$@"; }
# ready FILE...: every reader gets what happens from now on.
ready() { soon greeted "$@"; }
# say_all TEXT FILE...: a message, and it has come everywhere.
say_all() {
	gpiohub message "$1" && soon heard "$@"
}
