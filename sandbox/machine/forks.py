"""Source to component: the guest compiles and imports it in a fresh image; what changed in memory is the tool."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sandbox.contract.components import Component
from sandbox.contract.findings import Finding
from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Exhausted, Failed, Outcome, Refused, Trapped
from sandbox.image import memory_patches
from sandbox.image.page_readers import read_pages
from sandbox.machine.engine import Engine, Instance
from sandbox.machine.meters import Meter, Stopped

GATE = "build"
# A fork sees this moment, always: 2026-01-01T00:00:00Z.
_CLOCK_NS = 1_767_225_600_000_000_000
_HINT_LESS = "Builds have fixed limits. Do less while the module is imported: move the work into the function."
_HINT_IMPORT_CALL = "Call capabilities inside the function, not while the module is imported."


@dataclass(frozen=True, slots=True)
class BuildFailed:
    """Why a source makes no component."""

    findings: tuple[Finding, ...]


class _Refusing:
    """The host while a module is imported: there is none."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def host(self, request: str) -> tuple[str, int]:
        said = json.loads(request)
        name = f"{said['capability']}.{said['operation']}"
        self.asked.append(name)
        message = f"{name} was called while the source is imported"
        fault = {"code": "capability_refused", "message": message, "hint": _HINT_IMPORT_CALL}
        return json.dumps({"fault": fault}), 0

    def pause(self) -> None:
        pass

    def progress(self, done: float, total: float | None, message: str | None) -> None:  # noqa: ARG002
        self.asked.append("progress")


class Unsound(RuntimeError):  # noqa: N818  (reads as a sentence)
    """A load left a state behind that changed pages do not hold. Our fault, never the tool's."""


def fork(engine: Engine, source: str, name: str, limits: Limits) -> Component | BuildFailed:
    """Build a tool. Repeats are equal to the byte. Raises Unsound when a check of ours fails."""
    with engine.instantiate(engine.reader(), limits) as instance:
        before = instance.ask("globals")
        failed = _load(engine, instance, source, name, limits)
        if failed is not None:
            return failed
        # The stack pointer is one of these, so an equal answer also says that the stack is empty.
        if instance.ask("globals") != before:
            raise Unsound("loading the source changed a global of the interpreter")
        changes = read_pages(
            instance.ask("pages").encode("latin-1"),
            instance.ask("size"),
            len(engine.image.memory) // memory_patches.PAGE,
        )
    patch = memory_patches.encode(changes, engine.image.memory)
    return Component(name, engine.image.digest, memory_patches.digest(engine.image.digest, changes), source, patch)


def _load(engine: Engine, instance: Instance, source: str, name: str, limits: Limits) -> BuildFailed | None:
    host = _Refusing()
    try:
        seed = hashlib.sha256(f"{engine.image.digest}\0{name}\0{source}".encode()).digest()
        meter = Meter(limits, host, seed, _CLOCK_NS, building=True)
        instance.start(meter)
        said: str = instance.ask("load", name, source)
    except UnicodeEncodeError:
        return _failed("The source is not valid text: it holds a lone surrogate.")
    except Stopped as end:
        return _failed(*_why(end.outcome))
    if host.asked:
        calls = ", ".join(sorted(set(host.asked)))
        return _failed(f"Importing the source called {calls}.", _HINT_IMPORT_CALL, _line(said))
    if said:
        finding: dict[str, Any] = json.loads(said)
        return _failed(finding["message"], finding.get("hint"), finding.get("line"))
    return None


def _line(said: str) -> int | None:
    return json.loads(said).get("line") if said else None


def _why(outcome: Outcome) -> tuple[str, str | None]:
    if not isinstance(outcome, Exhausted | Failed | Refused | Trapped):
        return "The build was cancelled.", None
    hint = _HINT_LESS if isinstance(outcome, Exhausted) else outcome.fault.hint
    return f"Importing the source did not finish: {outcome.fault.message}", hint


def _failed(message: str, hint: str | None = None, line: int | None = None) -> BuildFailed:
    return BuildFailed((Finding(GATE, "error", message, hint, line),))
