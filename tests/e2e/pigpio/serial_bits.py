# SPDX-License-Identifier: MIT
"""Bit-banged serial: what a wave sends is read from the edges of the line's partner."""
import time

import pigpio

COUNT = 1000
BAUD = 9600

pi = pigpio.pi("localhost")
pi.write(20, 1)
assert pi.bb_serial_read_open(21, BAUD) == 0
text = bytes((7 * i + i // 256) & 255 for i in range(COUNT))
pi.wave_clear()
assert pi.wave_add_serial(20, BAUD, text) > 0
wave = pi.wave_create()
pi.wave_send_once(wave)
got = bytearray()
for _ in range(20000):
    count, part = pi.bb_serial_read(21)
    if count > 0:
        got += part
    if len(got) >= COUNT:
        break
    time.sleep(0.01)
assert bytes(got) == text, (len(got), [i for i in range(len(got)) if got[i] != text[i]][:5])

assert pi.bb_serial_invert(21, 1) == 0
assert pi.bb_serial_read_close(21) == 0
pi.wave_clear()
pi.stop()
