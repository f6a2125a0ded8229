# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The kernel debug-6.1: built once from Debian's linux-source-6.1 with the
# fragment tests/vm/debug-6.1.config into the cache, and again when the fragment
# or the source changes. Needs common.sh and apt.sh.

DEBUG_CONFIG=$TREE/tests/vm/debug-6.1.config

# The source tarball: the machine's, or one unpacked into the cache.
linux_source() {
	local tar=/usr/src/linux-source-6.1.tar.xz root=$CACHE/linux-source-6.1
	if [ ! -e "$tar" ]; then
		tar=$root$tar
		[ -e "$tar" ] || apt_unpack amd64 "$root" linux-source-6.1 >&2
	fi
	echo "$tar"
}

# What the built kernel depends on, as one short word.
debug_stamp() {
	{ sha256sum <"$DEBUG_CONFIG"; stat -L -c %s "$1"; } | sha256sum | cut -c1-16
}

# A wanted option that Kconfig dropped would make a checker silently absent.
debug_check_config() {
	local line missing=0
	while read -r line; do
		case $line in
		CONFIG_*=n) grep -q "^${line%=n}=" "$1" || continue ;;
		CONFIG_*) ! grep -qxF "$line" "$1" || continue ;;
		*) continue ;;
		esac
		say "$DEBUG_CONFIG: the kernel did not take $line"
		missing=1
	done <"$DEBUG_CONFIG"
	return $missing
}

debug_make() { make -C "$1" ARCH=x86_64 LOCALVERSION=-gpiohub-debug -j"$JOBS" "${@:2}"; }

debug_configure() {
	debug_make "$1" tinyconfig &&
		"$1/scripts/kconfig/merge_config.sh" -m -O "$1" "$1/.config" "$DEBUG_CONFIG" &&
		debug_make "$1" olddefconfig &&
		debug_check_config "$1/.config"
}

debug_build() {
	local root=$1 tar=$2 src=$1/src
	mkdir -p "$src" "$root/boot"
	tar -xf "$tar" -C "$src" --strip-components=1 &&
		debug_configure "$src" &&
		debug_make "$src" bzImage modules &&
		debug_make "$src" INSTALL_MOD_PATH="$root" modules_install &&
		cp "$src/arch/x86/boot/bzImage" "$root/boot/vmlinuz" &&
		ln -sfn ../src "$root/boot/kdir" &&
		cp "$src/include/config/kernel.release" "$root/release"
}

# Each source and fragment has a directory of its own, where the build stays (its
# dependency files name it) and goes on when it was interrupted; the kernel's name is
# a link to the newest that is done. Guests of the old one keep theirs until then.
fetch_debug() {
	local link=$1 root tar want old
	tar=$(linux_source)
	want=$(debug_stamp "$tar")
	root=$link-$want
	if [ ! -e "$root/ready" ]; then
		mkdir -p "$root"
		say "debug-6.1: building a kernel from ${tar##*/}, about 10 minutes on two cores"
		logged "$root/build.log" debug_build "$root" "$tar" || return 1
		echo "linux-source-6.1 $want" >"$root/ready"
	fi
	[ "$(readlink "$link")" != "${root##*/}" ] || return 0
	old=$(readlink "$link" || true)
	ln -sfn "${root##*/}" "$link"
	[ -z "$old" ] || rm -rf "${link%/*}/${old:?}"
}
