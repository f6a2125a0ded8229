#!/bin/bash
# SPDX-License-Identifier: MIT
# Programs written for pigpio, unmodified, from Debian's packages: pigs, python3-pigpio,
# gpiozero, a C program with libpigpiod-if2. Even GPIOs are wired to the odd ones above them,
# but for those of I2C, whose other ends are 8 and 9.
# vm: --exact-time
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
PEERS=$TREE/tests/e2e/pigpio
board 32
hub
tell loop "2 8; 3 9; 4 5; 6 7; 12 13; 16 17; 18 19; 20 21; 22 23; 24 25; 26 27"
printf '[pigpio]\npipes = "/dev"\n' >"$WORK/gpiohubd.toml"
daemon_start --pigpio --config "$WORK/gpiohubd.toml"

# pigs answers on standard output; an error's number, too.
says() {
	local expected=$1
	shift
	same "$expected" "$(pigs "$@" 2>/dev/null)"
}
# by PROGRAM: one of the programs beside this story. Its time is not limited here: in exact
# time a minute flies by while a guest waits for its disk.
by() { python3 "$PEERS/$1" "${@:2}"; }

# --- pigs ------------------------------------------------------------------------
check "pigs: a GPIO is made an output and driven" says "" m 4 w w 4 1
check "the board has that level" pin_is 4 "1 out"
check "and so its partner, which is read" says 1 r 5
check "a level stays when who set it has gone" pin_is 4 "1 out"
check "modes are told" says $'1\n0' mg 4 mg 5
check "bits of the bank are cleared" says "" bc1 0x10
check "the board has that level too" pin_is 4 "0 out"
check "pulls: off is all right" says "" pud 5 o
check "a pulse of 50 us" says "" trig 4 50 1
check "the same GPIO with PWM" says $'800\n250' pfs 4 800 prs 4 255
check "a duty" says "" p 4 64
check "which is told" says 64 gdc 4
check "it is switched off" says "" p 4 0
check "a servo's pulse" says "" s 6 1500
check "which is told as well" says 1500 gpw 6
check "a write ends it" says "" w 6 0
check "an error is the interface's" says -3 r 60
check "a command that nobody knows is no end" says 79 pigpv
check "a script" says 0 proc "tag 1 w 20 1 mics 100 w 20 0 mics 100 dcr p0 jnz 1"
check "runs with its parameter" says "" procr 0 20
check "and is over" soon says "1 0 0 0 0 0 0 0 0 0 0" procp 0
check "it is deleted" says "" procd 0
check "nobody runs a program" says -140 shell id

# reported FLAGS LEVELS: by the next report in the pipe of handle 0.
reported() { same "$1 $2" "$(head -c 12 /dev/pigpio0 | od -An -v -t u4 | awk '{ print int($1 / 65536), $3 }')"; }
check "reports by a pipe: a handle" says 0 no
check "wants a GPIO's" says "" nb 0 0x20
check "which changes" says "" w 4 0
check "and changes again" says "" w 4 1
check "a program that reads the pipe is told" reported 0 32
check "the handle is closed" says "" nc 0
check "and the pipe is gone" test ! -e /dev/pigpio0

# --- python3-pigpio --------------------------------------------------------------
check "python: levels, modes, pulls, banks, errors" by lines.py
check "callbacks: every edge, with its time, once" by callbacks.py
check "PWM and servo, exact pulses, changed without one that is cut" by pwm.py
check "a wave of 10,000 edges, each at its time; chains, modes, one after the other" by waves.py
check "1,000 bytes at 9,600 baud, bit by bit" by serial_bits.py
check "filters, watchdogs, events" by filters.py
check "scripts" by scripts.py

check "I2C and SPI bit by bit, with chips that answer, and gpiozero's SPI" by bits.py "$BOARD"

# The bus of the kernel's stub of a chip.
stubs() { modprobe i2c-stub chip_addr=0x50 && modprobe i2c-dev && [ -c "/dev/i2c-$(stub)" ]; }
stub() { basename "$(dirname "$(grep -l "SMBus stub" /sys/class/i2c-dev/i2c-*/name)")" | cut -d- -f2; }
check "the kernel has a stub of an I2C chip" stubs
check "I2C with that chip, serial with a pseudo terminal" by buses.py "$(stub)"

# --- libpigpiod-if2 --------------------------------------------------------------
if command -v pigpio_if2 >/dev/null; then
	check "a C program: levels, callbacks, waves, PWM" pigpio_if2
else
	skip "a C program" "libpigpiod-if2 is not there"
fi

# --- node ------------------------------------------------------------------------
NODE_MODULES=$TREE/build/npm/node_modules
if command -v node >/dev/null && [ -d "$NODE_MODULES/pigpio-client" ]; then
	check "pigpio-client of the npm registry: connect, notify, PWM, waves" \
		env "NODE_PATH=$NODE_MODULES" node "$PEERS/client.js"
else
	skip "pigpio-client" "it is not there: npm install --prefix build/npm pigpio-client"
fi

# --- gpiozero --------------------------------------------------------------------
check "gpiozero: LED, PWMLED, Button, Servo, DistanceSensor, RotaryEncoder" by zero.py

# --- many, and other back ends -----------------------------------------------------
check "50 clients, one of them stopped: the others are told all" by crowd.py "$(count 10000)"
stats() { gpiohub stats | grep -A1 '"what": "output on GPIO 16"' | grep -q '"who": "127.0.0.1'; }
check "who made what is told" stats
check "every back end does what all can: kernel" by basic.py 6 7
daemon_stop
modprobe -r gpiohub
daemon_start --pigpio --backend chardev
check "every back end does what all can: chardev" by basic.py 6 7
daemon_stop
daemon_start --pigpio --backend sim
check "every back end does what all can: sim" by basic.py 6 7
finish
