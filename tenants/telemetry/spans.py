"""What one call passes through, as a tree of spans. Nothing here knows who keeps them: see exporting.py.

Where no traces are kept there is no span to stand in, and each step costs one look at a variable.
"""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Literal, Protocol

Kind = Literal["internal", "server", "client"]
Value = str | int | float | bool


class Span(Protocol):
    """A step that has begun. Its ids are hexadecimal, as W3C Trace Context writes them."""

    @property
    def trace_id(self) -> str: ...

    @property
    def span_id(self) -> str: ...

    @property
    def traceparent(self) -> str: ...

    def child(self, name: str, kind: Kind = "internal", began_ns: int | None = None) -> "Span":
        """A step inside this one. `began_ns`: since the epoch; None is now."""
        ...

    def rename(self, name: str) -> None: ...

    def note(self, about: Mapping[str, Value | None]) -> None:
        """Keep what is known by now. None is left out."""
        ...

    def fail(self, kind: str) -> None:
        """It went wrong. `kind` is one of a few words; the first one counts."""
        ...

    def end(self) -> None: ...


class Traces(Protocol):
    """Where traces are kept."""

    def begin(self, name: str, kind: Kind, carried: Mapping[str, str], began_ns: int | None = None) -> Span:
        """The first step that this process takes. `carried`: `traceparent` and `tracestate`, as whoever asked sent."""
        ...


_CURRENT: ContextVar[Span | None] = ContextVar("span", default=None)
_NOWHERE: AbstractContextManager[None] = nullcontext()


def current() -> Span | None:
    """The step that this task is at; None where no traces are kept."""
    return _CURRENT.get()


def inside(name: str, kind: Kind = "internal", parent: Span | None = None) -> AbstractContextManager[Span | None]:
    """A step of `parent`, or of the current one: the block. None inside, where there is neither."""
    above = parent or _CURRENT.get()
    return _NOWHERE if above is None else entered(above.child(name, kind))


@contextmanager
def entered(span: Span) -> Generator[Span]:
    """Let `span` be the current one inside the block, and end with it."""
    token = _CURRENT.set(span)
    try:
        yield span
    except BaseException as error:
        # The name of its kind alone: what an exception says may quote what somebody sent.
        span.fail("cancelled" if isinstance(error, asyncio.CancelledError) else type(error).__name__)
        raise
    finally:
        _CURRENT.reset(token)
        span.end()
