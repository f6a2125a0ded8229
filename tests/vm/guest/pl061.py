# SPDX-License-Identifier: MIT
"""The guest's end of tests/vm/pl061: moves the chip's inputs from outside and sees
its outputs. For test programs in a guest started with `tests/vm/run --pl061`:

    from pl061 import Outside
    outside = Outside()
    outside.move(4, 1)              # returns when the chip has it: its number
    number, line, level = outside.output()
"""
import os


class Outside:
    """One per guest: the port can be opened only once."""

    def __init__(self):
        self.port = os.open(os.environ["GPIOHUB_PEER"], os.O_RDWR)
        self.pending = b""
        self.outputs = []
        self.ask("watch", "watching")

    def close(self):
        os.close(self.port)

    def line(self):
        while b"\n" not in self.pending:
            self.pending += os.read(self.port, 4096)
        line, self.pending = self.pending.split(b"\n", 1)
        return line.decode()

    def ask(self, text, expected):
        """Sends a line; outputs that come before its answer are kept."""
        os.write(self.port, text.encode() + b"\n")
        while True:
            answer = self.line()
            if answer.startswith("output "):
                self.outputs.append(answer)
            elif answer.startswith(expected):
                return answer
            else:
                raise RuntimeError(f"'{text}': {answer}")

    def move(self, line, level):
        return int(self.ask(f"move {line} {level}", "done").split()[1])

    def output(self):
        """The next change of a driven line: number, line, level."""
        text = self.outputs.pop(0) if self.outputs else self.line()
        return tuple(int(word) for word in text.split()[1:])
