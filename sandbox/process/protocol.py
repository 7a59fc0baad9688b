"""What parent and worker say to each other: a length, then one message of plain data.

Four bytes of length, big-endian and checked before anything is read, then msgpack of one tagged struct. Nothing is
ever unpickled: a worker that was taken over can only say what is written here, and only about its own runs.
"""

import math
import socket
import struct
import threading
from typing import Any, Literal, cast

import msgspec

from sandbox.contract.components import Component
from sandbox.contract.findings import Finding
from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Cancelled, Exhausted, Failed, Fault, Outcome, Refused, Returned, Trapped

# Above the largest arguments and results any limit allows, and the memory of a tool that is built.
FRAME_BYTES = 128 << 20
# Native code is as large as a tool's memory: in one message, each copy of it would be 43 MB of the server.
CODE_PART_BYTES = 1 << 20
_HEADER = struct.Struct(">I")


class WireBroken(Exception):  # noqa: N818  (reads as a sentence where it is raised)
    """The other side said something that is no message, or one too large."""


class Message(msgspec.Struct, frozen=True, tag=True):
    """One message. `run` names what it is about: a run, a fork or a build of native code."""

    run: int


class Run(Message, frozen=True):
    """Call the component whose native code is in the file `artifact`."""

    artifact: str
    form: str
    arguments: str
    seed: bytes
    started_at_ns: int
    limits: Limits
    # Whose run it is, as a number that says nothing: equal for those who share what a worker computes.
    share: int


class Fork(Message, frozen=True):
    """Compile a tool's source into a component."""

    source: str
    name: str
    limits: Limits


class Materialise(Message, frozen=True):
    """Make a component's native code."""

    component: Component
    form: str


class Reply(Message, frozen=True):
    """What the host answered, as JSON, and how much later it is for the tool."""

    text: str
    elapsed_ns: int


class Stop(Message, frozen=True):
    """End this run now, with this end."""

    end: "End"


class Asked(Message, frozen=True):
    """The tool asks the host, in JSON."""

    request: str


class Progressed(Message, frozen=True):
    done: float
    total: float | None
    message: str | None


class Ended(Message, frozen=True):
    end: "End"
    fuel_used: int
    memory_bytes_peak: int
    log: str


class Code(Message, frozen=True):
    """The next part of the native code that a Forked or a Materialised then ends."""

    part: bytes


class Forked(Message, frozen=True):
    """A component, whose native code was said before; or why there is none."""

    component: Component | None = None
    findings: tuple[Finding, ...] = ()


class Materialised(Message, frozen=True):
    """The native code has been said."""


class Broken(Message, frozen=True):
    """Our own code failed in the worker. `what` is for the operator's log."""

    what: str


class Ready(Message, frozen=True):
    """The worker is set up; `active` says which walls stand around it."""

    active: dict[str, str]


class End(msgspec.Struct, frozen=True):
    """An Outcome as data."""

    kind: Literal["returned", "failed", "refused", "exhausted", "trapped", "cancelled"]
    result: str | None = None
    fault: Fault | None = None


ToWorker = Run | Fork | Materialise | Reply | Stop
ToParent = Asked | Progressed | Ended | Code | Forked | Materialised | Broken | Ready
_FAULTY = {kind.kind: kind for kind in (Failed, Refused, Exhausted, Trapped)}
_NO_FAULT = Fault("worker_crashed", "The worker gave no reason.")
_encoder = msgspec.msgpack.Encoder()


def end_of(outcome: Outcome) -> End:
    if isinstance(outcome, Returned):
        return End(outcome.kind, result=outcome.result)
    return End(outcome.kind, fault=None if isinstance(outcome, Cancelled) else outcome.fault)


def outcome_of(end: End) -> Outcome:
    if end.kind == "returned":
        return Returned(end.result or "null")
    if end.kind == "cancelled":
        return Cancelled()
    return _FAULTY[end.kind](end.fault or _NO_FAULT)


def _scrubbed(value: Any) -> Any:
    """The same data as it can be kept: half characters, NUL and numbers of any kind may be anywhere."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
        return str(value)  # msgpack says no greater ones
    if isinstance(value, dict):
        pairs = cast("dict[Any, Any]", value)
        return {_scrubbed(key): _scrubbed(one) for key, one in pairs.items()}
    if isinstance(value, list | tuple):
        return [_scrubbed(one) for one in cast("list[Any]", value)]
    return value


def scrubbed_end(outcome: Outcome) -> End:
    """An Outcome as data that fits on the wire, whatever text a tool put into its error."""
    return msgspec.convert(_scrubbed(msgspec.to_builtins(end_of(outcome))), End)


def packed(message: Message) -> bytes:
    """One frame. Raises WireBroken when it is too large for the other side to take."""
    body = _encoder.encode(message)
    if len(body) > FRAME_BYTES:
        raise WireBroken(f"a message of {len(body):,} bytes is too large")
    return _HEADER.pack(len(body)) + body


class Unpacker:
    """Bytes in as they come, messages out. Raises WireBroken; the sender is not to be listened to again.

    `frame_bytes`: the longest message that is taken.
    """

    def __init__(self, kinds: Any, frame_bytes: int = FRAME_BYTES):
        self._decoder = msgspec.msgpack.Decoder(kinds)
        self._frame_bytes = frame_bytes
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Any]:
        self._buffer += data
        messages: list[Any] = []
        while (end := self._complete()) is not None:
            # Read where it lies: a message may be large.
            with memoryview(self._buffer) as whole, whole[4:end] as body:
                messages.append(self._decoded(body))
            del self._buffer[:end]
        return messages

    def _complete(self) -> int | None:
        if len(self._buffer) < 4:
            return None
        (length,) = _HEADER.unpack_from(self._buffer)
        if length > self._frame_bytes:
            raise WireBroken(f"a message of {length:,} bytes is announced; at most {self._frame_bytes:,} are taken")
        return 4 + length if len(self._buffer) >= 4 + length else None

    def _decoded(self, body: memoryview) -> Any:
        try:
            return self._decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise WireBroken(f"not a message: {error}") from error


class Wire:
    """The worker's end: blocking, and safe to send on from many threads."""

    def __init__(self, sock: socket.socket):
        self._sock = sock
        self._unpacker = Unpacker(ToWorker)
        self._waiting: list[Any] = []
        self._sending = threading.Lock()

    def send(self, message: Message) -> None:
        frame = packed(message)
        with self._sending:
            self._sock.sendall(frame)

    def receive(self) -> Any:
        """The next message; None when the parent is gone. Raises WireBroken."""
        while not self._waiting:
            data = self._sock.recv(1 << 18)
            if not data:
                return None
            self._waiting = self._unpacker.feed(data)
        return self._waiting.pop(0)
