"""Loads a tool and calls it. Every ending is a string the host can read; only a dead interpreter is a trap."""

import gc
import inspect
import json
import os
import random
import sys
import types

from sealwright import _host, _secret
from sealwright._errors import CapabilityRefused, ToolError
from sealwright_runner import adaptations, endings
from sealwright_runner.console import console
from sealwright_runner.endings import FILE

assert _host

_tool = None
_WIPED_BYTES = tuple((1 << power) - 24 for power in range(14, 8, -1))
# What is given up when the memory is full, so that this can still be said.
_reserve = bytearray(512 << 10)


class InvalidResult(Exception):
    pass


def warm(runs):
    """Run a tool that does nothing: what only first runs write then lies in the image, not anew in each instance."""
    global _tool
    _tool = dict
    for _ in range(runs):
        run("{}")
    _tool = None
    adaptations.forget_run()
    random.seed(0)  # as a load leaves it: a tool that draws nothing has no page of it


def load(name, source):
    global _tool
    endings.keep_source(source)
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
    _wipe()
    gc.freeze()
    return ""


def _wipe():
    """Lay zeros over what compiling left in free memory: it would be stored with the tool."""
    held = []
    top = id(bytes(1 << 16))
    for size in _WIPED_BYTES:
        while True:
            zeros = bytes(size)
            held.append(zeros)
            if id(zeros) >= top:
                break


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
        message = f"importing the source raised {endings.summary(error)}"
    return json.dumps({"message": message, "hint": hint, "line": endings.line(error)})


def run(arguments):
    """The host's answer: a letter that says how the run ended, and what there is to say of it."""
    random.seed(os.urandom(32))
    adaptations.begin_run()
    try:
        answer = _ended(arguments)
        console.flush()
        return answer
    except MemoryError as error:
        return _out_of_memory(error)
    except BaseException as error:
        # What the tool raised cannot be told, whatever it is made of.
        return "F" + json.dumps({"code": "exception", "message": type(error).__name__})


def _out_of_memory(error):
    """Let go of what filled it: the frames hold the tool's data."""
    del _reserve[:]
    error.__traceback__ = error.__context__ = error.__cause__ = None
    try:
        console.flush()
    except MemoryError:
        console.clear()
    return "M"


def _ended(arguments):
    try:
        return "R" + _result(_invoke(json.loads(arguments)))
    except CapabilityRefused as error:
        return "D" + endings.fault(error, error.code, error.message, error.hint, error.details)
    except ToolError as error:
        return "F" + endings.fault(error, error.code, error.message, error.hint, error.details)
    except InvalidResult as error:
        return "F" + endings.plain_fault(
            "invalid_result", str(error), "Return plain JSON data: str, int, finite float, bool, None, list, dict."
        )
    except MemoryError as error:
        # The parser says MemoryError too, with a reason, when source is nested too deeply.
        if not error.args:
            raise
        return "F" + endings.fault(error, "exception", endings.summary(error), None, None)
    except RecursionError as error:
        return "F" + endings.fault(error, "recursion", endings.summary(error), "Use a loop or an explicit stack.", None)
    except BaseException as error:
        if _secret._encoded(error):
            message = "A secret was encoded or hashed."
            return "F" + endings.fault(error, "secret_misplaced", message, _secret._MISUSE, None)
        return "F" + endings.fault(error, endings.code(error), endings.summary(error), None, None)


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
