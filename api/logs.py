"""Logging: one structured line per event, with the request's and the tenant's names bound to it."""

import logging
import sys

import structlog

from tenants.base.errors import DatabaseAwayError

log: structlog.stdlib.BoundLogger = structlog.get_logger("sealwright")


def configure(*, as_json: bool) -> None:
    """Send log lines to standard error: for people by default, as JSON for machines."""
    render = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # The libraries' own chatter: only what needs a person.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(_tells_more)


def _tells_more(record: logging.LogRecord) -> bool:
    """Whether a line says anything beside that the database is away, which has its own line when it goes."""
    return not (record.exc_info and isinstance(record.exc_info[1], DatabaseAwayError))
