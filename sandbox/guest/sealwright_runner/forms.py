"""What a library may make code of: each library that does it by design, and the form that its code has.

Code of a form reaches nothing by itself: no module, no builtin but those named, no attribute behind the
interpreter. It can only use what it is handed. So a name, a schema or a template that comes from data stays data.
Held against the code object, which nobody can change, and not against its text, which has many spellings.
"""

import annotationlib
import ast
import collections
import dataclasses
import gettext
import inspect
import opcode
import typing
from types import CodeType

import attr._make
import fastjsonschema
import jinja2

_NUMBERS = opcode.opmap
_WALL = frozenset(_NUMBERS[name] for name in (
    # A pattern reads attributes whose names are no names of the code.
    "MATCH_CLASS", "LOAD_BUILD_CLASS", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_LOCALS", "SETUP_ANNOTATIONS",
    "LOAD_FROM_DICT_OR_GLOBALS", "LOAD_FROM_DICT_OR_DEREF",
))  # fmt: skip
_CALLS = frozenset(_NUMBERS[name] for name in ("CALL", "CALL_KW", "CALL_FUNCTION_EX", "MAKE_FUNCTION"))
# Attributes without underscores that lead behind the interpreter.
_BEHIND = frozenset((
    "gi_frame", "gi_code", "gi_yieldfrom", "cr_frame", "cr_code", "cr_await", "cr_origin", "ag_frame", "ag_code",
    "ag_await", "tb_frame", "tb_next", "f_back", "f_builtins", "f_code", "f_globals", "f_locals", "f_trace",
    "f_generator", "co_code", "co_consts", "func_globals", "func_code", "mro",
))  # fmt: skip

_JINJA_RUNTIME = frozenset((*jinja2.runtime.exported, *jinja2.runtime.async_exported))
_JINJA_ATTRIBUTES = frozenset((
    "__name__", "_body_stream", "_get_default_module", "_get_default_module_async", "_render", "aclose", "add",
    "append", "asend", "autoescape", "blocks", "call", "call_binop", "call_unop", "close", "concat", "derived",
    "discard", "eval_ctx", "exported_vars", "extend", "get_exported", "extensions", "filters", "finalize", "get_all", "get_template",
    "getattr", "getitem", "items", "make_module", "make_module_async", "name", "new_context", "resolve",
    "resolve_or_missing", "revert", "root_render_func", "save", "select_template", "setdefault", "super", "tests",
    "undefined", "update", "vars", "volatile",
))  # fmt: skip
_SCHEMA_NAMES = frozenset((
    "Decimal", "Exception", "JsonSchemaValueException", "JsonSchemaValuesException", "NoneType", "REGEX_PATTERNS",
    "bool", "bytes", "dict", "enumerate", "float", "frozenset", "hasattr", "int", "isinstance", "len", "list",
    "locals", "re", "repr", "set", "sorted", "str", "tuple", "type", "ValueError", "TypeError", "ArithmeticError",
    "base64", "json", "range", "any", "all", "abs", "round",
))  # fmt: skip
_SCHEMA_ATTRIBUTES = frozenset((
    "append", "b64decode", "compile", "decode", "errors", "extend", "format", "get", "is_integer", "items", "keys",
    "loads", "match", "remove", "search", "values",
))  # fmt: skip
_CLASS_NAMES = frozenset(("NotImplemented", "AttributeError", "BaseException", "hash", "id", "object", "super", "type"))
_CLASS_ATTRIBUTES = frozenset((
    "__class__", "__delattr__", "__init__", "__name__", "__post_init__", "__qualname__", "__setattr__",
    "__attrs_init__", "__attrs_post_init__", "__attrs_pre_init__", "__getattr__", "__getattribute__", "__dict__",
))  # fmt: skip


def _inner(function, *names):
    """The code of a function inside a function."""
    code = inspect.unwrap(function).__code__
    for name in names:
        code = next(one for one in code.co_consts if type(one) is CodeType and one.co_name == name)
    return code


def _form(
    code,
    names=(),
    *,
    starts=(),
    ends=(),
    attributes=None,
    hidden=(),
    refused=(),
    imports=(),
    only=(),
    kept="",
    wall=_WALL,
):
    """One form, of immutable parts.

    names, starts, ends: the globals it may read. attributes: all that it may read (None: any plain one); hidden: those
    with two underscores. imports: modules. only: (global, the one attribute it is read for). kept: the one local whose
    plain attributes `getattr` may read.
    """
    plain = None if attributes is None else frozenset(attributes)
    return (
        code, frozenset(names), tuple(starts), tuple(ends), plain, frozenset(hidden), wall | frozenset(refused),
        frozenset(imports), frozenset(only), frozenset(first for first, _ in only), kept,
    )  # fmt: skip


def _annotation(code, wall=_WALL):
    """Names, their plain attributes and what is between brackets: nothing is called."""
    return _form(code, starts=("",), refused=_CALLS, wall=wall)


