"""The guest's grammar, asked of the guest: this Python may be older or newer, and is not what a tool is written in."""

import ast
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

from sandbox.contract.components import Call, Component
from sandbox.contract.hosts import Host, HostCall, HostReply
from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Execution, Fault, Returned
from sandbox.grants import Grant
from sandbox.machine.forks import BuildFailed
from sandbox.syntax.trees import Parsed, Unreadable, written

# Writes trees as sources: `Grammar.write`.
Write = Callable[..., Awaitable[list[str]]]

NAME = "syntax"
SOURCE_CHARACTERS_MAX = 256 << 10
# The source and the name of our own tool: a pool builds it once.
TOOL = ((Path(__file__).parent / "guest_tool.py").read_text(), NAME)
_LIMITS = Limits.of(
    {"fuel": 100_000_000_000, "memory_bytes": 512 << 20, "argument_bytes": 16 << 20, "result_bytes": 16 << 20}
)
_TOO_MUCH = "it is too much, or nested too deeply"


class Workshop(Protocol):
    """Builds and runs tools: a `Pool`, or what stands for it in a confined process."""

    async def fork(self, source: str, name: str) -> Component | BuildFailed: ...

    async def run(self, component: Component, call: Call, *, grant: Grant, limits: Limits, host: Host) -> Execution: ...


class Grammar:
    """Reads and writes sources in the guest of one workshop. Its tool is built when it is first asked."""

    def __init__(self, workshop: Workshop):
        self._workshop = workshop
        self._component: Component | None = None

    async def parse(self, source: str, mode: str = "exec") -> Parsed | Unreadable:
        """Read a source; `mode` as that of `ast.parse`. Raises RuntimeError when our own tool cannot be built."""
        if len(source) > SOURCE_CHARACTERS_MAX:
            return Unreadable(f"it has {len(source):,} characters, and {SOURCE_CHARACTERS_MAX:,} are taken")
        said = await self._ask({"source": source, "mode": mode})
        if said is None:
            return Unreadable(_TOO_MUCH)
        if (fault := said.get("fault")) is not None:
            return Unreadable(fault["message"], fault["line"], fault["column"], fault["text"])
        parsed = Parsed(said["kinds"], said["tree"])
        try:
            parsed.tree()
        except RecursionError:
            return Unreadable("it is nested too deeply")
        return parsed

    async def write(self, *trees: ast.AST) -> list[str]:
        """Write trees as sources. Raises RuntimeError when that takes too much, or our own tool cannot be built."""
        if not trees:
            return []
        said = await self._ask({"trees": written(trees)})
        if said is None:
            raise RuntimeError("the guest could not write what was made of a source that it has read")
        return said["texts"]

    async def _ask(self, arguments: dict[str, Any]) -> dict[str, Any] | None:
        """None when it takes more than it may: sources are written to break parsers, too."""
        if self._component is None:
            built = await self._workshop.fork(*TOOL)
            if not isinstance(built, Component):
                raise RuntimeError(f"our own reader of sources could not be built: {built.findings}")
            self._component = built
        call = Call(json.dumps(arguments), bytes(32), 0)
        ended = await self._workshop.run(self._component, call, grant=Grant(), limits=_LIMITS, host=_Nothing())
        return json.loads(ended.outcome.result) if isinstance(ended.outcome, Returned) else None


class _Nothing:
    """A host for what asks nothing."""

    async def answer(self, call: HostCall) -> HostReply:
        return HostReply(fault=Fault("unavailable", f"There is no {call.capability} here."))

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        """Nobody waits for it."""
