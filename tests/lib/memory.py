# SPDX-License-Identifier: MIT
"""What a server's memory comes to, seen from outside."""
from .wire import PATIENCE_S, until

SWEEPS_S = 4 * PATIENCE_S  # encodings go within a second or two, pages when all is calm


def anonymous_bytes(server):
    """Heap and stacks: no program, no libraries, nothing of the kernel's."""
    with open(f"/proc/{server.process.pid}/smaps_rollup", encoding="ascii") as rollup:
        for line in rollup:
            if line.startswith("Pss_Anon:"):
                return int(line.split()[1]) * 1024
    raise AssertionError("the kernel does not say")


class Growth:
    """The growth of a server's memory from here on."""

    def __init__(self, server):
        self.server = server
        self.before, self.held_before = anonymous_bytes(server), self.held()

    def held(self):
        """What the logs say they hold."""
        return self.server.get("/stats").json()["held_bytes"]

    def bytes(self):
        return anonymous_bytes(self.server) - self.before

    def held_bytes(self):
        return self.held() - self.held_before

    def await_at_most(self, limit_bytes):
        """Waits until no more than that is left: memory is given back now and then."""
        until(lambda: self.bytes() <= limit_bytes,
              f"a growth of at most {limit_bytes} bytes", SWEEPS_S, pause_s=0.1)
