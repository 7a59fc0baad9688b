"""Loads a tool and calls it. Every ending is a string the host can read; only a dead interpreter is a trap."""

import gc
import inspect
import json
import linecache
import os
import random
import sys
import traceback
import types

from sealwright import _host, _secret
from sealwright._errors import CapabilityRefused, ToolError
from sealwright_runner.console import console

FILE = "tool.py"
TRACE_FRAMES = 12
TRACE_CHARACTERS = 8000

_tool = None


class InvalidResult(Exception):
    pass


def load(name, source):
    global _tool
    linecache.cache[FILE] = (len(source), None, source.splitlines(True), FILE)
    module = types.ModuleType("tool")
    module.__file__ = FILE
    sys.modules["tool"] = module
    try:
        exec(compile(source, FILE, "exec", dont_inherit=True), module.__dict__)
        _tool = _entry(module, name)
    except SyntaxError as error:
        if error.filename != FILE:
            return _finding(error)
        return json.dumps({"message": f"{type(error).__name__}: {error.msg}", "hint": None, "line": error.lineno})
    except BaseException as error:
        return _finding(error)
    finally:
        console.flush()
    random.seed(0)
    console.clear()
    gc.collect()
    gc.freeze()
    return ""


def _entry(module, name):
    entry = getattr(module, name, None)
    if entry is None:
        raise LookupError(f"the source defines no function {name!r}; the tool's function bears the tool's name")
    if not callable(entry):
        raise LookupError(f"{name!r} is a {type(entry).__name__}, not a function")
    return entry


def _finding(error):
    hint = None
    if isinstance(error, LookupError) and error.__traceback__.tb_frame.f_code is _entry.__code__:
        message = str(error)
    elif isinstance(error, CapabilityRefused):
        message, hint = str(error), "Call capabilities inside the function, not while the module is imported."
    else:
        message = f"importing the source raised {_summary(error)}"
    return json.dumps({"message": message, "hint": hint, "line": _line(error)})


def run(arguments):
    random.seed(os.urandom(32))
    try:
        answer = "R" + _result(_invoke(json.loads(arguments)))
    except CapabilityRefused as error:
        answer = "D" + _fault(error, error.code, error.message, error.hint, error.details)
    except ToolError as error:
        answer = "F" + _fault(error, error.code, error.message, error.hint, error.details)
    except InvalidResult as error:
        answer = "F" + _plain_fault(
            "invalid_result", str(error), "Return plain JSON data: str, int, finite float, bool, None, list, dict."
        )
    except MemoryError as error:
        # The parser says MemoryError too, with a reason, when source is nested too deeply.
        answer = "F" + _fault(error, "exception", _summary(error), None, None) if error.args else "M"
    except RecursionError as error:
        answer = "F" + _fault(error, "recursion", _summary(error), "Use a loop or an explicit stack.", None)
    except BaseException as error:
        if _secret._encoded(error):
            answer = "F" + _fault(error, "secret_misplaced", "A secret was encoded or hashed.", _secret._MISUSE, None)
        else:
            answer = "F" + _fault(error, _code(error), _summary(error), None, None)
    console.flush()
    return answer


def _invoke(arguments):
    if _tool is None:
        raise ToolError("not_loaded", "No tool is loaded.")
    if not isinstance(arguments, dict):
        raise ToolError("invalid_arguments", "The arguments are not a JSON object.")
    try:
        result = _tool(**arguments)
    except TypeError as error:
        # No frame of the tool: the call itself did not fit its signature.
        if error.__traceback__.tb_next is None:
            raise ToolError("invalid_arguments", str(error)) from None
        raise
    if inspect.iscoroutine(result):
        import asyncio

        return asyncio.run(result)
    return result


def _result(value):
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        if _secret._encoded(error):
            # The caller is shown its name, as in a log; a gate sees that and refuses the tool.
            return _secret._shown(text).encode("utf-8", "replace").decode("utf-8")
        raise InvalidResult(f"the result is not valid text: {error}") from None
    except (TypeError, ValueError) as error:
        raise InvalidResult(f"the result is not JSON: {error}") from None
    return text


def _fault(error, code, message, hint, details):
    details = dict(details or {})
    details["type"] = type(error).__name__
    line = _line(error)
    if line is not None:
        details["line"] = line
    details["traceback"] = _trace(error)
    return _plain_fault(code, message, hint, details)


def _plain_fault(code, message, hint=None, details=None):
    fault = {"code": str(code), "message": str(message), "hint": hint, "details": details}
    try:
        # ASCII escapes carry any text; the host drops lone surrogates when it reads them.
        return _secret._shown(json.dumps(fault, allow_nan=False, default=repr))
    except (TypeError, ValueError):
        fault["details"] = None
        fault["hint"] = None if hint is None else str(hint)
        return _secret._shown(json.dumps(fault))


def _summary(error):
    try:
        return "".join(traceback.format_exception_only(error)).strip()[:TRACE_CHARACTERS]
    except Exception:
        return type(error).__name__


def _code(error):
    if isinstance(error, _host.HostError):
        return error.code
    return "exit" if isinstance(error, SystemExit) else "exception"


def _line(error):
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == FILE]
    return lines[-1] if lines else None


def _trace(error):
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
        return _summary(error)
