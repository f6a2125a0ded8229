# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared with run
# Which accelerator QEMU gets. /dev/kvm may be there and still hang every guest,
# so it is used only after a guest has booted on it once since the machine's boot.

probe_kvm() {
	local dir
	dir=$(mktemp -d)
	say "trying once whether KVM works here (15 s at most)"
	mkdir "$dir/initrd"
	cp "$TREE/tests/vm/guest/init" "$dir/initrd/"
	echo "VM_PROBE=1" >"$dir/initrd/vm.env"
	{ cat "$KROOT/initrd.gz" && archive "$dir/initrd"; } >"$dir/initrd.gz"
	(timeout -s KILL 15 "$QEMU" "${MACHINE[@]}" -cpu host -accel kvm -m 512 -smp 1 \
		-nodefaults -no-user-config -display none -no-reboot -serial none \
		-kernel "$IMAGE" -initrd "$dir/initrd.gz" -append "panic=-1 quiet" \
		-device virtio-serial-pci -chardev "file,id=status,path=$dir/status" \
		-device virtserialport,chardev=status,name=gpiohub.status \
		</dev/null || true) >"$dir/log" 2>&1
	grep -q '^exit 0' "$dir/status" 2>/dev/null
	local works=$?
	rm -rf "$dir"
	return $works
}

kvm_verdict() {
	local file=$CACHE/kvm boot
	boot=$(cat /proc/sys/kernel/random/boot_id)
	if ! grep -qs "^$boot " "$file"; then
		if probe_kvm; then
			echo "$boot works" >"$file"
		else
			echo "$boot fails" >"$file"
			say "KVM does not work here: emulating (GPIOHUB_ACCEL=kvm to insist)"
		fi
	fi
	grep -q "^$boot works" "$file"
}

# Sets ACCEL to kvm or tcg.
vm_accel() {
	ACCEL=${GPIOHUB_ACCEL:-}
	[ -z "$ACCEL" ] || return 0
	ACCEL=tcg
	[ -z "$FOREIGN$EXACT$BESIDE" ] && [ -w /dev/kvm ] || return 0
	locked "$CACHE/kvm.lock" kvm_verdict && ACCEL=kvm
	return 0
}
