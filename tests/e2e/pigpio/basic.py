# SPDX-License-Identifier: MIT
"""What every back end can: basic.py DRIVEN READ, two GPIOs that are wired together."""
import sys
import threading
import time

import pigpio

driven, read = int(sys.argv[1]), int(sys.argv[2])
pi = pigpio.pi("localhost")
pi.write(driven, 0)
assert pi.read(read) == 0
pi.stop()
pi = pigpio.pi("localhost")
edges = []
changed = threading.Event()


def on_edge(gpio, level, tick):
    edges.append(level)
    changed.set()


def come(count):
    while len(edges) < count:
        changed.clear()
        assert changed.wait(600), len(edges)


callback = pi.callback(read, pigpio.EITHER_EDGE, on_edge)
for i in range(100):
    pi.write(driven, i % 2 == 0)
    come(i + 1)
assert edges == [1, 0] * 50

edges.clear()
bit = 1 << driven
pi.wave_clear()
pi.wave_add_generic([pigpio.pulse(bit, 0, 2000), pigpio.pulse(0, bit, 2000)] * 20)
wave = pi.wave_create()
pi.wave_send_once(wave)
come(40)
while pi.wave_tx_busy():
    time.sleep(0.01)
assert edges == [1, 0] * 20, edges
pi.wave_clear()

edges.clear()
pi.set_PWM_frequency(driven, 50)
pi.set_PWM_dutycycle(driven, 128)
come(20)
pi.write(driven, 0)
assert pi.read(read) == 0

# Bit by bit: what goes out comes back; and nobody is on a bus that is pulled up.
assert pi.bb_spi_open(20, read, driven, 22, 100000, 0) == 0
count, data = pi.bb_spi_xfer(20, b"bits")
assert (count, bytes(data)) == (4, b"bits"), (count, data)
assert pi.bb_spi_close(20) == 0
assert pi.bb_i2c_open(24, 26, 10000) == 0
assert pi.bb_i2c_zip(24, [4, 0x50, 2, 6, 1, 3, 0])[0] == pigpio.PI_I2C_READ_FAILED
assert pi.read(24) == 1 and pi.read(26) == 1
assert pi.bb_i2c_close(24) == 0
pi.stop()
