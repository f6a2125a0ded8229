# SPDX-License-Identifier: MIT
"""Waves: exact, to the last edge; chains with loops and waits; one after the other."""
import threading
import time

import pigpio

from spread import tell

EDGES = 10000
APART = 100  # us
LATE = 30  # us
PER_CALL = 5000

pi = pigpio.pi("localhost")
pi.write(24, 0)
pi.write(26, 0)
pi.stop()
pi = pigpio.pi("localhost")
edges = []
changed = threading.Event()


def on_edge(gpio, level, tick):
    edges.append((gpio, level, tick))
    changed.set()


def take(count):
    while len(edges) < count:
        changed.clear()
        assert changed.wait(600), len(edges)
    got = edges[:]
    edges.clear()
    return got


def apart(got):
    return [pigpio.tickDiff(got[0][2], edge[2]) for edge in got]


def near(got, asked):
    assert len(got) == len(asked), (len(got), len(asked))
    for is_at, should_be in zip(got, asked):
        assert abs(is_at - should_be) <= LATE, (is_at, should_be)


def idle():
    for _ in range(60000):
        if not pi.wave_tx_busy():
            return
        time.sleep(0.01)
    raise AssertionError("it never ends")


def pulses(gpio, *micros):
    """High and low in turn, for so long each."""
    bit = 1 << gpio
    return [pigpio.pulse(0 if i % 2 else bit, bit if i % 2 else 0, us)
            for i, us in enumerate(micros)]


callback = pi.callback(25, pigpio.EITHER_EDGE, on_edge)
other = pi.callback(27, pigpio.EITHER_EDGE, on_edge)

pi.wave_clear()
for first in range(0, EDGES, PER_CALL):
    part = pulses(24, *[APART] * PER_CALL)
    if first:
        part.insert(0, pigpio.pulse(0, 0, first * APART))
    assert pi.wave_add_generic(part) == first + PER_CALL
assert pi.wave_get_micros() == EDGES * APART
assert pi.wave_get_cbs() == 1 + 2 * EDGES
wave = pi.wave_create()
assert pi.wave_send_once(wave) == 1 + 2 * EDGES
assert pi.wave_tx_busy() == 1
assert pi.wave_tx_at() == wave
got = take(EDGES)
tell("edges of a wave, 100 us apart", [at - i * APART for i, at in enumerate(apart(got))])
near(apart(got), [i * APART for i in range(EDGES)])
assert [level for gpio, level, tick in got] == [1, 0] * (EDGES // 2)
idle()
assert pi.wave_tx_at() == pigpio.NO_TX_WAVE
assert not edges
pi.wave_clear()

# A chain: twice (short, 2 ms, long), then short.
pi.wave_add_generic(pulses(24, 200, 300))
short = pi.wave_create()
pi.wave_add_generic(pulses(26, 1000, 1000))
long = pi.wave_create()
assert pi.wave_chain([255, 0, short, 255, 2, 0xD0, 0x07, long, 255, 1, 2, 0, short]) == 0
got = take(10)
assert [gpio for gpio, level, tick in got] == [25, 25, 27, 27] * 2 + [25, 25]
near(apart(got), [0, 200, 2500, 3500, 4500, 4700, 7000, 8000, 9000, 9200])
idle()

# One that repeats, and another that follows it without a gap or a cut pulse.
assert pi.wave_send_repeat(short) == 5
while len(edges) < 20:
    changed.clear()
    assert changed.wait(600)
assert pi.wave_send_using_mode(long, pigpio.WAVE_MODE_ONE_SHOT_SYNC) == 5
while (27, 0) not in [edge[:2] for edge in edges]:
    changed.clear()
    assert changed.wait(600)
got = edges[:]
before = [edge for edge in got if edge[0] == 25]
after = [edge for edge in got if edge[0] == 27]
assert before[-1][1] == 0
assert abs(pigpio.tickDiff(before[-1][2], after[0][2]) - 300) <= LATE
for one, next_one in zip(before, before[1:]):
    assert abs(pigpio.tickDiff(one[2], next_one[2]) - (200 if one[1] else 300)) <= LATE
idle()

assert pi.wave_send_repeat(short) == 5
assert pi.wave_tx_stop() == 0
assert pi.wave_tx_busy() == 0
pi.write(24, 0)  # it may have been stopped while it was high
pi.stop()
