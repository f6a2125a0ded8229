# SPDX-License-Identifier: MIT
"""PWM and servo pulses: each as wide as asked, none cut when the width changes."""
import threading

import pigpio

from spread import tell

pi = pigpio.pi("localhost")
edges = []
changed = threading.Event()


def on_edge(gpio, level, tick):
    edges.append((level, tick))
    changed.set()


def take(count):
    """So many edges from now on, the first a rising one."""
    edges.clear()
    while len(edges) < count + 2:
        changed.clear()
        assert changed.wait(600), len(edges)
    got = edges[:]
    if got[0][0] == 0:
        got.pop(0)
    return got[: count]


def widths(got):
    return [(got[i][0], pigpio.tickDiff(got[i][1], got[i + 1][1])) for i in range(len(got) - 1)]


callback = pi.callback(19, pigpio.EITHER_EDGE, on_edge)
assert pi.set_PWM_frequency(18, 1000) == 1000
assert pi.set_PWM_range(18, 1000) == 200
for duty in (250, 500, 900):
    pi.set_PWM_dutycycle(18, duty)
    assert pi.get_PWM_dutycycle(18) == duty
    take(4)
    got = widths(take(40))
    tell(f"pulses of a PWM of 1 kHz, duty {duty} of 1,000",
         [width - (duty if level else 1000 - duty) for level, width in got])
    for level, width in got:
        asked = duty if level else 1000 - duty
        assert abs(width - asked) <= 30, (duty, level, width)

# Changed a hundred times: a pulse is as wide as before or as after, never another.
edges.clear()
for i in range(100):
    pi.set_PWM_dutycycle(18, 300 if i % 2 else 700)
got = take(60)
for level, width in widths(got):
    assert min(abs(width - each) for each in (300, 700, 900, 100)) <= 30, (level, width)
pi.set_PWM_dutycycle(18, 0)
assert pi.get_PWM_dutycycle(18) == 0

assert pi.set_servo_pulsewidth(18, 1500) == 0
assert pi.get_servo_pulsewidth(18) == 1500
take(2)
got = widths(take(10))
tell("a servo's pulses", [width - (1500 if level else 18500) for level, width in got])
for level, width in got:
    assert abs(width - (1500 if level else 18500)) <= 30, (level, width)
pi.set_servo_pulsewidth(18, 0)
pi.write(18, 0)
pi.stop()
