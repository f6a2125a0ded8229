#!/bin/bash
# SPDX-License-Identifier: MIT
# kernel: arm64
# vm: --pl061 --hub-node 5,0,1,2
# A node of the device tree makes a hub, over the lines of a real chip that it lists and
# in that order, as soon as the module is there, which comes by itself; the hub goes and
# comes back with the chip.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
NODE=/sys/devices/platform/gpiohub-node
CHIP=9030000.pl061
DRIVER=/sys/bus/amba/drivers/pl061_gpio
direct=(gpiohub --direct)

exec 3<>"$GPIOHUB_PEER"
# outside TEXT ANSWER: sends an order, waits for the answer that begins like that.
outside() {
	local answer
	echo "$1" >&3
	while read -r -t "$PATIENCE" answer <&3; do
		[[ ${answer%$'\r'} != "$2"* ]] || return 0
	done
	echo "no answer to '$1'" && return 1
}
check "the world outside answers" outside ping pong

# --- the hub ------------------------------------------------------------------------
check "the kernel has a device for the node" test -e $NODE/modalias
check "the module comes by the device's name" modprobe "$(cat $NODE/modalias)"
check "there is a hub" soon test -c /dev/gpiohub0
check "it has the node's label" attribute label from-the-tree
check "it has the node's lines" attribute lines 4
check "in the node's order" same "5 0 1 2" \
	"$(cd /sys/class/gpiohub/gpiohub0 && cat line{0,1,2,3}/offset | paste -sd ' ')"
check "of that chip" attribute line0/chip $CHIP

# --- in use -------------------------------------------------------------------------
check "line 1 of the chip is moved outside" outside "move 1 1" "done"
check "and read as line 2 of the hub" same "1" "$("${direct[@]}" get 2)"
outside watch watching
driven() {
	local answer
	"${direct[@]}" set 0=1 &
	while read -r -t "$PATIENCE" answer <&3; do
		[[ $answer != output*" 5 1"* ]] || break
	done
	wait $!
	[[ $answer == output*" 5 1"* ]]
}
check "line 0 drives line 5 of the chip" driven

# --- the chip goes and comes back ------------------------------------------------------
no_hub() { [ ! -e /sys/class/gpiohub/gpiohub0 ]; }
bound() { echo "$CHIP" >"$DRIVER/$1"; }
check "the chip is unbound" bound unbind
check "the hub is gone" soon no_hub
check "the chip is bound" bound bind
check "the hub is back" soon attribute label from-the-tree

# --- deleted by hand, and unbound ------------------------------------------------------
deleted() { echo gpiohub0 >/sys/class/gpiohub/delete_hub; }
check "it is deleted by hand" deleted
again() {
	echo gpiohub-node >/sys/bus/platform/drivers/gpiohub-hub/unbind &&
		echo gpiohub-node >/sys/bus/platform/drivers/gpiohub-hub/bind
}
check "its device is bound again" again
check "and makes it again" soon attribute label from-the-tree
finish
