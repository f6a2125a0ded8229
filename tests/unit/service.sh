#!/bin/bash
# SPDX-License-Identifier: MIT
# The units in packaging/ are right, and their sandbox is as tight as is promised: what
# systemd-analyze says of it, offline. Whether the daemon lives in it is for
# tests/e2e/systemd.sh.
set -euo pipefail
packaging=$(cd "$(dirname "$0")/../../packaging/systemd" && pwd -P)
command -v systemd-analyze >/dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# unit DIRECTORY [DROP-IN]: the service as it is installed, and the drop-in as part of it.
unit() {
	mkdir -p "$work/$1"
	{
		sed 's/@SERVICE_TYPE@/notify/; s/@SERVICE_WATCHDOG@/30s/; s,@SBINDIR@/gpiohubd,/bin/true,' \
			"$packaging/gpiohubd.service.in"
		[ -z "${2-}" ] || cat "$packaging/$2"
	} >"$work/$1/gpiohubd.service"
	cp "$packaging"/*.socket "$work/$1/"
}

# at_most TENTHS DIRECTORY
at_most() {
	local said
	if said=$(systemd-analyze security --offline=yes --threshold="$1" --no-pager "$work/$2/gpiohubd.service" 2>&1); then
		echo "$2: ${said##*: }"
		return
	fi
	echo "$2: more than $1 tenths:" && grep -v '✓' <<<"$said"
	failures=1
}

unit installed
unit local-only local-only.conf
unit pigpio-pwm pigpio-pwm.conf
at_most 11 installed
at_most 5 local-only
at_most 14 pigpio-pwm
for name in gpiohubd.service gpiohubd.socket gpiohubd-tcp.socket gpiohubd-tls.socket; do
	# Of systemd's own units a build machine may lack some.
	said=$(SYSTEMD_UNIT_PATH=$work/installed: systemd-analyze verify --man=no "$work/installed/$name" 2>&1) || true
	said=$(grep -F gpiohubd <<<"$said" | grep -vF "Failed to open $work" || true)
	[ -z "$said" ] || { echo "$said" && failures=1; }
done
exit $failures
