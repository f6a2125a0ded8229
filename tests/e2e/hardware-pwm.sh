#!/bin/bash
# SPDX-License-Identifier: MIT
# kernel: arm64
# vm: --pl061 --pwm-node
# Hardware PWM: GPIOs that are channels of a Raspberry Pi's PWM chip, by the kernel's own driver
# for it, as its registers tell. pigs is Debian's.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
CHIP=/sys/class/pwm/pwmchip0
REGISTERS=$((0x46000000))
CLOCK=24 # MHz
DROP_IN=$TREE/packaging/systemd/pigpio-pwm.conf

exec 3<>"$GPIOHUB_PEER"
# register OFFSET: what the chip has there.
register() {
	local word
	printf 'word 0x%x\n' $((REGISTERS + $1)) >&3
	read -r -t "$PATIENCE" word <&3 && word=${word%$'\r'} && echo "${word#word }"
}
# pulses CHANNEL PERIOD WIDTH: us, and that it is on. Or "off".
pulses() {
	local control on
	control=$(register 0)
	on=$((control >> (8 * $1) & 1))
	if [ "$2" = off ]; then
		same 0 "$on"
		return
	fi
	same "$(($2 * CLOCK)) $(($3 * CLOCK)) 1" \
		"$(register $((0x10 + 16 * $1))) $(register $((0x14 + 16 * $1))) $on"
}
says() { same "$1" "$(pigs "${@:2}" 2>/dev/null)"; }

printf '[pigpio]\npwm = ["18=pwmchip0:0", "12=pwmchip0:0", "19=46000000.pwm:1", "13=pwmchip7:0", "5=pwmchip0:9"]\n' \
	>"$WORK/gpiohubd.toml"
check "the kernel has the chip's driver" modprobe pwm-bcm2835
check "and the chip" test -e $CHIP/npwm
board 32
hub
daemon_start --pigpio --config "$WORK/gpiohubd.toml"

check "its channels are made at the start" soon test -e $CHIP/pwm1
check "an output" says "" m 18 w
check "PWM of 800 Hz, 20 %" says "" hp 18 800 200000
check "is what the chip does" pulses 0 1250 250
check "it is told so" says $'200000\n1000000\n800\n2' gdc 18 prg 18 pfg 18 mg 18
check "a shorter period than the pulse was" says "" hp 18 10000 500000
check "is what the chip does then" pulses 0 100 50
check "a longer pulse than the period was" says "" hp 12 100 900000
check "and then, by another GPIO of that channel" pulses 0 10000 9000
check "a chip by the name of its device: a clock" says "" hc 19 10000
check "which has the half of its period" pulses 1 100 50
check "whose duty is told" says 500000 gdc 19
check "faster than the chip can" says -96 hp 18 120000000 500000
check "changes nothing" pulses 0 10000 9000
check "nobody has such a chip" says -95 hp 13 800 1
check "nor such a channel" says -94 hc 5 5000
check "and a GPIO without one" says -95 hp 6 800 1
listed() { gpiohub stats | grep -q "hardware PWM on GPIO 19"; }
check "who made it is listed" listed
check "a level ends a clock" says "" w 19 1
check "the chip is off" soon pulses 1 off
check "and the line has the level" pin_is 19 "1 out"
check "as is told" says 1 mg 19
check "off" says "" hp 12 0 0
check "is not off while another GPIO wants it" pulses 0 10000 9000
check "that one, too" says "" hp 18 0 0
check "is off" pulses 0 off
check "an output again" says 1 mg 18

# --- the daemon's end -----------------------------------------------------------
check "on once more" says "" hp 18 1000 500000
check "as the chip knows" pulses 0 1000 500
daemon_stop
check "a daemon that goes leaves nothing on" pulses 0 off
daemon_start --pigpio --config "$WORK/gpiohubd.toml"
check "on" says "" hp 18 1000 500000
check "is what the chip does" pulses 0 1000 500
kill9 "$DAEMON"
check "a daemon that is killed does" pulses 0 1000 500
daemon_start --pigpio --config "$WORK/gpiohubd.toml"
check "until the next one starts" soon pulses 0 off

# --- as the service has it --------------------------------------------------------
daemon_stop
prepared() {
	echo "gpiohub:x:990:990::/:/bin/false" >>/etc/passwd && chown gpiohub /dev/gpiohub0 &&
		sh -c "$(sed -n "s/^ExecStartPre=-+.* -c '\(.*\)'$/\1/p" "$DROP_IN" | sed 's/\$\$/$/g')"
}
check "the drop-in's command" prepared
gpiohubd() { exec setpriv --reuid=gpiohub --clear-groups "$BIN/daemon/gpiohubd" "$@"; }
chmod 755 "$WORK" && rm -f "$SOCKET"* && chmod 777 "${SOCKET%/*}"
daemon_start --pigpio --config "$WORK/gpiohubd.toml"
check "lets a daemon that is not root do it" says "" hp 19 1000 500000
check "and the chip does" pulses 1 1000 500
daemon_stop
unset -f gpiohubd
daemon_start --pigpio --config "$WORK/gpiohubd.toml"

# --- not ours --------------------------------------------------------------------
unexport() { echo 1 >"$CHIP"/unexport; }
check "a channel that somebody let go of" unexport
check "is taken again" says "" hp 19 1000 500000
check "and pulses" pulses 1 1000 500
finish
