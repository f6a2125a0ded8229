# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A small arm64 Debian root in the cache, unpacked and never configured: what the
# arm64 guests run on, and with its -dev packages what programs are cross-built
# against. The packages are listed in tests/vm/arm64-packages. Needs apt.sh.

ARM64_PACKAGES=$TREE/tests/vm/arm64-packages

arm64_list() { sed 's/#.*//' "$ARM64_PACKAGES" | awk -v k="$1" '$1 == k { print $2 }'; }

# All packages that the list needs, found by apt for an empty machine.
arm64_resolve() {
	local wanted
	mapfile -t wanted < <(arm64_list run)
	apt_own apt-get arm64 install -s -y "${wanted[@]}" |
		awk '$1 == "Inst" { print $2 }' | sed 's/:arm64$//'
	arm64_list dev
}

# The few things that maintainer scripts would have made.
arm64_settle() {
	cp "$1/usr/share/base-passwd/passwd.master" "$1/etc/passwd"
	cp "$1/usr/share/base-passwd/group.master" "$1/etc/group"
	[ -e "$1/usr/bin/awk" ] || ln -s mawk "$1/usr/bin/awk"
	[ -e "$1/usr/bin/sh" ] || ln -s bash "$1/usr/bin/sh"
	echo gpiohub-guest >"$1/etc/hostname"
	echo "127.0.0.1 localhost gpiohub-guest" >"$1/etc/hosts"
	mkdir -p "$1"/{proc,sys,dev,run,tmp,root,mnt,var/tmp}
}

# Absolute links of a -dev package would lead the linker out of the root.
arm64_relink() {
	local link
	find "$1/usr/lib/aarch64-linux-gnu" -type l -lname '/*' | while read -r link; do
		ln -sfn "$(realpath -m --relative-to="$(dirname "$link")" "$1$(readlink "$link")")" "$link"
	done
}

fetch_arm64_root() {
	local root=$1 tmp=$1.tmp packages want
	want=$(sha256sum <"$ARM64_PACKAGES")
	[ "$(cat "$root/ready" 2>/dev/null)" != "$want" ] || return 0
	apt_prepare arm64
	mapfile -t packages < <(arm64_resolve)
	[ "${#packages[@]}" -gt 20 ] || die "apt could not resolve $ARM64_PACKAGES"
	rm -rf "$tmp"
	mkdir -p "$tmp"/usr/{bin,sbin,lib}
	ln -s usr/bin usr/sbin usr/lib "$tmp"
	apt_unpack arm64 "$tmp" "${packages[@]}" || return 1
	arm64_settle "$tmp"
	arm64_relink "$tmp"
	echo "$want" >"$tmp/ready"
	rm -rf "$root"
	mv -T "$tmp" "$root"
}

rootfs() {
	[ "$1" = arm64 ] || die "no foreign root for $1: there is arm64"
	"$TREE/scripts/deps" fetch
	locked "$CACHE/rootfs-arm64.lock" fetch_arm64_root "$CACHE/rootfs-arm64"
	echo "$CACHE/rootfs-arm64"
}
