"""Lines in the run's log. `print` goes there too. Never log personal data that the caller did not give you.

log.info("reminder sent", invoice=invoice["id"], days_late=12)
"""

import json as _json


def _write(level, message, fields):
    tail = "".join(f" {name}={_json.dumps(value, ensure_ascii=False, default=str)}" for name, value in fields.items())
    print(f"{level} {message}{tail}")


def debug(message, **fields):
    _write("DEBUG", message, fields)


def info(message, **fields):
    _write("INFO", message, fields)


def warning(message, **fields):
    _write("WARNING", message, fields)


def error(message, **fields):
    _write("ERROR", message, fields)
