"""How a failed run is told: any error, with whatever data, is a text that the host can read."""

import json
import linecache
import math
import traceback

from sealwright import _host, _secret

FILE = "tool.py"
TRACE_FRAMES = 12
TRACE_CHARACTERS = 8000
# As deep as the host keeps details, and as many digits as Python writes.
DEPTH_MAX = 60
# Read by sandbox/contract/outcomes.py.
WHERE = ("type", "traceback", "line")
APART = "raised"
INT_BITS_MAX = 14_000


def keep_source(source):
    """For the lines of tracebacks."""
    linecache.cache[FILE] = (len(source), None, source.splitlines(True), FILE)


def fault(error, code, message, hint, details):
    """JSON of a fault with where it was raised. Details that are no object stand under `data`.

    Names are the tool's before they are ours: where it uses one, all of ours stand apart.
    """
    own = details if isinstance(details, dict) else {} if details is None else {"data": details}
    where = {"type": type(error).__name__, "traceback": trace(error)}
    number = line(error)
    if number is not None:
        where["line"] = number
    if any(name in own for name in (*WHERE, APART)):
        where = {APART: where}
    return plain_fault(code, message, hint, {**where, **own})


def plain_fault(code, message, hint=None, details=None):
    """JSON of a fault. ASCII escapes carry any text; the host drops lone surrogates when it reads them."""
    told = {"code": _text(code), "message": _text(message), "hint": None if hint is None else _text(hint)}
    return _secret._shown(json.dumps({**told, "details": _plain(details, 0)}, allow_nan=False))


def _text(value):
    try:
        return str(value)
    except Exception:
        return type(value).__name__


def _plain(value, depth):
    """The value as JSON can say it, and what JSON cannot say as Python shows it."""
    if value is None or isinstance(value, bool) or type(value) is str:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and value.bit_length() <= INT_BITS_MAX:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if isinstance(value, (dict, list, tuple)):
        if depth == DEPTH_MAX:
            return f"nested deeper than {DEPTH_MAX} levels"
        if isinstance(value, dict):
            return {_key(key): _plain(part, depth + 1) for key, part in value.items()}
        return [_plain(part, depth + 1) for part in value]
    try:
        return repr(value)
    except Exception:
        return f"<{type(value).__name__}>"


def _key(key):
    """As json.dumps writes keys, and any other as Python shows it."""
    if isinstance(key, str):
        return str.__str__(key)
    if key is None or isinstance(key, (bool, int, float)):
        return json.dumps(key)
    return repr(key)


def summary(error):
    """What it is and says, in one line."""
    try:
        return "".join(traceback.format_exception_only(error)).strip()[:TRACE_CHARACTERS]
    except Exception:
        return type(error).__name__


def code(error):
    """The host's code for what the host refused; of what a tool raised, that it did."""
    if isinstance(error, _host.HostError):
        return error.code
    return "exit" if isinstance(error, SystemExit) else "exception"


def line(error):
    """The tool's line that raised it."""
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == FILE]
    return lines[-1] if lines else None


def trace(error):
    """The traceback, of the tool's own lines only where there are any."""
    try:
        whole = traceback.TracebackException.from_exception(error, limit=-64)
        part = whole
        while part is not None:
            own = [frame for frame in part.stack if frame.filename == FILE]
            part.stack = traceback.StackSummary.from_list(own[-TRACE_FRAMES:])
            part = part.__cause__ or (None if part.__suppress_context__ else part.__context__)
        return "".join(whole.format())[-TRACE_CHARACTERS:]
    except Exception:
        return summary(error)
