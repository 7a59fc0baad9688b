"""A call as values: one Request in, one Answer out. What they look like on the wire is the codecs' affair."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tenants.models import Run
from tenants.rights.access import Actor
from tenants.runtime import Runtime

ProgressFn = Callable[[float, float | None, str | None], None]
RUN_ID = "sealwright/runId"
DEPRECATION = "sealwright/deprecation"
# The data of an error, where structured content has to be what the tool's output schema says.
ERROR = "sealwright/error"
IDEMPOTENCY_KEY = "sealwright/idempotencyKey"


# The tasks extension, as clients declare it: see tasks.py.
TASKS = "io.modelcontextprotocol/tasks"


class Reply(NamedTuple):
    """What a person at the client has said to the question of a run."""

    approved: bool
    comment: str


REPLY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "approved": {"type": "boolean", "title": "Yes", "description": "Whether it should go on."},
        "comment": {"type": "string", "title": "Comment", "description": "What the tool should know."},
    },
    "required": ["approved"],
}
"""The form that gives a Reply."""


@dataclass(frozen=True, slots=True)
class Resumption:
    """That a call goes on with the run that had asked. A reply of None: the form was put away, the question stays."""

    run_id: str
    replies: Mapping[str, Reply | None] = field(default_factory=dict[str, Reply | None])


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a tool, ours or the tenant's."""

    runtime: Runtime
    actor: Actor
    origin: str
    name: str
    arguments: dict[str, Any]
    idempotency_key: str | None = None
    sent_as: str | None = None
    """What tells this request from all others, where its client may send it again to another process."""
    on_progress: ProgressFn | None = None
    can_ask: bool = False
    """Whether the client can put a form before a person."""
    patience_s: float | None = None
    """After it the run goes on behind its call. None: the call lasts as long as the run."""
    resumes: Resumption | None = None
    reads_data: bool = True
    """Whether the client's protocol knows structured content; the first versions know text alone."""


@dataclass(frozen=True, slots=True)
class Returned:
    """`result` is JSON text. `words`: what a model reads when it is not the result itself. No run: a tool of ours."""

    result: str
    run_id: str | None = None
    notice: dict[str, Any] | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """There is no result, for good: `fault` says why, what to do, and what had already happened."""

    fault: dict[str, Any]
    run_id: str | None = None
    notice: dict[str, Any] | None = None
    is_promised: bool = False
    """Whether the tool has an output schema: clients of both eras hold all structured content against it."""


@dataclass(frozen=True, slots=True)
class Asks:
    """The run waits for what the person at the client says to `message`."""

    run_id: str
    question_id: str
    message: str


@dataclass(frozen=True, slots=True)
class GoesOn:
    """There is no result yet: the run goes on, or waits, without its caller."""

    run: Run
    notice: dict[str, Any] | None = None
    is_promised: bool = False
    """As for Refused."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What the call named is not there: no such tool, or no such run to go on with."""

    message: str
    data: dict[str, Any] | None = None


# The versions before structured content. Who does not say which version it speaks speaks one of these.
_TEXT_ONLY = frozenset({None, "2024-11-05", "2025-03-26"})


def reads_data(version: str | None) -> bool:
    return version not in _TEXT_ONLY


Answer = Returned | Refused | Asks | GoesOn | Unknown


def can_ask(capabilities: Mapping[str, Any] | None) -> bool:
    """Whether a client that declares these can put a form before a person. No mode at all means forms, as before."""
    able: Any = (capabilities or {}).get("elicitation")
    return isinstance(able, dict) and (able.get("form") is not None or able.get("url") is None)  # pyright: ignore[reportUnknownMemberType] - JSON
