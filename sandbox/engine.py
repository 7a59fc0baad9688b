"""WebAssembly, behind one door: the only module that imports wasmtime. (Interface first; the rest follows.)"""

from pathlib import Path
from typing import Protocol

from sandbox.components import Call, Component
from sandbox.findings import Finding
from sandbox.images import Image
from sandbox.limits import Limits
from sandbox.outcomes import Outcome


class Stopped(Exception):  # noqa: N818  (an order, raised by a bridge to end the run at once)
    """Raised by `Bridge.host`: the instance dies now and `Instance.call` answers with `outcome`."""

    def __init__(self, outcome: Outcome):
        super().__init__(outcome.kind)
        self.outcome = outcome


class Bridge(Protocol):
    """What a running instance may reach. Called on the thread that called `Instance.call`."""

    def host(self, request: str) -> tuple[str, int]:
        """JSON request in; JSON reply and its elapsed_ns out. Blocks."""
        ...

    def progress(self, done: float, total: float | None, message: str | None) -> None: ...


class BuildFailed(Exception): ...  # a value, see forks.py


class Loaded:
    """A component's code, mapped; cheap to make, made once per component and worker."""


class Ran:
    """One call: outcome, fuel_used, memory_bytes_peak, log (str), host_calls."""

    outcome: Outcome
    fuel_used: int
    memory_bytes_peak: int
    host_calls: int
    log: str


class Instance:
    def call(self, call: Call, bridge: Bridge) -> Ran: ...
    def close(self) -> None: ...


class Engine:
    @classmethod
    def open(cls, image: Image, *, cranelift: bool = False) -> "Engine": ...
    def fork(self, source: str, name: str, limits: Limits) -> Component | list[Finding]: ...
    def artifact_key(self, component: Component, form: str) -> str:
        """A file name: wasmtime version, CPU features, image, component digest and form in one hash."""
        ...

    def materialise(self, component: Component, form: str) -> bytes:
        """The native code of one component, to be written to a file that only we can write. Needs cranelift."""
        ...

    def load(self, artifact: Path, form: str) -> Loaded:
        """Map an artifact that `materialise` made. Milliseconds. The file must be trusted."""
        ...

    def instantiate(self, loaded: Loaded, limits: Limits) -> Instance: ...
    def tick(self) -> None:
        """Advance the epoch: call every `TICK_MS` from one thread; wall limits are counted in ticks."""
        ...
