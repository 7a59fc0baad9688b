"""What a line of log is about: the run that this task carries, and whose it is."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from tenants.telemetry import spans


class Subject(NamedTuple):
    tenant: str
    run: str


_CURRENT: ContextVar[Subject | None] = ContextVar("subject", default=None)


@contextmanager
def carrying(tenant_id: str, run_id: str) -> Generator[None]:
    """Lines that are written inside the block name this run."""
    token = _CURRENT.set(Subject(tenant_id, run_id))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def named() -> dict[str, str]:
    """What is known of this task by now: `tenant`, `run`, `trace_id`, `span_id`."""
    subject, span = _CURRENT.get(), spans.current()
    found = subject._asdict() if subject is not None else {}
    return found if span is None else {**found, "trace_id": span.trace_id, "span_id": span.span_id}
