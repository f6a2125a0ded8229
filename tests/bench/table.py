#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the bench's tables: table.py RESULTS KERNEL-AND-QEMU [DOCUMENT] prints
them, and puts them between DOCUMENT's markers. RESULTS has lines of

    result OPERATION WHO MINIMUM MEDIAN TIMES
    burst HZ READER EDGES GOT KNOWN-LOST
"""
import sys
from collections import namedtuple

Cost = namedtuple("Cost", "minimum median")

# Operation, what is measured, most for us, most as a share of the others', and which
# others: the character device unless said.
Row = namedtuple("Row", "name text most shares")
ROWS = [
    Row("level", "a line's level: state page / get ioctl", 15, {"chardev": 1 / 90}),
    Row("snapshot", "all levels of one moment: state page", None, {}),
    Row("get", "a line's level: ioctl", None, {}),
    Row("publish", "publish an edge in the interrupt", 180, {}),
    Row("idle-to-idle", "all that an edge costs, idle to idle, nobody reading", None, {}),
    Row("ring", "an event from the mapped ring, library", 20, {}),
    Row("ring-plain", "an event from the mapped ring, the header's loop", 20, {}),
    Row("read", "an event by read(2), 64 at once", None, {}),
    Row("idle-to-awake", "edge to return of a blocked read(2), from idle", None,
        {"timer": 1.15, "chardev": 0.65}),
    Row("react", "edge to the output that it drives: rule / read(2) and SET", None,
        {"reader": 1 / 5}),
    Row("pwm", "timer interrupts in a period of a 1 kHz PWM", 2.05, {}),
    Row("floor", "*an ioctl that no driver sees*", None, {}),
    Row("set", "set a line: ioctl", 900, {}),
    Row("set-batch", "set one line: each of 64 in one ioctl", 250, {}),
    Row("set-batch-four", "set four lines in turn: each of 64 in one ioctl", 250, {}),
]

READERS = {
    "mapped": "gpiohub, mapped ring",
    "read": "gpiohub, read(2)",
    "chardev-16": "character device, 16 events (default)",
    "chardev-1024": "character device, 1024 events (most)",
}


def load(path):
    costs, bursts = {}, []
    for line in open(path, encoding="utf-8"):
        words = line.split()
        if words[:1] == ["result"]:
            costs[words[1], words[2]] = Cost(float(words[3]), float(words[4]))
        elif words[:1] == ["burst"]:
            bursts.append([int(words[1]), words[2], *map(int, words[3:6])])
    return costs, bursts


def add(*costs):
    if None in costs:
        return None
    return Cost(sum(c.minimum for c in costs), sum(c.median for c in costs))


def derive(costs):
    """What is a sum: our handler; the character device's handler and thread."""
    costs["publish", "gpiohub"] = costs.get(("line_irq-own", "gpiohub"))
    costs["publish", "chardev"] = add(costs.get(("edge_irq_handler-own", "chardev")),
                                      costs.get(("edge_irq_thread-own", "chardev")))


def number(value):
    return f"{value:,.2f}" if value < 10 and value != int(value) else f"{value:,.1f}" if value < 100 and value != int(value) else f"{value:,.0f}"


def show(cost):
    return f"{number(cost.minimum)} / {number(cost.median)}" if cost else ""


def share_text(share):
    return f"1 : {1 / share:.0f}" if share < 0.1 else f"{share:.2f}"


def ratio(ours, theirs):
    """Of the minima, and of the medians where that is another."""
    if not theirs:
        return ""
    minimum, median = (share_text(a / b) for a, b in zip(ours, theirs))
    far = abs(ours.minimum / theirs.minimum - ours.median / theirs.median) > 0.05
    return f"{minimum} / {median}" if far else minimum


def aims(row, ours, costs):
    """
    The aims in words, and by how many instructions each is missed, if more than 0.
    A share has to hold for the minimum and for the median.
    """
    if row.most is not None:
        yield f"≤ {row.most}", ours.minimum - row.most
    for who, share in row.shares.items():
        over = max(a - share * b for a, b in zip(ours, costs[row.name, who]))
        name = "" if who == "chardev" else f" {who}"
        yield f"≤ {share_text(share) if share < 0.1 else share}{name}", over


def met(aim):
    over = [f"no, {number(round(much, 1))} over ({what})" for what, much in aim if much > 0]
    return "; ".join(over) or ("yes" if aim else "")


def table(lines):
    """Aligned, so that it can be read as text."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    return ["| " + " | ".join(c.ljust(w) for c, w in zip(line, widths)) + " |" for line in lines]


def cost_table(costs):
    lines = [["operation", "gpiohub", "character device", "ratio", "aim", "met"]]
    for row in ROWS:
        ours, theirs = costs.get((row.name, "gpiohub")), costs.get((row.name, "chardev"))
        if not ours:
            sys.exit(f"table.py: the results lack {row.name}")
        share = ratio(ours, theirs)
        others = show(theirs)
        for who in ("timer", "reader"):
            if (row.name, who) in costs:
                other = costs[row.name, who]
                others += f"; {who} {show(other)}"
                share += f"; {who} {ratio(ours, other)}"
        aim = list(aims(row, ours, costs))
        lines.append([row.text, show(ours), others, share, ", ".join(a for a, _ in aim), met(aim)])
    return table(lines)


def burst_table(bursts):
    lines = [["wave", "reader", "edges", "got", "knows it lost", "lost without a trace"]]
    for hz, reader, edges, got, lost in bursts:
        wave = f"{2 * hz:,} edges/s" if hz else "as fast as handled"
        lines.append([wave, READERS[reader], f"{edges:,}", f"{got:,}", f"{lost:,}",
                      f"{edges - got - lost:,}"])
    return table(lines)


def replace(path, text, what="bench"):
    begin, end = f"<!-- {what}: begin -->", f"<!-- {what}: end -->"
    with open(path, encoding="utf-8") as file:
        head, _, rest = file.read().partition(begin)
    _, _, tail = rest.partition(end)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{head}{begin}\n{text}\n{end}{tail}")


def main():
    results, where = sys.argv[1:3]
    costs, bursts = load(results)
    derive(costs)
    lines = [f"{where}. Instructions, minimum / median.", "", *cost_table(costs), "",
             *burst_table(bursts)]
    text = "\n".join(lines)
    print(text)
    if len(sys.argv) > 3:
        replace(sys.argv[3], text)


if __name__ == "__main__":
    main()
