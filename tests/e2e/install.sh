#!/bin/bash
# SPDX-License-Identifier: MIT
# kernel: stock
# What `make install` puts on a board does what the README says: users and groups,
# the device's rights and its link by label, a daemon that is nobody special, and
# people of group gpio as its clients. Only the modules are those of the guest already.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
PREFIX=/usr/local

install_all() {
	cmake --install "$BIN" --prefix "$PREFIX" && "$TREE/packaging/activate" "$PREFIX"
}
check "it installs" install_all
check "there is a user gpiohub" getent passwd gpiohub
check "there are groups gpio and gpiohub" getent group gpio gpiohub
# the ones of PREFIX from now on
hash -r
PATH=$PREFIX/bin:$PREFIX/sbin:/usr/bin:/usr/sbin:/bin:/sbin

mkdir -p /run/udev
/lib/systemd/systemd-udevd --daemon
check "the rules are right" sh -c 'udevadm test /class/mem/null 2>&1 | grep -F 60-gpiohub.rules | grep -iE "invalid|unknown|failed" && exit 1 || exit 0'
modprobe gpiohub-vboard lines=8
modprobe gpiohub "hubs=gpiohub-vboard.0:0-3"
udevadm settle
check "the device is its group's alone" same "root gpiohub 660" "$(stat -c '%U %G %a' /dev/gpiohub0)"
check "it has a link by its label" same ../gpiohub0 "$(readlink /dev/gpiohub-by-label/gpiohub-vboard.0:0-3)"
check "the chip is readable for the daemon" same "gpiohub 660" "$(stat -c '%G %a' /dev/gpiochip*)"

# --- as the service runs it ------------------------------------------------------
service() { sed -n "s/^$1=//p" "$PREFIX/lib/systemd/system/gpiohubd.service"; }
read -r program _ < <(service ExecStart)
check "the service starts what was installed" test -x "$program"
install -d -o "$(service User)" -g "$(service Group)" -m 755 /run/gpiohub
setpriv --reuid "$(service User)" --regid "$(service Group)" \
	--groups "$(service SupplementaryGroups)" --inh-caps=-all \
	"$program" 2>"$WORK/daemon.log" &
daemon=$!
check "the daemon runs without any right of root" soon test -S "$SOCKET"

# --- as people use it ------------------------------------------------------------
somebody=(setpriv --reuid nobody --regid nogroup --inh-caps=-all)
member=("${somebody[@]}" --groups gpio gpiohub)
check "whoever is in group gpio uses it" "${member[@]}" list
check "and drives a line" "${member[@]}" set 2=1
check "the line has a name" "${member[@]}" get vb0_2
check "who is not in it is told what to do" \
	refuses 2 "group (gpio)" "${somebody[@]}" --clear-groups gpiohub list
check "the device itself is not for people" \
	refuses 2 "group of the device (gpiohub)" "${member[@]}" --direct list

kill -TERM $daemon
wait $daemon
check "the daemon ends well" test $? = 0
udevadm control --exit
finish
