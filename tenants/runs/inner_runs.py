"""tools: a live tool called by another. The inner call is a run of its own, and one entry in the outer's journal."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from sandbox import REFUSED, Fault, HostCall, HostReply, said_in
from tenants.base.db import now
from tenants.base.errors import ConflictError, InvalidError, NotFoundError
from tenants.base.events import about
from tenants.capabilities.bound import Unable, admitted
from tenants.catalog.catalog import LiveTool
from tenants.models import Run, RunStatus
from tenants.runs import beginnings
from tenants.runs.beginnings import Asked, Begun, Earlier, TurnedAway
from tenants.runs.suspensions import GivenAwayError, SuspendedError
from tenants.runtime import DEPTH_MAX, Runtime

# A call whose run waits for a person is put aside with it. Its end wakes us; this is for the one that was missed.
_LOOK_AGAIN = timedelta(minutes=1)
_LOOK_EVERY_S = 1.0

# Executes a run that has just begun, and records what comes of it.
Carry = Callable[[LiveTool, Run], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Tools:
    """Answers the `tools` calls of one run.

    The inner run has limits of its own; its time counts in the wall time of the outer, and it is cancelled with it.
    It acts for whoever called the outer one. Raises SuspendedError and GivenAwayError, as the outer run must then be.
    """

    runtime: Runtime
    outer: Run
    carry: Carry

    async def answer(self, call: HostCall) -> HostReply:
        try:
            return _reply(await self._called(admitted(call)))
        except Unable as unable:
            return HostReply(fault=unable.fault)

    async def _called(self, call: HostCall) -> Run:
        name = str(call.payload["name"])
        chain = await self._chain()
        _demand_sound([*chain, name])
        async with self.runtime.turns[len(chain) - 1].place(self.outer.tenant_id):
            begun = await self._begin(call, name)
            if isinstance(begun, Begun):
                await self.carry(begun.tool, begun.run)
            return await self._ended(begun.run)

    async def _begin(self, call: HostCall, name: str) -> Begun | TurnedAway | Earlier:
        """An earlier run is the same call, made before."""
        outer, key = self.outer, _key(self.outer, call)
        caller = {**outer.caller, "channel": "tool"}
        arguments = call.payload.get("arguments")
        asked = Asked(outer.tenant_id, outer.principal, caller, name, arguments, key, parent_run_id=outer.id)
        try:
            begun = await beginnings.begin(self.runtime, asked)
        except (NotFoundError, InvalidError) as error:
            # It was there, and took these, when this call was made first.
            if (found := await beginnings.earlier(self.runtime, asked)) is not None:
                return Earlier(None, found, same_arguments=True)
            code = "no_tool" if isinstance(error, NotFoundError) else "malformed_request"
            raise Unable(code, error.message, error.hint) from error
        except ConflictError as error:
            raise Unable("conflict", f"The earlier call of {name} has just been removed.", "Call again.") from error
        if isinstance(begun, Earlier):
            _demand_same(begun, outer)
        return begun

    async def _ended(self, inner: Run) -> Run:
        """The inner run as it was recorded. It may be going on elsewhere, when our own process was not its first."""
        runtime = self.runtime
        try:
            with runtime.events.subscribe(inner.tenant_id) as events:
                while inner.status in {RunStatus.RUNNING, RunStatus.QUEUED}:
                    if runtime.stopping or runtime.draining:
                        raise GivenAwayError
                    await events.until(about("run", inner.id), _LOOK_EVERY_S)
                    async with runtime.database.reading(inner.tenant_id) as session:
                        inner = await session.get_one(Run, inner.id)
        except StopAsyncIteration:  # this process stops
            raise GivenAwayError from None
        except asyncio.CancelledError:
            await asyncio.shield(self._abandon(inner))
            raise
        if inner.status == RunStatus.SUSPENDED:
            raise SuspendedError(now() + _LOOK_AGAIN)
        return inner

    async def _abandon(self, inner: Run) -> None:
        """Have whoever carries the inner run stop it: the outer one was cancelled."""
        if self.runtime.stopping:
            return
        async with self.runtime.database.unit(inner.tenant_id) as session:
            unfinished = update(Run).where(Run.id == inner.id, Run.status != RunStatus.FINISHED)
            await session.execute(unfinished.values(cancel_requested_at=now()))

    async def _chain(self) -> list[str]:
        """The tools that wait for one another, the first caller first, the outer run's own last."""
        names, parent = [self.outer.tool_name], self.outer.parent_run_id
        async with self.runtime.database.reading(self.outer.tenant_id) as session:
            while parent is not None and len(names) <= DEPTH_MAX:
                found = (
                    await session.execute(select(Run.tool_name, Run.parent_run_id).where(Run.id == parent))
                ).one_or_none()
                if found is None:
                    break
                names.insert(0, found.tool_name)
                parent = found.parent_run_id
        return names


def _demand_sound(chain: list[str]) -> None:
    """Raises Unable for a chain of tools that comes back to itself, or goes too deep."""
    shown = " → ".join(chain)
    if chain[-1] in chain[:-1]:
        raise Unable(
            "tool_cycle",
            f"A tool cannot call itself, not even through others: {shown}.",
            "Do the work in one of them, or return to the caller.",
            {"chain": chain},
        )
    if len(chain) > DEPTH_MAX:
        raise Unable(
            "too_deep",
            f"Tools call one another at most {DEPTH_MAX} deep, and this would be {len(chain)}: {shown}.",
            "Let the first of them make the calls.",
            {"chain": chain, "at_most": DEPTH_MAX},
        )


def _key(outer: Run, call: HostCall) -> str:
    """The tool's own key, good for all of its runs; else the call's place in this run: a resume repeats nothing."""
    given: Any = call.payload.get("key")
    if given is None:
        return f"{outer.id}:{call.seq}"
    return f"{outer.tool_name}:{given}"


def _demand_same(earlier: Earlier, outer: Run) -> None:
    """Raises Unable where the key stands for another call, or for one that another run still waits for."""
    name = earlier.run.tool_name
    where: dict[str, object] = {"run": earlier.run.id}
    if not earlier.same_arguments:
        message = f"This key was used before, to call {name} with other arguments."
        raise Unable("idempotency_key_reused", message, "Use a new key for other arguments.", where)
    # Two runs that wait for each other's calls would wait for ever.
    if earlier.run.status != RunStatus.FINISHED and earlier.run.parent_run_id != outer.id:
        message = f"Another run's call of {name} with this key is still going on."
        raise Unable("run_in_flight", message, "Try again later.", {**where, "retryable": True})


def _reply(inner: Run) -> HostReply:
    if inner.outcome == "returned":
        return HostReply(json.loads(inner.result or "null"))
    error = inner.error or {}
    code = str(error.get("code") or "tool_failed")
    details: dict[str, Any] = {"run": inner.id, "tool": inner.tool_name, "outcome": inner.outcome}
    # Where in its source the inner tool failed stands in the inner run's record, and is no matter of its caller.
    if said := said_in(error.get("details")):
        details["details"] = said
    # What the inner tool may not do says nothing about the grant of the one that called it.
    code = "call_refused" if code == REFUSED else code
    return HostReply(fault=Fault(code, str(error.get("message") or "It failed."), error.get("hint"), details))
