"""The fixed surface: our own tools, which work for clients that never list again, and those of authors."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import mcp_types as types

from tenants.base import canonical
from tenants.rights.access import Actor, Permission
from tenants.runtime import Runtime
from tenants.schemas import json_schemas

ProgressFn = Callable[[float, float | None, str | None], None]


@dataclass(frozen=True, slots=True)
class Request:
    """One call of one of our own tools."""

    runtime: Runtime
    actor: Actor
    arguments: dict[str, Any]
    origin: str
    objects_only: bool
    idempotency_key: str | None = None
    on_progress: ProgressFn | None = None
    # Whether the client can put a form before a person: see api/mcp/questions.py.
    may_ask: bool = False


@dataclass(frozen=True)
class Builtin:
    """One of our own tools. `run` may raise the errors of tenants; they become tool errors."""

    name: str
    title: str
    description: str
    permission: Permission
    properties: dict[str, Any]
    run: Callable[[Request], Awaitable[types.CallToolResult]]
    required: tuple[str, ...] = ()
    hints: dict[str, bool] = field(default_factory=dict[str, bool])

    @property
    def input_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": self.properties,
            "required": list(self.required),
            "additionalProperties": False,
        }

    @cached_property
    def _arguments(self) -> Any:
        return json_schemas.compiled(canonical.text(self.input_schema))

    def demand(self, arguments: dict[str, Any]) -> None:
        """Raise InvalidError unless `arguments` fit."""
        problems = json_schemas.faults_of(self._arguments, arguments)
        json_schemas.demand(problems, f"The arguments of {self.name} do not fit.")

    def wire(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": self.input_schema,
            "annotations": {"title": self.title, **self.hints},
        }
