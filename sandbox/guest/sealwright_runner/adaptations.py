"""Libraries that want what a tool has not, or would give what it should not have.

openpyxl writes each sheet to a temporary file first, and asks Pillow for pictures. jinja2 makes code objects to
beautify tracebacks, and lets a template look behind every object it is given. attrs imports by text. babel makes code
of the rules of plurals. What dates an archive or a document goes by the run's beginning.
"""

import datetime
import functools
import gzip
import io
import sys
import tarfile
import time
import types
import zipfile

import attr._make as _attrs
import jinja2
import jinja2.debug as _debug
import jinja2.environment as _templates
import jinja2.sandbox as _sandbox
import openpyxl.drawing.image as _pictures
import openpyxl.packaging.core as _core
import openpyxl.reader.drawings as _drawings
import openpyxl.worksheet._writer as _sheet
import openpyxl.writer.excel as _excel
import simple_images


class _Archive(zipfile.ZipFile):
    def write(self, filename, arcname=None, *args, **kwargs):
        if isinstance(filename, io.BytesIO):
            self.writestr(arcname, filename.getvalue())
        else:
            super().write(filename, arcname, *args, **kwargs)


def install():
    _sheet.create_temporary_file = lambda suffix="": io.BytesIO()
    _sheet.WorksheetWriter.cleanup = lambda self: None
    _excel.ZipFile = _Archive
    _pictures.PILImage = _drawings.PILImage = simple_images
    _debug.fake_traceback = lambda error, trace, filename, line: trace
    _debug.rewrite_traceback_stack = _as_it_is
    _attrs._make_hash_script = _without_import(_attrs._make_hash_script)
    _confine_templates()


def adapt(module):
    """The same for one that has just been imported from the shelf."""
    name = module.__name__
    if name == "babel.plural":
        module.to_python = functools.partial(_plural_rule, module)
    elif name == "reportlab.lib.utils":
        module.time = _still_time()


def _plural_rule(plural, rule):
    """What tells the tag of a number, by the parsed rule and without code of its own."""
    rules = plural.PluralRule.parse(rule).abstract

    def evaluate(n):
        values = dict(zip("nivwftce", plural.extract_operands(n)))
        return next((str(tag) for tag, tree in rules if _holds(plural, tree, values)), plural._fallback_tag)

    return evaluate


def _holds(plural, tree, values):
    kind, parts = tree
    if kind in ("and", "or"):
        return (all if kind == "and" else any)(_holds(plural, part, values) for part in parts)
    if kind == "not":
        return not _holds(plural, parts[0], values)
    method, number, (_, ranges) = parts
    test = {"in": plural.in_range_list, "within": plural.within_range_list}[method]
    read = functools.partial(_operand, plural, values)
    return test(read(number), [(read(low), read(high)) for low, high in ranges])


def _operand(plural, values, tree):
    kind, parts = tree
    if kind == "mod":
        return plural.cldr_modulo(*(_operand(plural, values, part) for part in parts))
    return parts[0] if kind == "value" else values[kind]


def _as_it_is(source=None):
    error = sys.exc_info()[1]
    if isinstance(error, jinja2.TemplateSyntaxError):
        error.translated, error.source = True, source
    return error


def _without_import(make):
    """The same script, with the class it wants among its globals."""
    wrapper = _attrs._CacheHashWrapper

    def made(*args, **kwargs):
        script, given = make(*args, **kwargs)
        return script.replace(_IMPORTED, "_CacheHashWrapper"), {**given, "_CacheHashWrapper": wrapper}

    return made


_IMPORTED = "__import__('attr._make')._make._CacheHashWrapper"
_CONFINED = (
    "call", "call_binop", "call_unop", "default_binop_table", "default_unop_table", "format_string", "getattr",
    "getitem", "intercepted_binops", "intercepted_unops", "is_safe_attribute", "is_safe_callable", "sandboxed",
    "unsafe_undefined", "wrap_str_format",
)  # fmt: skip


def _confine_templates():
    """Every environment is a sandboxed one: what a template's text says reaches no attribute with an underscore.

    A template may come from data (a file, a mail). It is not Python, but without this it could reach all of it.
    """
    plain, confined = _templates.Environment, _sandbox.SandboxedEnvironment
    begin = plain.__init__
    for name in _CONFINED:
        if name in vars(confined):
            setattr(plain, name, vars(confined)[name])

    def __init__(self, *args, **kwargs):
        begin(self, *args, **kwargs)
        self.globals["range"] = _sandbox.safe_range
        self.binop_table = self.default_binop_table.copy()
        self.unop_table = self.default_unop_table.copy()

    plain.__init__ = functools.wraps(begin)(__init__)


# The run's clock moves with each reply of the host, so the same input would make other bytes after a slow reply than
# after a quick one. Nobody looks at an archive for the second in which it was packed.
_begun = []


def begin_run():
    """From here on what is dated has this moment."""
    _begun[:] = [time.time()]


def forget_run():
    """No run has begun."""
    _begun.clear()


def _beginning():
    """Seconds since the epoch, as `time.time`."""
    return _begun[0] if _begun else time.time()


def _still_time():
    """What stands for the module `time`."""
    said = types.SimpleNamespace(**vars(time))
    said.time = _beginning
    said.gmtime = lambda seconds=None: time.gmtime(_beginning() if seconds is None else seconds)
    said.localtime = lambda seconds=None: time.localtime(_beginning() if seconds is None else seconds)
    return said


def _still_datetime():
    """What stands for the module `datetime` where its only use is `datetime.datetime.now`."""
    said = types.SimpleNamespace(**vars(datetime))
    said.datetime = types.SimpleNamespace(now=lambda tz=None: datetime.datetime.fromtimestamp(_beginning(), tz))
    return said


def still_clocks():
    """Whatever `time` and `datetime` are by then, with a clock that stands still."""
    for module in (gzip, tarfile, zipfile):
        module.time = _still_time()
    for module in (_core, _excel):
        module.datetime = _still_datetime()
