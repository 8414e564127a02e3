# SPDX-License-Identifier: MIT
"""A TCP connection under full control: every wait has a deadline, nothing ever sleeps.

Sending and receiving run together (`send` keeps reading while it writes), so that a peer which
answers while we still send can never dead-lock a test.
"""
import os
import select
import socket
import struct
import time

SCALE = float(os.environ.get("PUSHLAB_TEST_PATIENCE", "1"))
PATIENCE_S = 10.0 * SCALE  # for what must come; a healthy server needs milliseconds


class Late(AssertionError):
    """What was waited for did not come in time."""


class Ended(AssertionError):
    """The peer closed before what was waited for had come."""


class Connection:
    def __init__(self, address, receive_buffer=None):
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.buffer = bytearray()
        self.ended = False
        self.was_reset = False

    # ---- sending ----

    def send(self, data, reading=True, timeout=PATIENCE_S):
        """Sends all of data; meanwhile reads into the buffer unless reading is False."""
        view = memoryview(data)
        deadline = time.monotonic() + timeout
        while view:
            readers = [self.socket] if reading and not self.ended else []
            left = deadline - time.monotonic()
            readable, writable, _ = select.select(readers, [self.socket], [], max(left, 0))
            if not readable and not writable:
                raise Late(f"the peer took no more bytes; {len(view)} are left")
            if readable:
                self._pull()
            if writable:
                try:
                    view = view[self.socket.send(view[: 1 << 18]):]
                except BlockingIOError:
                    pass
                except (ConnectionResetError, BrokenPipeError) as error:
                    self.was_reset = True
                    raise Ended("the peer closed while we were sending") from error

    def send_as_far_as_possible(self, data, reading=True, timeout=PATIENCE_S):
        """Like send, for input that the peer may refuse midway. True when all of it went."""
        try:
            self.send(data, reading, timeout)
            return True
        except Ended:
            return False

    def finish_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    # ---- receiving ----

    def _pull(self):
        try:
            data = self.socket.recv(1 << 18)
        except BlockingIOError:
            return
        except ConnectionResetError:
            self.was_reset = self.ended = True
            return
        if data:
            self.buffer += data
        else:
            self.ended = True

    def wait_readable(self, timeout):
        """True when bytes or the end have come within timeout."""
        if self.ended:
            return True
        if select.select([self.socket], [], [], max(timeout, 0))[0]:
            self._pull()
            return True
        return False

    def _more(self, deadline, what):
        if self.ended:
            how = "reset" if self.was_reset else "closed"
            raise Ended(f"the peer {how} before {what}; buffer {bytes(self.buffer[:300])!r}")
        if not self.wait_readable(deadline - time.monotonic()):
            raise Late(f"{what} did not come; buffer {bytes(self.buffer[:300])!r}")

    def read_exactly(self, count, timeout=PATIENCE_S):
        deadline = time.monotonic() + timeout
        while len(self.buffer) < count:
            self._more(deadline, f"{count} bytes")
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def read_until(self, delimiter, timeout=PATIENCE_S):
        """Everything up to and including delimiter."""
        deadline = time.monotonic() + timeout
        seen = 0
        while (at := self.buffer.find(delimiter, max(seen - len(delimiter), 0))) < 0:
            seen = len(self.buffer)
            self._more(deadline, repr(delimiter))
        return self.read_exactly(at + len(delimiter))

    def read_some(self, timeout=PATIENCE_S):
        """At least one byte; b"" only at the end."""
        deadline = time.monotonic() + timeout
        while not self.buffer and not self.ended:
            self._more(deadline, "any byte")
        data = bytes(self.buffer)
        self.buffer.clear()
        return data

    def read_to_end(self, timeout=PATIENCE_S):
        """All that comes until the peer closes, which it must do in time."""
        deadline = time.monotonic() + timeout
        while not self.ended:
            self._more(deadline, "the end")
        data = bytes(self.buffer)
        self.buffer.clear()
        return data

    def poll(self):
        """Takes in what has arrived already; True when there is anything to read."""
        while not self.ended and self.wait_readable(0):
            pass
        return bool(self.buffer) or self.ended

    # ---- leaving ----

    def close(self):
        self.socket.close()

    def reset(self):
        """Leaves with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def until(question, what, timeout=PATIENCE_S, pause_s=0.01):
    """Asks until the answer is truthy, and returns it. For states that can only be asked for."""
    deadline = time.monotonic() + timeout
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise Late(f"{what}: last answer {answer!r}")
        time.sleep(pause_s)
