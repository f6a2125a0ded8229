# SPDX-License-Identifier: MIT
"""Scripts: stored, run with parameters, waiting for an edge, stopped."""
import time

import pigpio

pi = pigpio.pi("localhost")


def status(script):
    return pi.script_status(script)


def until(script, state):
    for _ in range(20000):
        now, parameters = status(script)
        if now == state:
            return parameters
        time.sleep(0.005)
    raise AssertionError(status(script))


count = pi.store_script(b"tag 0 w 24 1 mics 50 w 24 0 mics 50 inr p1 dcr p0 jnz 0")
callback = pi.callback(25)
assert pi.run_script(count, [50, 0]) == 0
assert until(count, pigpio.PI_SCRIPT_HALTED)[:2] == (0, 50)
for _ in range(20000):
    if callback.tally() == 50:
        break
    time.sleep(0.005)
assert callback.tally() == 50, callback.tally()

wait = pi.store_script(b"wait 0x2000000 sta p0")
assert pi.run_script(wait) == 0
until(wait, pigpio.PI_SCRIPT_WAITING)
pi.write(24, 1)
assert until(wait, pigpio.PI_SCRIPT_HALTED)[0] == 1 << 25

ever = pi.store_script(b"tag 0 inr p0 jmp 0")
assert pi.run_script(ever) == 0
assert pi.get_pigpio_version() == 79
assert pi.stop_script(ever) == 0
until(ever, pigpio.PI_SCRIPT_HALTED)
for script in (count, wait, ever):
    assert pi.delete_script(script) == 0
pi.stop()
