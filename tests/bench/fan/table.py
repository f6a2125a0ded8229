#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the tables of one event to many clients: fan/table.py RESULTS [DOCUMENT] prints
them, and puts them between DOCUMENT's markers. RESULTS are the lines of fan/run."""
import os
import sys
from collections import defaultdict, namedtuple
from statistics import median

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from table import replace, table  # noqa: E402

OURS, BARE, EACH, BATCHED = PEERS = ["gpiohub", "bare", "mqtt", "mqtt-batched"]
STOPPED = OURS + "+stopped"
HEADS = ["gpiohubd", "bare write", "mosquitto, one each", "mosquitto, batched"]

Count = namedtuple("Count", "clients frames events instructions")
Time = namedtuple("Time", "frames events lost missing ns")


def load(path):
    """Counts by (peer, clients, size), times by (clients, hz) and peer, in rounds."""
    counts, times, stopped = defaultdict(list), defaultdict(lambda: defaultdict(list)), None
    for line in open(path, encoding="utf-8"):
        kind, *words = line.split()
        if kind == "count":
            clients, size, *rest = map(int, words[1:])
            counts[words[0], clients, size].append(Count(clients, *rest))
        elif kind == "fan":
            clients, _, hz, *rest = map(int, words[1:])
            times[clients, hz][words[0]].append(Time(*rest))
        elif kind == "stopped":
            stopped = [int(word) for word in words[1:]]
    return counts, times, stopped


def count_table(counts):
    lines = [["clients", "events a batch", *HEADS]]
    for clients, size in sorted({key[1:] for key in counts}):
        each = [counts[peer, clients, size][0] for peer in PEERS]
        lines.append([f"{clients:,}", f"{size}",
                      *(f"{one.instructions / one.events:,.1f}" for one in each)])
    return table(lines)


def shares(counts, clients):
    """What a batch and an event take, from two sizes of batches: two equations."""
    small, large = (counts[OURS, clients, size][0] for size in (2, 16))
    few, many = small.events / small.frames, large.events / large.frames
    cost_few, cost_many = small.instructions / small.frames, large.instructions / large.frames
    event = (cost_many - cost_few) / (many - few)
    return cost_few - few * event, event


def own_work(counts):
    """One client has all of what is done once, many have their part of it."""
    (batch, event), (batch_of_100, event_of_100) = shares(counts, 1), shares(counts, 100)
    once = (batch - batch_of_100) * 100 / 99, (event - event_of_100) * 100 / 99
    client = batch - once[0], event - once[1]
    return [
        f"So gpiohubd executes, once for all clients, {once[0]:.0f} instructions a batch and "
        f"{once[1]:.1f} an event,",
        f"and for each client {client[0]:.0f} a batch and {round(client[1], 1) + 0.0:.1f} an event "
        f"(aim ≤ 300 and ≤ 8: {'met' if client[0] <= 300 and client[1] <= 8 else 'not met'}); "
        f"with one client alone {batch:.0f} and {event:.1f}.",
    ]


def rate(times):
    """Events that arrive in a second of the peer's processor time."""
    return median(one.events / one.ns * 1e9 for one in times)


def ratios(ours, theirs, what):
    """How many times our processor time for a frame or an event: the median of the rounds."""
    return median((b.ns / getattr(b, what)) / (a.ns / getattr(a, what))
                  for a, b in zip(ours, theirs))


def beside_bare(ours, bare):
    """Of those rounds in which batches were as large."""
    same = [(a, b) for a, b in zip(ours, bare) if 0.9 <= a.frames / b.frames <= 1.1]
    if not same:
        return "other batches"
    ratio = 1 / ratios(*zip(*same), "frames")
    return f"{ratio:.2f}{verdict(ratio <= 1.15)}"


def verdict(good):
    return "" if good else " (no)"


def time_table(times):
    lines = [["clients", "bursts/s", *HEADS, "a batch, gpiohubd : bare ≤ 1.15",
              "an event, one each : gpiohubd ≥ 10", "an event, batched : gpiohubd ≥ 2", "never arrived"]]
    for (clients, hz), peers in sorted(times.items()):
        if STOPPED in peers:
            continue
        each, batched = (ratios(peers[OURS], peers[peer], "events") for peer in (EACH, BATCHED))
        # Who has all of it tells how much it was: a loss at the end shows no gap.
        sent = max(one.events + one.lost + one.missing for runs in peers.values() for one in runs)
        gone = []
        for peer, name in zip(PEERS, HEADS):
            arrived = sum(one.events for one in peers[peer]) / len(peers[peer])
            if arrived < sent:
                gone.append(f"{name}: {1 - arrived / sent:.1%}")
        lines.append([f"{clients:,}", f"{hz:,}",
                      *(f"{rate(peers[peer]) / 1e6:,.2f} M" for peer in PEERS),
                      beside_bare(peers[OURS], peers[BARE]), f"{each:.1f}{verdict(each >= 10)}",
                      f"{batched:.1f}{verdict(batched >= 2)}", ", ".join(gone) or "nothing"])
    return table(lines)


def stopped_text(counts, times, stopped):
    every, others = counts[OURS, 100, 16][-1], counts[STOPPED, 100, 16][0]
    # A turn is a batch to each client.
    turn = [c.instructions / (c.frames / n) for c, n in ((every, 100), (others, 99))]
    (run,), = (peers[STOPPED] for peers in times.values() if STOPPED in peers)
    events, lost, missing = stopped
    ratio = turn[1] / turn[0]
    return [
        f"Of 100 clients one stops reading: the loop's turns have {turn[1]:,.0f} instructions instead of "
        f"{turn[0]:,.0f}, {ratio:.2f} times as many (aim ≤ 1.1: {'met' if ratio <= 1.1 else 'not met'}).",
        f"While {run.events // 99:,} events are sent to each, the others get {run.events:,} and lose "
        f"{run.lost + run.missing:,}; the one gets {events:,} when it goes on and is told that it lost "
        f"{lost:,}, which leaves {missing:,} without a trace.",
    ]


def main():
    counts, times, stopped = load(sys.argv[1])
    text = "\n".join([
        "Instructions of the process's own for each event and client:", "",
        *count_table({key: value for key, value in counts.items() if key[0] in PEERS}), "",
        *own_work(counts), "",
        "Events that arrive in a second of processor time, the kernel's part included, and ratios of "
        "the time for one; bursts of 16 events:", "",
        *time_table(times), "",
        *stopped_text(counts, times, stopped)])
    print(text)
    if len(sys.argv) > 2:
        replace(sys.argv[2], text, "bench daemon")


main()
