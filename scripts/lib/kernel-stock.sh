# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Debian's own kernels, unpacked in the cache: image, modules and headers in one
# root per name. Meta-packages are named here, exact versions found when fetched.
# Needs common.sh and apt.sh.

# stock_meta NAME: architecture, what follows "linux-image" in the meta-package.
stock_meta() {
	case $1 in
	stock-6.1) echo "amd64 amd64" ;;
	stock-6.12) echo "amd64 6.12-amd64" ;;
	arm64) echo "arm64 arm64" ;;
	arm64-16k) echo "arm64 6.12-arm64-16k" ;;
	*) die "no kernel is called $1: scripts/kernel list" ;;
	esac
}

# The packages' files name /usr/src and /usr/lib absolutely: point them at our copy.
stock_relocate() {
	local tmp=$1 root=$2 link target
	find "$tmp/usr/src" -name Makefile -maxdepth 2 \
		-exec sed -i "s,/usr/src/,$root/usr/src/,g" {} +
	find "$tmp/usr/src" "$tmp/usr/lib" "$tmp/lib/modules" -type l -lname '/*' 2>/dev/null |
		while read -r link; do
			target=$(readlink "$link")
			ln -sfn "$root$target" "$link"
		done
}

# stock_unpack ROOT NAME: fill ROOT (to be renamed to its final place FINAL).
stock_unpack() {
	local tmp=$1 final=$2 arch=$3 suffix=$4 image headers common kbuild version
	apt_prepare "$arch"
	image=$(apt_depends "$arch" "linux-image-$suffix" '^linux-image-[0-9]')
	headers=$(apt_depends "$arch" "linux-headers-$suffix" '^linux-headers-[0-9]')
	common=$(apt_depends "$arch" "$headers" '-common')
	kbuild=$(apt_depends "$arch" "$headers" '^linux-kbuild-')
	if [ -z "$image" ] || [ -z "$common" ] || [ -z "$kbuild" ]; then
		die "linux-image-$suffix is not in Debian's lists for $arch: rm -r $CACHE/apt and try again"
	fi
	[ "${image#linux-image-}" = "${headers#linux-headers-}" ] ||
		die "$image and $headers differ: the mirror is in the middle of an update, try again in an hour"
	version=$(apt_version "$arch" "$headers")
	apt_prepare "$(host_arch)"
	# They ask for one that is not older. A newer one is there first: it waits for no signature.
	dpkg --compare-versions "$(apt_version "$(host_arch)" "$kbuild")" ge "$version" ||
		die "$headers needs $kbuild $version, which is not there yet: the mirror is in the middle of an update, try again in an hour"
	apt_unpack "$arch" "$tmp" "$image" "$headers" "$common" || return 1
	# kbuild's programs run here, whatever the guest is
	apt_unpack "$(host_arch)" "$tmp" "$kbuild" || return 1
	[ -d "$tmp/lib/modules" ] || ln -s usr/lib "$tmp/lib"
	stock_relocate "$tmp" "$final"
	mv "$tmp/boot/vmlinuz-${image#linux-image-}" "$tmp/boot/vmlinuz"
	ln -s "../usr/src/$headers" "$tmp/boot/kdir"
	depmod -b "$tmp" "${image#linux-image-}" || return 1
	echo "${image#linux-image-}" >"$tmp/release"
	echo "$image $version" >"$tmp/ready"
}

# Unpacked beside its place and renamed: an interrupted fetch leaves nothing half-done.
fetch_stock() {
	local root=$1 name=$2 meta
	[ ! -e "$root/ready" ] || return 0
	meta=$(stock_meta "$name") || exit
	rm -rf "$root" "$root".tmp.*
	# shellcheck disable=SC2086 # two words
	stock_unpack "$root.tmp.$$" "$root" $meta || return 1
	mv -T "$root.tmp.$$" "$root"
	say "$name: $(cat "$root/ready")"
}