# Who may have code run, and of which form.
FORMS = (
    _form(_inner(collections.namedtuple), ("_tuple_new",)),
    _form(dataclasses._FuncBuilder.add_fns_to_class.__code__, _CLASS_NAMES, hidden=_CLASS_ATTRIBUTES),
    _form(
        attr._make._compile_and_eval.__code__,
        _CLASS_NAMES
        | {"NOTHING", "_cls", "_cached_setattr_get", "_config", "_compat", "_CacheHashWrapper", "attr_dict", "wrapper"}
        | {"cached_properties", "original_getattr", "getattr", "hasattr"},
        starts=("__attr_",), ends=("_key", "_repr"), hidden=_CLASS_ATTRIBUTES,
        only=(("_config", "_run_validators"), ("_compat", "repr_context")), kept="self",
    ),
    _form(
        _inner(jinja2.Template.from_code.__func__),
        _JINJA_RUNTIME | {"KeyError", "environment", "getattr", "isinstance", "len", "str", "name", "blocks", "root"},
        starts=("block_",), attributes=_JINJA_ATTRIBUTES, imports=("jinja2.runtime", "jinja2.async_utils"),
        kept="included_template",
    ),
    _form(
        fastjsonschema.compile.__code__, _SCHEMA_NAMES, starts=("validate",), attributes=_SCHEMA_ATTRIBUTES,
        imports=("base64", "json"),
    ),
    # The plural rule of a catalogue: sums with one number.
    _form(gettext.c2py.__code__, ("_as_int", "isinstance", "int"), attributes=()),
    _annotation(annotationlib.ForwardRef.evaluate.__code__),
    _annotation(annotationlib.get_annotations.__code__),
    _annotation(_inner(inspect._signature_fromstr, "wrap_value")),
)  # fmt: skip

# Who may turn text into a code object, to have it run by the above, or into a tree, which is data.
COMPILERS = (
    *(form[0] for form in FORMS),
    ast.parse.__code__,
    jinja2.Environment._compile.__code__,
    annotationlib.ForwardRef.__forward_code__.fget.__code__,
)
# Who may give the code of an annotation other globals, and which code of the image's own beside a tool's annotations.
_OF_CLASSES = {_NUMBERS["LOAD_FROM_DICT_OR_GLOBALS"], _NUMBERS["LOAD_FROM_DICT_OR_DEREF"]}
REBINDERS = (_annotation(annotationlib.call_annotate_function.__code__, _WALL - _OF_CLASSES),)
ANNOTATIONS = (
    _inner(typing._make_eager_annotate, "annotate"),
    _inner(typing.NamedTupleMeta.__new__, "annotate"),
    _inner(typing._TypedDictMeta.__new__, "__annotate__"),
    _inner(dataclasses.make_dataclass, "annotate_method"),
)


def _fits(
    code, form,
    Code=CodeType, Text=str, length=len, kind=type, span=range, behind=_BEHIND, EXTENDED=_NUMBERS["EXTENDED_ARG"],
    READS=frozenset((_NUMBERS["LOAD_GLOBAL"],)), NAMES=frozenset((_NUMBERS["LOAD_NAME"],)),
    ATTRIBUTES=frozenset((_NUMBERS["LOAD_ATTR"],)), SUPER=_NUMBERS["LOAD_SUPER_ATTR"],
    WRITES=frozenset((_NUMBERS["STORE_ATTR"], _NUMBERS["DELETE_ATTR"])), IMPORT=_NUMBERS["IMPORT_NAME"],
    MEMBER=_NUMBERS["IMPORT_FROM"], LOCALS=frozenset((_NUMBERS["LOAD_FAST"], _NUMBERS["LOAD_FAST_BORROW"])),
    CONSTANT=_NUMBERS["LOAD_CONST"], CACHE=_NUMBERS["CACHE"],
):  # fmt: skip
    """Whether a code object and all that is in it is of the form.

    Everything it uses is a parameter of its own: it reads no global and no builtin, for those a tool can change.
    """
    _, names, starts, ends, attributes, hidden, refused, imports, only, leads, kept = form
    todo = [code]
    while todo:
        one = todo.pop()
        for constant in one.co_consts:
            if kind(constant) is Code:
                todo.append(constant)
        raw, words, wide, lead = one.co_code, one.co_names, 0, None
        for at in span(0, length(raw), 2):
            operation, argument = raw[at], raw[at + 1] | wide
            wide = argument << 8 if operation == EXTENDED else 0
            if operation == CACHE or operation == EXTENDED:
                continue
            if operation in refused:
                return False
            # What follows a global that is read for one thing only.
            if lead == "getattr":
                if operation not in LOCALS or one.co_varnames[argument] != kept:
                    return False
                lead = "the name"
            elif lead == "the name":
                name = one.co_consts[argument] if operation == CONSTANT else "_"
                if kind(name) is not Text or name.startswith("_") or name in behind:
                    return False
                lead = None
            elif lead is not None:
                if operation not in ATTRIBUTES or (lead, words[argument >> 1]) not in only:
                    return False
                lead = None
            if operation in READS or operation in NAMES:
                name = words[argument >> 1 if operation in READS else argument]
                if name not in names and not name.startswith(starts) and not name.endswith(ends):
                    return False
                lead = name if name in leads or (kept and name == "getattr") else None
            elif operation in ATTRIBUTES or operation == SUPER or operation in WRITES:
                shift = 1 if operation in ATTRIBUTES else 2 if operation == SUPER else 0
                name = words[argument >> shift]
                plain = name in hidden or not (name.startswith("__") and name.endswith("__"))
                if name in behind or not (plain if attributes is None else name in attributes):
                    return False
            elif operation == IMPORT and words[argument] not in imports:
                return False
            elif operation == MEMBER and words[argument].startswith("_"):
                return False
    return True
