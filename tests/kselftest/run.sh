#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs the collection as root, in the test guest or on a board, and prints KTAP.
#
#	run.sh [-l] [PROGRAM[:PATTERN]]...
#
# -l lists the cases. PATTERN picks cases by a part of their sentence. A program
# that cannot run here is skipped. GPIOHUB_LONG=1 makes the counts a hundred
# times as big, on a debug kernel ten times. GPIOHUB_KSELFTEST=DIR says where the
# programs are, when not beside this file or in the tree's build/kselftest/.
#
# Exit status: 0 all passed, 1 something failed, 4 nothing could run.

PROGRAMS="hubs attributes debugfs uevent info ioctl_bad rights claim guard configure setget subscribe edges
	stream seek poll mmap lifetime wake notify uring readers wrap message gone
	deleted races random failnth caps storm suspend sleeping compat32
	keep wait play budget timing rules requests unplug killed wait_sleeping play_sleeping budget_sleeping
	rules_sleeping requests_sleeping unplug_sleeping killed_sleeping"

here=$(cd "$(dirname "$0")" && pwd -P)
case $(uname -m) in
x86_64) machine=amd64 ;;
aarch64) machine=arm64 ;;
*) machine=$(uname -m) ;;
esac

for dir in "$GPIOHUB_KSELFTEST" "$here" "$here/../../build/kselftest/$machine"; do
	[ -n "$dir" ] && [ -x "$dir/hubs" ] && break
	dir=
done
if [ -z "$dir" ]; then
	echo "run.sh: no programs: make -C $here, or set GPIOHUB_KSELFTEST" >&2
	exit 1
fi

list=
if [ "$1" = -l ]; then
	list=yes
	shift
fi
# shellcheck disable=SC2086 # a list
[ $# -gt 0 ] || set -- $PROGRAMS

if [ -n "$list" ]; then
	for program; do
		"$dir/${program%%:*}" -l | sed "s/^/${program%%:*}: /"
	done
	exit 0
fi

results=$(mktemp)
trap 'rm -f "$results"' EXIT

# run PROGRAM[:PATTERN]: its output indented by two, its status as the last line
run() {
	program=$1
	if [ "${program%%:*}" = "$program" ]; then
		"$dir/$program"
	else
		"$dir/${program%%:*}" "${program#*:}"
	fi
	echo "status $?"
}

# Indents what it reads, and leaves "STATUS PASS FAIL SKIP" in $results.
report() {
	ok=0 not_ok=0 skipped=0
	while IFS= read -r line; do
		case $line in
		"status "*) status=${line#status }; continue ;;
		"ok "*" # SKIP"*) skipped=$((skipped + 1)) ;;
		"ok "*) ok=$((ok + 1)) ;;
		"not ok "*) not_ok=$((not_ok + 1)) ;;
		esac
		printf '  %s\n' "$line"
	done
	echo "$status $ok $not_ok $skipped" >"$results"
}

pass=0 fail=0 skip=0 cases_pass=0 cases_fail=0 cases_skip=0 number=0

echo "KTAP version 1"
echo "1..$#"
for program; do
	run "$program" 2>&1 | report
	read -r status ok not_ok skipped <"$results"
	cases_pass=$((cases_pass + ok))
	cases_fail=$((cases_fail + not_ok))
	cases_skip=$((cases_skip + skipped))
	number=$((number + 1))
	case $status in
	0) pass=$((pass + 1)) verdict="ok $number ${program%%:*}" ;;
	4) skip=$((skip + 1)) verdict="ok $number ${program%%:*} # SKIP" ;;
	*) fail=$((fail + 1)) verdict="not ok $number ${program%%:*}" ;;
	esac
	echo "$verdict"
done
echo "# Cases: pass:$cases_pass fail:$cases_fail skip:$cases_skip"
echo "# Totals: pass:$pass fail:$fail xfail:0 xpass:0 skip:$skip error:0"
[ $fail -eq 0 ] || exit 1
[ $pass -gt 0 ] || exit 4
exit 0
