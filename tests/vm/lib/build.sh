# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared with run
# What the guest is to find: our modules built for its kernel in a directory per
# kernel (so that kernels do not fight over the tree) beside links to the kernel's
# own, and for a foreign guest the programs cross-built. Incremental.

cross_flags() {
	case $ARCH in
	arm64) printf 'ARCH=arm64\n' && [ -z "$FOREIGN" ] || printf 'CROSS_COMPILE=aarch64-linux-gnu-\n' ;;
	amd64) printf 'ARCH=x86_64\n' ;;
	esac
}

# kbuild DIRECTORY: one out-of-tree build.
kbuild() {
	local flags
	mapfile -t flags < <(cross_flags)
	# 6.12's headers would have BTF made, with a tool that nothing else here needs
	make -C "$KDIR" "M=$1" "${flags[@]}" CONFIG_DEBUG_INFO_BTF_MODULES= -j"$JOBS" modules
}

# The sources that make a module, copied only where they changed.
sync_sources() {
	local item
	mkdir -p "$KMOD/src" "$KMOD/testmod"
	for item in Kbuild include kmod; do
		[ ! -e "$TREE/$item" ] || rsync -a --checksum --delete \
			--exclude='*.mod.c' --include='*/' --include='*.[chS]' --include='*.sh' --include=Kbuild --include=Makefile \
			--exclude='*' "$TREE/$item" "$KMOD/src/"
	done
	rsync -a --checksum --include='*.c' --include=Kbuild --exclude='*' \
		"$TREE/tests/vm/testmod/" "$KMOD/testmod/"
}

# A module tree of its own: the kernel's by link, ours in extra/, one depmod.
modules_tree() {
	local tree=$KMOD/root/lib/modules/$RELEASE stock=$KROOT/lib/modules/$RELEASE ko changed=""
	mkdir -p "$tree/extra"
	ln -sfn "$stock/kernel" "$tree/kernel"
	for ko in modules.builtin modules.builtin.modinfo modules.order; do
		[ ! -e "$stock/$ko" ] || cp -u "$stock/$ko" "$tree/"
	done
	while read -r ko; do
		cmp -s "$ko" "$tree/extra/${ko##*/}" && continue
		cp "$ko" "$tree/extra/${ko##*/}.new"
		mv "$tree/extra/${ko##*/}.new" "$tree/extra/${ko##*/}"
		changed=1
	done < <(find "$KMOD/src" "$KMOD/testmod" -name '*.ko')
	if [ -n "$changed" ] || [ ! -e "$tree/modules.dep" ]; then
		depmod -b "$KMOD/root" "$RELEASE"
	fi
}

build_modules() {
	"$TREE/scripts/deps" modules
	sync_sources
	logged "$KMOD/testmod.log" kbuild "$KMOD/testmod" || return 1
	if [ -z "$BARE" ] && [ -e "$KMOD/src/Kbuild" ]; then
		logged "$KMOD/build.log" kbuild "$KMOD/src" || return 1
	fi
	modules_tree
}

build_programs() {
	[ -n "$FOREIGN" ] && [ -e "$TREE/CMakePresets.json" ] || return 0
	"$TREE/scripts/kernel" rootfs arm64 >/dev/null
	cd "$TREE" || return 1
	logged "$TREE/build/arm64-configure.log" cmake --preset arm64 &&
		logged "$TREE/build/arm64-build.log" cmake --build build/arm64 -j "$JOBS"
}

# Sets what the other parts need to know of the kernel.
vm_kernel() {
	KROOT=$("$TREE/scripts/kernel" root "$KERNEL")
	KDIR=$("$TREE/scripts/kernel" kdir "$KERNEL")
	IMAGE=$("$TREE/scripts/kernel" image "$KERNEL")
	RELEASE=$("$TREE/scripts/kernel" release "$KERNEL")
	BUSYBOX=$("$TREE/scripts/kernel" busybox "$ARCH")
	KMOD=$TREE/build/kmod/$KERNEL
	MODULES=$KMOD/root/lib/modules/$RELEASE
}

vm_build() {
	if [ -n "$BUILD" ]; then
		locked "$KMOD.lock" build_modules || die "the modules do not build for $KERNEL"
	fi
	if [ -n "$PROGRAMS" ]; then
		locked "$TREE/build/arm64.lock" build_programs || die "the programs do not build for arm64"
	fi
	[ -e "$MODULES/modules.dep" ] || MODULES=""
}
