# SPDX-License-Identifier: MIT
"""Tells how far from what was asked things were, for docs/pigpio.md."""


def tell(what, micros):
    off = sorted(abs(each) for each in micros)
    print(f"# measured: {what}: {len(off)}, off by {off[len(off) // 2]} us in the middle, "
          f"by {off[len(off) * 99 // 100]} us for 99 of 100, by {off[-1]} us at most", flush=True)
