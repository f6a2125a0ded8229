# SPDX-License-Identifier: MIT
"""Callbacks: of the levels that are written, and of pulses that the hub times."""
import threading

import pigpio

EDGES = 200
pi = pigpio.pi("localhost")
# The module takes what changed from the levels when it connected: these first.
pi.write(16, 0)
pi.stop()
pi = pigpio.pi("localhost")
seen = []
all_there = threading.Event()


def on_edge(gpio, level, tick):
    seen.append((gpio, level, tick))
    if len(seen) == EDGES:
        all_there.set()


callback = pi.callback(17, pigpio.EITHER_EDGE, on_edge)
rising = pi.callback(17, pigpio.RISING_EDGE)
for i in range(EDGES):
    pi.write(16, i % 2 == 0)
assert all_there.wait(600), len(seen)
assert all(gpio == 17 for gpio, level, tick in seen)
assert [level for gpio, level, tick in seen] == [1, 0] * (EDGES // 2)
ticks = [tick for gpio, level, tick in seen]
assert all(pigpio.tickDiff(a, b) < 1000000 for a, b in zip(ticks, ticks[1:])), ticks
assert rising.tally() == EDGES // 2, rising.tally()

# A pulse of 50 us is 50 us.
seen.clear()
all_there.clear()
for i in range(EDGES // 2):
    pi.gpio_trigger(16, 50, 1)
assert all_there.wait(600), len(seen)
widths = {pigpio.tickDiff(seen[i][2], seen[i + 1][2]) for i in range(0, EDGES, 2)}
# Either end may be up to 30 us late.
assert all(20 <= width <= 80 for width in widths), widths

# Who cancels is told nothing more.
callback.cancel()
seen.clear()
pi.gpio_trigger(16, 50, 1)
pi.gpio_trigger(16, 50, 1)
assert pi.wait_for_edge(17, pigpio.RISING_EDGE, 0.05) in (True, False)
assert seen == []
pi.stop()
