"""A canned world: a real host, all in memory, for gates, dry runs and tests. It records what was done to it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.contract.hosts import HostCall, HostReply
from sandbox.worlds.mail import Mail
from sandbox.worlds.people import Approvers, Clock, Tools
from sandbox.worlds.stages import Deed, InvalidWorld, Stage, fails, mapping
from sandbox.worlds.stores import Databases, Files, Ledger, Values
from sandbox.worlds.web import Web

# The moment every canned world starts at, unless it says otherwise: a Monday morning.
_START = "2026-06-01T09:00:00Z"
_PARTS = ("now", "http", "email", "ledger", "kv", "files", "sql", "tools", "approvals", "secrets")

__all__ = ["Deed", "InvalidWorld", "World"]


class World:
    """Built from an example's `world` mapping; every part may be left out. Raises InvalidWorld.

    `{"now": "2026-06-01T09:00:00Z", "http": {"GET https://host/path": {"status", "json"}},
    "email": {"rejected": {address: reason}, "unavailable": {...}, "uncertain": {...}},
    "ledger": {"done": [keys], "in_flight": [keys]}, "kv": {"tool": {...}, "tenant": {...}},
    "files": {path: text}, "sql": {name: script}, "tools": {name: {"result" | "error"}},
    "approvals": [{"approved", "by", "comment"}], "secrets": [names]}`. Secrets are only named: nothing is sent, so
    their names stay where values would go.

    It lasts: a second run in the same world meets what the first one left. `deeds` is what was done to it.
    """

    def __init__(self, given: Mapping[str, Any] | None = None):
        said = mapping(given, "")
        unknown = sorted(set(said) - set(_PARTS))
        if unknown:
            raise InvalidWorld(f"world.{unknown[0]} is unknown; a world has {', '.join(_PARTS)}.")
        self.started_at_ns = _instant(said.get("now", _START))
        self.deeds: list[Deed] = []
        self.progress_made: list[tuple[float, float | None, str | None]] = []
        self.mail = Mail(said.get("email"))
        self.ledger = Ledger(said.get("ledger"))
        self.databases = Databases(said.get("sql"))
        self._web, self._tools, self._approvers = (
            Web(said.get("http")), Tools(said.get("tools")), Approvers(said.get("approvals")),
        )  # fmt: skip
        self._stages: dict[str, Stage] = {
            "http": self._web,
            "email": self.mail,
            "ledger": self.ledger,
            "kv": Values(said.get("kv")),
            "files": Files(said.get("files")),
            "sql": self.databases,
            "tools": self._tools,
            "approvals": self._approvers,
            "clock": Clock(),
        }

    async def answer(self, call: HostCall) -> HostReply:
        stage = self._stages.get(call.capability)
        if stage is None:
            return fails("unknown_operation", f"The canned world has no {call.capability}.")
        try:
            return stage.answer(call.operation, call.payload, self.deeds)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            return fails("malformed_request", f"{call.capability}.{call.operation}: {error}")

    def rewind(self) -> None:
        """Let those who answer one by one begin again. What was done to the world stays done."""
        for stage in (self._web, self._tools, self._approvers):
            stage.rewind()

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        self.progress_made.append((done, total, message))


def _instant(given: object) -> int:
    try:
        moment = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
    except ValueError as error:
        raise InvalidWorld(f"world.now: {given!r} is no time such as {_START}.") from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp()) * 1_000_000_000
