# SPDX-License-Identifier: MIT
"""I2C: the kernel's own stub of a chip at 0x50. Serial: a pseudo terminal."""
import os
import sys
import time
import tty

import pigpio

pi = pigpio.pi("localhost")
bus = int(sys.argv[1])

chip = pi.i2c_open(bus, 0x50)
pi.i2c_write_byte_data(chip, 0x10, 0xA5)
assert pi.i2c_read_byte_data(chip, 0x10) == 0xA5
pi.i2c_write_word_data(chip, 0x20, 0xBEEF)
assert pi.i2c_read_word_data(chip, 0x20) == 0xBEEF
pi.i2c_write_i2c_block_data(chip, 0x30, list(range(32)))
count, data = pi.i2c_read_i2c_block_data(chip, 0x30, 32)
assert count == 32 and data == bytearray(range(32)), data
pi.i2c_write_byte(chip, 0x10)
assert pi.i2c_read_byte(chip) == 0xA5
pi.i2c_write_quick(chip, 0)
pi.i2c_close(chip)

pigpio.exceptions = False
assert pi.i2c_read_byte_data(chip, 0) == pigpio.PI_BAD_HANDLE
assert pi.i2c_open(99, 0x50) == pigpio.PI_BAD_I2C_BUS
assert pi.i2c_open(bus, 0x80) == pigpio.PI_BAD_I2C_ADDR
nobody = pi.i2c_open(bus, 0x51)
assert pi.i2c_read_byte_data(nobody, 0) == pigpio.PI_I2C_READ_FAILED
pi.i2c_close(nobody)
assert pi.spi_open(0, 50000, 0) == pigpio.PI_SPI_OPEN_FAILED
pigpio.exceptions = True

ours, theirs = os.openpty()
tty.setraw(ours)
os.symlink(os.ttyname(theirs), "/dev/ttyPTY")
port = pi.serial_open("/dev/ttyPTY", 9600)
assert pi.serial_write(port, b"hello") == 0
assert os.read(ours, 16) == b"hello"
os.write(ours, bytes(range(256)))
while pi.serial_data_available(port) < 256:
    time.sleep(0.001)
assert pi.serial_read_byte(port) == 0
count, data = pi.serial_read(port)
assert count == 255 and data == bytearray(range(1, 256))
pi.serial_close(port)
os.unlink("/dev/ttyPTY")
pi.stop()
