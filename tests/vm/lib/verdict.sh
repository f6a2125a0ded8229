# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared with run
# How a run ended: by the token on the status port, by the kernel's own log, which
# nobody but the kernel writes, and by the taint it carries at the end.

REPORTS='WARNING: |BUG: |kernel BUG at|Oops|Internal error: |Unable to handle kernel'
REPORTS+='|general protection fault|Kernel panic|UBSAN: |KASAN: |ODEBUG: |refcount_t: '
REPORTS+='|list_(add|del) corruption|INFO: task .* blocked for more than'
REPORTS+='|INFO: trying to register non-static key|DEBUG_LOCKS_WARN_ON'
REPORTS+='|rcu: INFO: .* (stall|expedited)|sysfs: cannot create duplicate'
# said at boot of machines, not of what we do
HARMLESS='Spectre V2 : WARNING: Unprivileged eBPF'
# bad page, died, warned, soft lockup
TAINTS=$((1 << 5 | 1 << 7 | 1 << 9 | 1 << 14))

# Prints the kernel's reports, if there are any; true if there are.
kernel_reports() {
	local log found=1 first
	for log in "$WORK/console.log" "$WORK/dmesg.log"; do
		[ -s "$log" ] || continue
		first=$(grep -anE "$REPORTS" "$log" | grep -vE "$HARMLESS" | head -n 1 | cut -d: -f1)
		[ -n "$first" ] || continue
		say "the kernel reported (all of it: $log):"
		tail -n "+$((first > 1 ? first - 1 : 1))" "$log" | head -n 80 | tr -d '\r' >&2
		found=0
		break
	done
	if [ -s "$WORK/kmemleak.log" ]; then
		say "kmemleak found (all of it: $WORK/kmemleak.log):"
		head -n 60 "$WORK/kmemleak.log" >&2
		found=0
	fi
	return $found
}

# The guest's word: exit STATUS taint BITS TOKEN.
vm_verdict() {
	local word status taint token
	if [ ! -s "$WORK/console.log" ]; then
		say "QEMU could not start the guest: $(tail -n 5 "$WORK/qemu.log")"
		return 125
	fi
	read -r word status taint taint token < <(tr -d '\r' <"$WORK/status" 2>/dev/null) || true
	if kernel_reports; then
		say "failed: a report of the kernel's outweighs whatever COMMAND said (${status:-nothing})"
		return 120
	fi
	if [ -n "$TIMED_OUT" ]; then
		say "the guest was ended after $TIMEOUT seconds (--timeout). Its kernel's last words:"
		tail -n 15 "$WORK/console.log" >&2
		return 124
	fi
	if [ "$word" != exit ] || [ "$token" != "$TOKEN" ]; then
		say "the guest died without a word${word:+ (it said: $word $status $taint $token)}. Its kernel's last words:"
		tail -n 30 "$WORK/console.log" >&2
		[ ! -s "$WORK/qemu.log" ] || tail -n 5 "$WORK/qemu.log" >&2
		return 121
	fi
	if [ $((taint & TAINTS)) -ne 0 ]; then
		say "the kernel is tainted ($taint): it reported something that its log lost ($WORK/dmesg.log)"
		return 120
	fi
	return "$status"
}
