"""Logging: one structured line per event, with the request's and the tenant's names bound to it.

What libraries say goes the same way, tracebacks and the last words of a process included: where lines are JSON, every
line is.
"""

import asyncio
import logging
import sys
import threading
from types import TracebackType

import structlog
from structlog.typing import EventDict, Processor

from tenants.base.errors import DatabaseAwayError
from tenants.telemetry import subjects

log: structlog.stdlib.BoundLogger = structlog.get_logger("sealwright")


def configure(*, as_json: bool) -> None:
    """Send log lines to standard error: for people by default, as JSON for machines."""
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _named,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*common, structlog.processors.format_exc_info, _renderer(as_json=as_json)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*common, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _renderer(as_json=as_json),
            ],
        )
    )
    # The libraries' own chatter: only what needs a person.
    handler.addFilter(_tells_more)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    if as_json:
        _log_last_words()


def name_tenant(tenant_id: str) -> None:
    """Lines of this request say whose it is from now on."""
    structlog.contextvars.bind_contextvars(tenant=tenant_id)


def _named(logger: object, method: str, event: EventDict) -> EventDict:
    del logger, method
    event.update(subjects.named())
    return event


def _tells_more(record: logging.LogRecord) -> bool:
    """Whether a line needs a person.

    That the database is away has its own line when it goes; and a connection whose task was cancelled, by a stop or by
    a caller who left, is thrown away by the pool with an error that is none.
    """
    error = record.exc_info[1] if record.exc_info else None
    is_cut_off = record.name.startswith("sqlalchemy.pool") and isinstance(error, asyncio.CancelledError)
    return not (is_cut_off or isinstance(error, DatabaseAwayError))


def _renderer(*, as_json: bool) -> Processor:
    if as_json:
        return structlog.processors.JSONRenderer()
    colors = sys.stderr.isatty()
    return structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)


def _log_last_words() -> None:
    """What Python itself would write to standard error."""

    def end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("a fault ended the process", exc_info=(kind, error, trace))

    def end_thread(said: threading.ExceptHookArgs) -> None:
        log.error("a fault ended a thread", exc_info=said.exc_value)

    def ignore(said: "sys.UnraisableHookArgs") -> None:
        log.error(said.err_msg or "a fault was ignored", object=repr(said.object), exc_info=said.exc_value)

    sys.excepthook, threading.excepthook, sys.unraisablehook = end, end_thread, ignore
    logging.captureWarnings(capture=True)
