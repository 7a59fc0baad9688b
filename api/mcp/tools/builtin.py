"""What one of our own tools is: its schema and its function, in one module for each."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from api.mcp.messages import Request
from tenants.base import canonical
from tenants.base.errors import NotFoundError
from tenants.confinement import spec_schemas
from tenants.rights.access import Permission
from tenants.rules.mcp_tools import OwnTool
from tenants.schemas import json_schemas

SPEC = {"type": "object"}
SOURCE = {"type": "string", "description": "Python: a function named as the tool, its arguments as keywords."}
WHOLE_SPEC = {"spec": spec_schemas.short()}
OWN_NAME = {"type": "string", "description": "The tool's name."}
TOOL_NAME = {"type": "string", "description": "The tool's name, as search_tools gives it."}


@dataclass(frozen=True, slots=True)
class Told:
    """What one of our own tools answers: data for programs and models, and a sentence that says what it is.

    The sentence repeats none of the data: whoever reads both pays for each once.
    """

    says: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """A text to be read: there is no data beside it."""

    text: str


@dataclass(frozen=True)
class Builtin:
    """One of our own tools.

    `run` returns what it says, or the call of a live tool that is meant instead of its own. It may raise the errors
    of tenants; they become tool errors.

    One that `needs_model` is listed where a model is configured; elsewhere it says so when it is called.
    `shown` are properties as clients are shown them, more exact than `properties`, by which calls are held: who reads
    them later finds all that is wrong, and says what to do.
    """

    name: OwnTool
    title: str
    description: str
    permission: Permission
    properties: dict[str, Any]
    run: Callable[[Request], Awaitable[Told | Page | Request]]
    required: tuple[str, ...] = ()
    shown: dict[str, Any] = field(default_factory=dict[str, Any])
    needs_model: bool = False
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

    def plain(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Without what some clients say null for, and others leave out."""
        if None not in arguments.values():
            return arguments
        return {name: value for name, value in arguments.items() if value is not None or name in self.required}

    def wire(self) -> dict[str, Any]:
        return {
            "name": self.name.value,
            "title": self.title,
            "description": self.description,
            "inputSchema": {**self.input_schema, "properties": {**self.properties, **self.shown}},
            "annotations": self.hints,
        }


def demand_tenants(name: str) -> None:
    """Raise NotFoundError for one of our own tools: each is called by its own name, and listed in full."""
    if name in set(OwnTool):
        message = f"{name} is a tool of the endpoint itself, none that this tenant has made."
        raise NotFoundError(message, hint=f"Call {name} by its own name; tools/list describes it.")
