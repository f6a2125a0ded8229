# SPDX-License-Identifier: MIT
"""Bit-banged buses: bits.py BOARD, whose lines 2 and 3 are wired to 8 and 9, 16 to 17."""
import glob
import subprocess
import sys
import threading
import warnings

import pigpio

warnings.simplefilter("ignore")
from gpiozero import MCP3008  # noqa: E402
from gpiozero.pins.pigpio import PiGPIOFactory  # noqa: E402

BOARD = sys.argv[1]
SDA, SCL = 2, 3
MOSI, MISO, SCLK, CS, OTHER_CS = 16, 17, 14, 15, 11
QUIET_MISO = 10  # wired to nothing
WRITE_FAILED, READ_FAILED = -82, -83

pigpio.exceptions = False
pi = pigpio.pi("localhost")


def zipped(*commands):
    count, data = pi.bb_i2c_zip(SDA, list(commands))
    if count < 0:
        return count
    return bytes(data) if count > 0 else b""


# --- I2C, with a chip that is a program --------------------------------------------
# Its lines are pulled up from here on, so that it does not listen to how they rise.
assert pi.bb_i2c_open(SDA, SCL, 200) == 0
chip = "/dev/" + glob.glob(BOARD + "/gpiochip*")[0].rsplit("/", 1)[1]
memory = subprocess.Popen(
    ["i2c_memory", chip, BOARD + "/level", "8", "9"], stdout=subprocess.PIPE, text=True)
try:
    assert memory.stdout.readline() == "ready\n"
    assert zipped(4, 0x50, 2, 7, 4, 0x10, 1, 0x80, 0xa5, 3, 0) == b""
    assert zipped(4, 0x50, 2, 7, 1, 0x10, 2, 6, 3, 3, 0) == bytes([1, 0x80, 0xa5])
    assert zipped(4, 0x51, 2, 7, 1, 0x10, 3, 0) == WRITE_FAILED
    assert zipped(4, 0x51, 2, 6, 1, 3, 0) == READ_FAILED
    # It holds the clock down from there on.
    assert zipped(4, 0x50, 2, 7, 3, 0xf0, 0x55, 0xaa, 3, 0) == b""
    assert zipped(4, 0x50, 2, 7, 1, 0xf0, 2, 6, 2, 3, 0) == bytes([0x55, 0xaa])
    # Nobody else waits for it: another client sees the clock go up and down.
    other = pigpio.pi("localhost")
    got = []
    thread = threading.Thread(target=lambda: got.append(zipped(4, 0x50, 2, 6, 8, 3, 0)))
    thread.start()
    seen = set()
    while thread.is_alive():
        seen.add(other.read(SCL))
    thread.join()
    assert seen == {0, 1}, seen
    assert len(got[0]) == 8, got
    other.stop()
finally:
    memory.terminate()
    memory.wait()
assert pi.bb_i2c_open(SDA, 5, 200) == pigpio.PI_GPIO_IN_USE
assert pi.bb_i2c_close(SDA) == 0
assert pi.bb_i2c_close(SDA) == pigpio.PI_NOT_I2C_GPIO
assert pi.get_mode(SDA) == pigpio.INPUT

# --- SPI, whose output is wired to its input ----------------------------------------
watcher = pi.callback(MISO, pigpio.EITHER_EDGE)  # whose edges may be on their way
assert pi.bb_spi_open(OTHER_CS, MISO, MOSI, SCLK, 250000, 3) == 0
for mode in range(4):
    assert pi.bb_spi_open(CS, MISO, MOSI, SCLK, 100000, mode) == 0
    assert pi.read(CS) == 1
    count, data = pi.bb_spi_xfer(CS, [1, 2, 0x80, 0, 0xff])
    assert (count, bytes(data)) == (5, bytes([1, 2, 0x80, 0, 0xff])), (mode, count, data)
    count, data = pi.bb_spi_xfer(OTHER_CS, b"both")
    assert (count, bytes(data)) == (4, b"both")
    assert pi.read(CS) == 1
    assert pi.bb_spi_close(CS) == 0
# What is sent with the low bit first, and taken with the high one, comes back reversed.
assert pi.bb_spi_open(CS, MISO, MOSI, SCLK, 100000, 1 << 14) == 0
count, data = pi.bb_spi_xfer(CS, [0x01, 0xc0])
assert (count, bytes(data)) == (2, bytes([0x80, 0x03]))
text = bytes(i & 255 for i in range(5000))
count, data = pi.bb_spi_xfer(OTHER_CS, text)
assert (count, bytes(data)) == (5000, text)
assert pi.bb_spi_close(CS) == 0
assert pi.bb_spi_close(OTHER_CS) == 0
assert pi.bb_spi_xfer(CS, [1])[0] == pigpio.PI_NOT_SPI_GPIO
watcher.cancel()
pi.stop()

# --- gpiozero: a converter that has always the same to say ----------------------------
factory = PiGPIOFactory("localhost")
for level in (1, 0):
    with open(BOARD + "/level", "w", encoding="ascii") as outside:
        outside.write(f"{QUIET_MISO} {level}")
    with MCP3008(channel=0, clock_pin=SCLK, mosi_pin=MOSI, miso_pin=QUIET_MISO,
                 select_pin=CS, pin_factory=factory) as converter:
        assert converter.raw_value == 1023 * level, converter.raw_value
        assert abs(converter.value - level) < 0.001
factory.close()
