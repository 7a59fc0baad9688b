"""What a tool must not be able to do is refused below it: by an audit hook, which nothing can take out again.

CPython itself calls the hook wherever code is made or changed, by whatever name, path or alias it was reached. The
exception says what to do instead. A tool that catches it has gained nothing: what it asked for was not done.

The hook holds against a tool that changes everything it can reach: it reads no global, no builtin and no cell, all
that it uses are parameters of its own, and each of those is immutable. Frames may be looked at (tracebacks, logging):
there is nothing in them to gain.
"""

import hashlib
import itertools
import marshal
import sys
import zlib
from types import CodeType

from sealwright_runner import forms, program, shelf

_CODE = (
    "A tool cannot make, change or run code that is not in its source: exec, eval, compile and code objects are "
    "refused, whatever way leads to them. Write the code out; read data with json.loads or ast.literal_eval."
)
_REACH = (
    "A tool cannot trace the interpreter, watch it or list its objects. Keep your own references to what you need, "
    "and print what you want to see."
)
_MAKING = ("compile", "exec", "code.__new__", "function.__new__", "marshal.loads", "marshal.load")
_REACHING = (
    "sys.addaudithook", "sys.settrace", "sys.setprofile", "sys.monitoring.register_callback", "sys._current_frames",
    "sys._current_exceptions", "gc.get_objects", "gc.get_referrers", "gc.get_referents",
)  # fmt: skip
_CHANGING = "object.__setattr__"
_PARTS = ("__code__", "__defaults__", "__kwdefaults__")


def install(loads):
    """From here on, for good. The first `loads` sources that `program.load` runs are let through.

    So is the code of libraries on the shelf, whoever runs it: held against what the build laid there, and nothing else.
    """
    shelved = shelf.codes()
    digests = frozenset(hashlib.sha256(zlib.decompress(packed)).digest() for _, packed in shelved)

    def hook(
        event, given,
        watched=frozenset((*_MAKING, *_REACHING, _CHANGING)), reaching=frozenset(_REACHING), parts=frozenset(_PARTS),
        caller_of=sys._getframe, fits=forms._fits, known=forms.FORMS, compilers=forms.COMPILERS,
        rebinders=forms.REBINDERS, annotations=forms.ANNOTATIONS, load=program.load.__code__, loads=itertools.repeat(None, loads),
        shelved=shelved, digests=digests, digest=hashlib.sha256, unpack=zlib.decompress, unmarshal=marshal.loads,
        kind=type, Code=CodeType, Refused=PermissionError, code_message=_CODE, reach_message=_REACH,
    ):  # fmt: skip
        if event not in watched:
            return
        if event in reaching:
            raise Refused(reach_message)
        if event == "object.__setattr__":
            # Other functions may get other defaults (a namedtuple's does); none gets other code.
            if given[1] not in parts or (given[1] != "__code__" and given[0] is not fits):
                return
            raise Refused(code_message)
        caller = caller_of(1).f_code
        if event == "exec":
            if caller is load:
                for _ in loads:
                    return
            for form in known:
                if form[0] is caller and fits(given[0], form):
                    return
            if kind(given[0]) is Code:
                for file, packed in shelved:
                    if file == given[0].co_filename and unmarshal(unpack(packed)) == given[0]:
                        return
        elif event == "marshal.loads":
            if digest(given[0]).digest() in digests:
                return
        elif event == "compile":
            if caller is load:
                return
            for one in compilers:
                if one is caller:
                    return
        elif event == "function.__new__":
            for form in rebinders:
                if form[0] is caller and fits(given[0], form):
                    return
                for one in annotations:
                    if form[0] is caller and one is given[0]:
                        return
        raise Refused(code_message)

    for function in (hook, forms._fits):
        _demand_self_contained(function.__code__)
    sys.addaudithook(hook)


def _demand_self_contained(code):
    """The image is not built with a hook that reads what a tool can change."""
    changeable = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_FROM_DICT_OR_GLOBALS", "STORE_GLOBAL"}
    found = {forms.opcode.opname[one] for one in code.co_code[::2]} & changeable
    if found:
        raise SystemError(f"{code.co_qualname} does {', '.join(sorted(found))}")
