"""What a parent and one of its serving processes say to each other: frames over a socket that keeps them apart.

A frame is a letter and some bytes; with some of them comes a connection. Either side goes on when the other is slow:
what does not fit now waits here, and what is too much is told as missed.
"""

import socket
from collections import deque
from enum import Enum

# The kernel's room for one frame is a good deal more.
FRAME_BYTES_MAX = 60_000
_WAITING_MAX = 5_000


class Kind(bytes, Enum):
    """What a frame is about."""

    # From the parent: a connection to answer, one of those who watch, who else is up.
    CONNECTION = b"C"
    PROBE = b"W"
    UP = b"U"
    # To the parent: it answers now; how many connections it has; it takes no more.
    READY = b"R"
    STATE = b"S"
    LEAVING = b"L"
    # From one child to all others, through the parent.
    MESSAGES = b"M"
    MISSED = b"X"
    QUESTION = b"Q"
    ANSWER = b"A"


RELAYED = frozenset({Kind.MESSAGES, Kind.MISSED, Kind.QUESTION, Kind.ANSWER})


class Line:
    """One end of it. `number` is the child's, from 0."""

    def __init__(self, end: socket.socket, number: int) -> None:
        end.setblocking(False)
        self.number = number
        self._end = end
        self._waiting: deque[bytes] = deque()

    @classmethod
    def pair(cls, number: int) -> tuple["Line", "Line"]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return cls(ours, number), cls(theirs, number)

    def fileno(self) -> int:
        return self._end.fileno()

    def post(self, kind: Kind, body: bytes = b"") -> None:
        """Send it after what waits already, now or at the next `flush`."""
        if len(self._waiting) >= _WAITING_MAX:
            self._waiting.clear()
            kind, body = Kind.MISSED, b""
        self._waiting.append(kind + body)
        self.flush()

    @property
    def is_behind(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._waiting)

    def flush(self) -> None:
        """Send what can be sent now. That the other side is gone is heard by who listens."""
        while self._waiting:
            try:
                self._end.send(self._waiting[0])
            except BlockingIOError:
                return
            except OSError:
                self._waiting.clear()
                return
            self._waiting.popleft()

    def hand(self, kind: Kind, connection: socket.socket) -> bool:
        """Give a connection away; False when there is no room for it, or nobody."""
        try:
            socket.send_fds(self._end, [kind], [connection.fileno()])
        except OSError:
            return False
        return True

    def receive(self) -> tuple[Kind, bytes, socket.socket | None] | None:
        """The next frame; None when nothing more is there. Raises EOFError when the other side is gone."""
        try:
            frame, handed, _, _ = socket.recv_fds(self._end, FRAME_BYTES_MAX + 1, 1, socket.MSG_CMSG_CLOEXEC)
        except BlockingIOError:
            return None
        except OSError:
            raise EOFError from None
        if not frame:
            raise EOFError
        connection = socket.socket(fileno=handed[0]) if handed else None
        return Kind(frame[:1]), frame[1:], connection

    def close(self) -> None:
        self._end.close()
