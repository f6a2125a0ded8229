#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the table of a command's way there and back: trip/table.py RESULTS [DOCUMENT] prints
it, and puts it between DOCUMENT's markers. RESULTS are the lines of trip/run."""
import os
import sys
from collections import defaultdict
from statistics import median

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from table import replace, table  # noqa: E402

AIM = 1.3


def load(path):
    """Instructions by (peer, name), and ns, in rounds."""
    counts, times = {}, defaultdict(list)
    for line in open(path, encoding="utf-8"):
        kind, peer, name, count, value = line.split()
        if kind == "count":
            counts[peer, name] = int(value) / int(count)
        else:
            times[peer, name].append(int(value) / int(count))
    return counts, times


def main():
    counts, times = load(sys.argv[1])
    lines = [["command", "gpiohubd", "echo", f"ratio ≤ {AIM}", "processor's time: ratio"]]
    for name in dict.fromkeys(name for _, name in counts):
        ours, bare = counts["gpiohub", name], counts["echo", name]
        spent = median(a / b for a, b in zip(times["gpiohub", name], times["echo", name]))
        met = "" if ours / bare <= AIM else " (no)"
        lines.append([name, f"{ours:,.0f}", f"{bare:,.0f}", f"{ours / bare:.1f}{met}", f"{spent:.2f}"])
    text = "\n".join(table(lines))
    print(text)
    if len(sys.argv) > 2:
        replace(sys.argv[2], text, "bench pigpio")


main()
