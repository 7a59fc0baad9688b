"""What a confined child and its parent say to each other. The frames are those of sandbox/process/protocol.py."""

import struct

from sandbox.contract.findings import Finding
from sandbox.contract.limits import Limits
from sandbox.process.protocol import Broken, End, Message, Progressed

# To the fork server, on its own socket: kind, child, cpu_s, memory_bytes, job; with SPAWN the child's end of a socket.
ORDER = struct.Struct(">BIIQ64s")
SPAWN, KILL = 1, 2
# From it, once: which walls stand, as JSON.
READY_BYTES = 4096
# Above the largest payload: a spec and a source, or the rows of past runs.
PAYLOAD_BYTES = 64 << 20


class Start(Message, frozen=True):
    """The job's payload, as JSON."""

    payload: bytes


class Answered(Message, frozen=True):
    """What came of the job, as JSON. The child ends after it."""

    value: bytes


class Overran(Message, frozen=True):
    """The job needs more memory, or more depth, than it has."""

    what: str


class Told(Message, frozen=True):
    """Something on the way, as JSON."""

    event: bytes


# A job that builds and runs tools cannot do it itself. `run` numbers what it asks for.


class Build(Message, frozen=True):
    source: str
    name: str


class Built(Message, frozen=True):
    """`digest` is None when there is no component, and `findings` say why."""

    digest: str | None
    image: str
    findings: tuple[Finding, ...] = ()


class Begin(Message, frozen=True):
    """Call the component that the order numbered `component` has built."""

    component: int
    arguments: str
    seed: bytes
    started_at_ns: int
    limits: Limits


class Ask(Message, frozen=True):
    """The tool asks its host: the run's call number `seq`, as the tool wrote it."""

    seq: int
    request: str


class Tell(Message, frozen=True):
    """The host's reply, as JSON."""

    text: str
    elapsed_ns: int


class Abandon(Message, frozen=True):
    """Nobody wants this run any more."""


class Finished(Message, frozen=True):
    end: End
    fuel_used: int
    memory_bytes_peak: int
    wall_ms: float
    host_calls: int
    log: str
    meter: str | None


class Lint(Message, frozen=True):
    source: str


class Linted(Message, frozen=True):
    said: str


class Unserved(Message, frozen=True):
    """The parent could not do what was asked, through a defect of ours: the job ends."""


ToChild = Start | Built | Ask | Progressed | Finished | Linted | Unserved
FromChild = Answered | Overran | Told | Build | Begin | Tell | Abandon | Lint | Broken
