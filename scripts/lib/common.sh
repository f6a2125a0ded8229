# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # used by those who source it
# What every script shares: where things are, how to speak, how to fail, and how
# two runs at once stay out of each other's way. Sourced, never run.

TREE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
CACHE=${GPIOHUB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/gpiohub}
JOBS=${GPIOHUB_JOBS:-$(nproc)}

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 125; }

# The machine's architecture in Debian's words.
host_arch() {
	case $(uname -m) in
	x86_64) echo amd64 ;;
	aarch64) echo arm64 ;;
	*) die "this machine is $(uname -m): the test guests know x86_64 and aarch64 only" ;;
	esac
}

# locked FILE COMMAND...: one at a time, in a subshell of its own.
locked() {
	local file=$1
	shift
	mkdir -p "$(dirname "$file")"
	(
		flock -n 9 || { say "waiting for another run (${file##*/})" && flock 9; }
		"$@" 9>&-
	) 9>"$file"
}

# logged FILE COMMAND...: quiet when it works, the end of its output when not.
logged() {
	local file=$1
	shift
	mkdir -p "$(dirname "$file")"
	"$@" >"$file" 2>&1 && return 0
	tail -n 40 "$file" >&2
	say "failed: $* (all of its output: $file)"
	return 1
}
