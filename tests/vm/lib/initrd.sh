# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared with run
# The initramfs: one part per kernel, kept (busybox and the few modules that reach
# the root), and one per run, written anew (the guest's programs, vm.env, COMMAND).

INITRD_MODULES="virtio_pci virtio_console virtio_net 9pnet_virtio 9p overlay"

# The files a module needs, itself last, in the order to insert them.
module_files() {
	local module
	for module in $INITRD_MODULES; do
		modprobe -d "$KROOT" -S "$RELEASE" --show-depends "$module" 2>/dev/null |
			awk '$1 == "insmod" { print $2 }'
	done | awk '!seen[$0]++'
}

archive() { (cd "$1" && find . -mindepth 1 | LC_ALL=C sort | cpio -o -H newc --quiet -R 0:0 | gzip -1); }

initrd_base() {
	local base=$KROOT/initrd.gz dir file name
	[ ! -e "$base" ] || return 0
	dir=$(mktemp -d)
	mkdir -p "$dir"/{bin,proc,sys,dev,new,modules}
	cp "$BUSYBOX" "$dir/bin/busybox"
	: >"$dir/modules/order"
	while read -r file; do
		name=${file##*/}
		case $name in
		*.xz) xz -dc "$file" >"$dir/modules/${name%.xz}" ;;
		*) cp "$file" "$dir/modules/" ;;
		esac
		echo "${name%.xz}" >>"$dir/modules/order"
	done < <(module_files)
	archive "$dir" >"$base.tmp"
	mv "$base.tmp" "$base"
	rm -rf "$dir"
}

# What init and stage2 are to know, as shell assignments.
vm_env() {
	local layered=""
	printf 'VM_KERNEL=%s\nVM_TOKEN=%s\n' "$KERNEL" "$TOKEN"
	printf 'VM_WORK=%s\nVM_OUT=%s\nVM_WORK_OPTIONS=cache=none\n' "$(quoted "$WORK")" "$(quoted "$WORK/out")"
	printf 'VM_MODULES=%s\nVM_RELAY=%s\nVM_HUNG=60\nVM_SYSTEMD=%s\n' "$(quoted "$MODULES")" "$RELAY" "$SYSTEMD"
	if [ -n "$FOREIGN" ]; then
		layered=tree:$TREE
		printf 'VM_CACHE=%s\n' "$(quoted "$CACHE")"
	fi
	printf 'VM_LAYERED=%s\n' "$(quoted "$layered")"
	case $TREE/:$CACHE/ in
	*/tmp/*) ;;
	*) echo "VM_OWN_TMP=1" ;;
	esac
}

# A word as any POSIX shell reads it back.
quoted() { printf "'%s'" "${1//\'/\'\\\'\'}"; }

# COMMAND as a script: where we are in the tree, with the words it was given.
vm_command() {
	local there=$TREE word
	case $PWD/ in "$TREE"/*) there=$PWD ;; esac
	printf 'cd %s || exit 125\n' "$(quoted "$there")"
	for word in "${ENVIRONMENT[@]}"; do
		printf 'export %s=%s\n' "${word%%=*}" "$(quoted "${word#*=}")"
	done
	printf 'exec'
	for word in "${COMMAND[@]}"; do
		printf ' %s' "$(quoted "$word")"
	done
	printf '\n'
}

vm_initrd() {
	local dir=$WORK/initrd
	locked "$KROOT/initrd.lock" initrd_base
	rm -rf "$dir"
	mkdir -p "$dir"
	cp "$TREE/tests/vm/guest/init" "$TREE/tests/vm/guest/stage2" "$dir/"
	chmod 755 "$dir/init"
	vm_env >"$dir/vm.env"
	vm_command >"$dir/command"
	{ cat "$KROOT/initrd.gz" && archive "$dir"; } >"$WORK/initrd.gz"
}
