"""Lines in the run's log. `print` goes there too. Never log personal data that the caller did not give you.

log.info("reminder sent", invoice=invoice["id"], days_late=12)

Fields are written as JSON, or as `str` writes them. A run keeps `log_bytes` of its log (64 KiB unless the spec asks
for more); the rest is counted and dropped.
"""

import json as _json


def _write(level, message, fields):
    tail = "".join(f" {name}={_json.dumps(value, ensure_ascii=False, default=str)}" for name, value in fields.items())
    print(f"{level} {message}{tail}")


def debug(message: str, **fields: object) -> None:
    """For whoever looks into a run."""
    _write("DEBUG", message, fields)


def info(message: str, **fields: object) -> None:
    """What was done."""
    _write("INFO", message, fields)


def warning(message: str, **fields: object) -> None:
    """What somebody should look at, although the run went on."""
    _write("WARNING", message, fields)


def error(message: str, **fields: object) -> None:
    """What went wrong."""
    _write("ERROR", message, fields)
