# SPDX-License-Identifier: MIT
"""crowd.py EDGES: 50 clients that watch a line, one of which reads nothing any more.
The others are told of every edge, once, in order."""
import os
import signal
import sys
import threading
import time

import pigpio

CLIENTS = 48
edges = int(sys.argv[1])

writer = pigpio.pi("localhost")
writer.write(16, 0)

# Whom nobody wakes: a process of its own, stopped.
child = os.fork()
if child == 0:
    stopped = pigpio.pi("localhost")
    stopped.callback(17, pigpio.EITHER_EDGE)
    os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(0)
os.waitpid(child, os.WUNTRACED)


class Client:
    def __init__(self):
        self.levels = []
        self.pi = pigpio.pi("localhost")
        self.pi.callback(17, pigpio.EITHER_EDGE, self.on_edge)
        self.there = threading.Event()

    def on_edge(self, gpio, level, tick):
        self.levels.append(level)
        if len(self.levels) == edges:
            self.there.set()


clients = [Client() for _ in range(CLIENTS)]
bit = 1 << 16
writer.wave_clear()
writer.wave_add_generic([pigpio.pulse(bit, 0, 1000), pigpio.pulse(0, bit, 1000)] * 50)
wave = writer.wave_create()
for _ in range(edges // 100):
    writer.wave_send_once(wave)
    while writer.wave_tx_busy():
        time.sleep(0.01)
for client in clients:
    assert client.there.wait(600), len(client.levels)
    assert client.levels == [1, 0] * (edges // 2)
    client.pi.stop()
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
writer.stop()
