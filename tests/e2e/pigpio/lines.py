# SPDX-License-Identifier: MIT
"""Levels, modes, pulls and banks, as python3-pigpio asks for them."""
import pigpio

pi = pigpio.pi("localhost", show_errors=False)
assert pi.connected
assert pi.get_hardware_revision() == 0xA02082
assert pi.get_pigpio_version() == 79

pi.set_mode(16, pigpio.OUTPUT)
pi.set_mode(17, pigpio.INPUT)
assert pi.get_mode(16) == pigpio.OUTPUT
assert pi.get_mode(17) == pigpio.INPUT
for level in (1, 0, 1):
    pi.write(16, level)
    assert pi.read(17) == level
    assert pi.read_bank_1() >> 17 & 1 == level

assert pi.clear_bank_1(1 << 16) == 0 and pi.read(17) == 0
assert pi.set_bank_1(1 << 16) == 0 and pi.read(17) == 1

pi.set_pull_up_down(2, pigpio.PUD_UP)
assert pi.read(2) == 1
pi.set_pull_up_down(2, pigpio.PUD_DOWN)
assert pi.read(2) == 0
pi.set_pull_up_down(2, pigpio.PUD_OFF)

pi.set_mode(8, pigpio.ALT0)
assert pi.get_mode(8) == pigpio.ALT0


def refused(number, command, *arguments):
    pigpio.exceptions = False
    result = command(*arguments)
    assert result == number, (command, result)


refused(pigpio.PI_BAD_GPIO, pi.read, 54)
refused(pigpio.PI_BAD_LEVEL, pi.write, 16, 2)
refused(pigpio.PI_BAD_MODE, pi.set_mode, 16, 8)
refused(pigpio.PI_BAD_PULSELEN, pi.gpio_trigger, 16, 101, 1)
refused(pigpio.PI_BAD_HANDLE, pi.notify_begin, 99, 1)

first = pi.get_current_tick()
assert 0 < pigpio.tickDiff(first, pi.get_current_tick()) < 1000000
pi.stop()
