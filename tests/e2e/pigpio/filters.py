# SPDX-License-Identifier: MIT
"""Glitch and noise filters, watchdogs, events: all on the events' own times."""
import threading

import pigpio

pi = pigpio.pi("localhost")


class Reports:
    def __init__(self):
        self.got = []
        self.changed = threading.Event()

    def __call__(self, *report):
        self.got.append(report)
        self.changed.set()

    def wait(self, count):
        while len(self.got) < count:
            self.changed.clear()
            assert self.changed.wait(600), self.got
        return self.got


pi.write(22, 0)
reports = Reports()
callback = pi.callback(23, pigpio.EITHER_EDGE, reports)

# Pulses of 50 us are too short; a level that stays is told 5 ms after it came.
pi.set_glitch_filter(23, 5000)
for _ in range(5):
    pi.gpio_trigger(22, 50, 1)
before = pi.get_current_tick()
pi.write(22, 1)
after = pi.get_current_tick()
(gpio, level, tick), = reports.wait(1)
assert level == 1
assert pigpio.tickDiff(before, tick) >= 5000
assert pigpio.tickDiff(after, tick) <= 5000
pi.set_glitch_filter(23, 0)

# A watchdog every 20 ms, and again after an edge.
reports.got.clear()
pi.set_watchdog(23, 20)
got = reports.wait(3)[:3]
assert [level for gpio, level, tick in got] == [pigpio.TIMEOUT] * 3
assert pigpio.tickDiff(got[0][2], got[1][2]) == 20000
pi.write(22, 0)
while (23, 0) not in [report[:2] for report in reports.got]:
    reports.changed.clear()
    assert reports.changed.wait(600)
edge = next(report for report in reports.got if report[1] == 0)
index = reports.got.index(edge)
following = reports.wait(index + 2)[index + 1]
assert pigpio.tickDiff(edge[2], following[2]) == 20000
pi.set_watchdog(23, 0)

# Noise: the first edge after a rest opens the gate for 1 ms.
pi.set_noise_filter(23, 2000, 1000)
reports.got.clear()
pi.wait_for_edge(23, pigpio.RISING_EDGE, 0.01)
pi.gpio_trigger(22, 100, 1)
assert [level for gpio, level, tick in reports.wait(2)[:2]] == [1, 0]
pi.set_noise_filter(23, 0, 0)

# Events.
events = Reports()
of_event = pi.event_callback(7, events)
pi.event_trigger(6)
pi.event_trigger(7)
(event, tick), = events.wait(1)
assert event == 7
pi.stop()
