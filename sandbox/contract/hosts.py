"""The one door a running tool has to the world: a request goes out, a reply comes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sandbox.contract.outcomes import Fault
from sandbox.contract.placeholders import Slot

Effect = Literal["read", "keyed", "unsafe"]


@dataclass(frozen=True, slots=True)
class HostCall:
    """What a tool asks. `seq` counts a run's calls from 0; `payload` is plain JSON data, untrusted.

    `secrets` is where in the payload secrets go. What stands there instead, `{{secret:NAME}}`, is for people to read:
    only a slot gets a value, and the same text anywhere else is just text.

    The rest was read of it when it was admitted, once for all who ask (sandbox/capabilities/traits.py, Reading). Of a
    call that has not been admitted it says what is safe to believe.
    """

    seq: int
    capability: str
    operation: str
    payload: Mapping[str, Any]
    secrets: tuple[Slot, ...] = ()
    effect: Effect = "unsafe"
    weight: int = 1
    parts: tuple[Mapping[str, Any], ...] = ()
    in_parts: bool = False  # it journals what it does part by part


@dataclass(frozen=True, slots=True)
class HostReply:
    """What the host says: a JSON value, or a fault. `elapsed_ns` moves the tool's clock forward."""

    value: Any = None
    fault: Fault | None = None
    elapsed_ns: int = 0


class Host(Protocol):
    """Serves one run. Only calls that the run's grant allows ever arrive here.

    `answer` gives a fault for what the tool can handle. An exception it raises ends the run at once: the
    instance is killed and the exception comes out of `Pool.run` unchanged (so a host can suspend a run).
    """

    async def answer(self, call: HostCall) -> HostReply: ...

    def progress(self, done: float, total: float | None, message: str | None) -> None: ...
