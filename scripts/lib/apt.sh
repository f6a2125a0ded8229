# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# An apt of our own inside the cache: kernels and foreign packages are found,
# verified and unpacked with it, and the machine's own sources, architectures and
# package database stay as they are. Needs common.sh.

SUITE=bookworm
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# Where the machine itself gets RELEASE from, else Debian's own server.
mirror_of() {
	local uri
	# shellcheck disable=SC2016 # apt's own variables
	uri=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' \
		'Created-By: Packages' 2>/dev/null |
		awk -v r="$1" '$1 == r && /debian/ { print $2; exit }')
	echo "${uri:-$2}"
}

apt_sources() {
	local main security
	main=$(mirror_of $SUITE http://deb.debian.org/debian)
	security=$(mirror_of $SUITE-security http://deb.debian.org/debian-security)
	cat <<-END
		deb [signed-by=$KEYRING] $main $SUITE main
		deb [signed-by=$KEYRING] $main $SUITE-updates main
		deb [signed-by=$KEYRING] $security $SUITE-security main
	END
}

# apt_own TOOL ARCH ARGUMENTS...: apt-get or apt-cache as if for a bare ARCH machine.
apt_own() {
	local tool=$1 arch=$2 dir=$CACHE/apt/$2
	shift 2
	"$tool" -o "APT::Architecture=$arch" -o "APT::Architectures=$arch" \
		-o "Dir::Etc::SourceList=$dir/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
		-o "Dir::State=$dir/state" -o "Dir::State::Lists=$dir/lists" \
		-o "Dir::State::Status=$dir/status" -o "Dir::Cache=$dir/cache" \
		-o Dir::Log=/dev/null -o APT::Sandbox::User= -o Acquire::Languages=none \
		-o Acquire::Retries=3 -o APT::Install-Recommends=false "$@"
}

# Package lists not older than a day.
apt_lists() {
	local dir=$CACHE/apt/$1
	[ -z "$(find "$dir/updated" -mtime -1 2>/dev/null)" ] || return 0
	[ -e $KEYRING ] || die "$KEYRING is missing: apt-get install debian-archive-keyring"
	mkdir -p "$dir"/{lists/partial,state,cache/archives/partial}
	: >"$dir/status"
	apt_sources >"$dir/sources.list"
	say "reading Debian's package lists for $1 (about 9 MB)"
	logged "$dir/update.log" apt_own apt-get "$1" update ||
		die "no package lists: is there a way to $(awk '{ print $3; exit }' "$dir/sources.list")?"
	touch "$dir/updated"
}

apt_prepare() { locked "$CACHE/apt/$1.lock" apt_lists "$1"; }

# apt_depends ARCH PACKAGE REGEX: the first dependency of PACKAGE that matches.
apt_depends() {
	apt_own apt-cache "$1" depends "$2" 2>/dev/null |
		awk -v re="$3" '$1 == "Depends:" && $2 ~ re { print $2; exit }'
}

apt_version() {
	apt_own apt-cache "$1" show --no-all-versions "$2" | awk '/^Version:/ { print $2; exit }'
}

# apt_megabytes ARCH PACKAGE...: how much they are to download.
apt_megabytes() {
	apt_own apt-cache "$1" show --no-all-versions "${@:2}" |
		awk '/^Size:/ { n += $2 } END { printf "%d\n", n / 1e6 + 1 }'
}

# Unpack a package; a directory must not replace a symlink such as /lib -> usr/lib.
deb_unpack() {
	dpkg-deb --fsys-tarfile "$1" |
		tar -x -C "$2" --no-same-owner --keep-directory-symlink -f -
}

# apt_unpack ARCH ROOT PACKAGE...: download exactly these and unpack them in ROOT.
apt_unpack() {
	local arch=$1 root=$2 debs deb
	shift 2
	apt_prepare "$arch"
	debs=$(mktemp -d "$CACHE/debs.XXXXXX")
	say "downloading for $arch, $(apt_megabytes "$arch" "${@%%=*}") MB: $*"
	if ! (cd "$debs" && logged "$debs/log" apt_own apt-get "$arch" download "$@"); then
		rm -rf "$debs"
		return 1
	fi
	mkdir -p "$root"
	for deb in "$debs"/*.deb; do
		deb_unpack "$deb" "$root" || return 1
	done
	rm -rf "$debs"
}
