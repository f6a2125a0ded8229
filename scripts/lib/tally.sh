# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The stages of scripts/test: each runs once, its TAP lines are counted, and with
# `matrix` a stage that passed on the same tree is not run again. Needs common.sh.

PASSED=0 FAILED=0 SKIPPED=0
LOGS=$TREE/build/test
STAMPS=""	# a directory, when passed stages are to be remembered

# What the tree is, in one word: all of our files, nothing that a build made.
tree_hash() {
	(cd "$TREE" && find . \( -path ./.git -o -path ./build \) -prune -o -type f \
		! -name '*.o' ! -name '*.ko' ! -name '*.cmd' ! -name '*.mod*' -print0 |
		LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
}

# tap_count LOG: passed, failed, skipped. Of nested results the inner ones count.
tap_count() {
	tr -d '\r' <"$1" | awk '
		/^ *(not )?ok [0-9]/ {
			depth = match($0, /[^ ]/)
			kind = /# SKIP/ ? 2 : /^ *not ok/ ? 1 : 0
			n[depth > 1, kind]++
			if (depth > 1) nested = 1
		}
		END { printf "%d %d %d\n", n[nested + 0, 0], n[nested + 0, 1], n[nested + 0, 2] }'
}

# ctest_count LOG: the same from ctest's last words.
ctest_count() {
	sed -n 's/.*tests passed, \([0-9]*\) tests* failed out of \([0-9]*\).*/\1 \2/p' "$1" |
		tail -n 1 | awk '{ printf "%d %d 0\n", $2 - $1, $1 }'
}

# show LOG NAME: what failed, and where the rest is.
show() {
	grep -aE '^ *not ok|\*\*\*|^[a-z]+: ' "$1" | head -n 30 >&2
	tail -n 15 "$1" | sed 's/^/    /' >&2
	say "$2 failed; all of its output: ${1#"$TREE"/}"
}

# stage NAME COUNTER COMMAND...: a failure without a failed test counts as one, and
# so does a stage without any result.
stage() {
	local name=$1 counter=$2 log=$LOGS/$1.log began=$SECONDS status=0 passed failed skipped
	local stamp=${STAMPS:+$STAMPS/$1}
	shift 2
	if [ -n "$stamp" ] && [ -e "$stamp" ]; then
		read -r passed skipped <"$stamp"
		say "$name: $passed passed before, on this very tree"
		PASSED=$((PASSED + passed)) SKIPPED=$((SKIPPED + skipped))
		return 0
	fi
	mkdir -p "$LOGS"
	say "$name ..."
	"$@" >"$log" 2>&1 || status=$?
	# nothing to read: no result at all
	read -r passed failed skipped < <("$counter" "$log") || true
	passed=${passed:-0} failed=${failed:-0} skipped=${skipped:-0}
	if [ "$failed" = 0 ] && { [ $status != 0 ] || [ "$passed$skipped" = 00 ]; }; then
		failed=1
	fi
	PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
	say "$name: $passed passed, $failed failed, $skipped skipped ($((SECONDS - began)) s)"
	if [ "$failed" != 0 ]; then
		show "$log" "$name"
	elif [ -n "$stamp" ]; then
		mkdir -p "$STAMPS"
		echo "$passed $skipped" >"$stamp"
	fi
}

# together COMMAND...: stages side by side, which guests allow that wait for each other's
# programs more than for a processor. Each command is a word of shell.
# shellcheck disable=SC2030,SC2031 # each adds up its own, and tells by a file
together() {
	local command counts number=0 passed failed skipped
	mkdir -p "$LOGS"
	counts=$(mktemp -d "$LOGS/together.XXXXXX")
	for command; do
		number=$((number + 1))
		(
			PASSED=0 FAILED=0 SKIPPED=0
			eval "$command"
			echo "$PASSED $FAILED $SKIPPED" >"$counts/$number"
		) &
	done
	wait
	for number in $(seq $number); do
		# one that died is one that failed
		read -r passed failed skipped < <(cat "$counts/$number" 2>/dev/null || echo "0 1 0")
		PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
	done
	rm -rf "$counts"
}

# The one line that everything ends with.
totals() {
	[ "$SKIPPED" = 0 ] || say "$SKIPPED skipped"
	echo "$PASSED passed, $FAILED failed"
	[ "$FAILED" = 0 ] && [ "$PASSED" != 0 ]
}
