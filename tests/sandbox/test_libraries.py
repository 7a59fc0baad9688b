"""Libraries that make code by design work, while a source is imported and in a run; data given to them stays data.

Nothing here goes through the rules that read a source: what is refused is refused by the guest.
"""

import json
import textwrap

import pytest

from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Failed, Returned
from tests.sandbox.makers import Bench

# Each sets `answer`.
HONEST = {
    "a dataclass": """
        from dataclasses import InitVar, asdict, dataclass, field, replace
        answer = []
        for option in ("repr", "frozen", "order", "slots", "kw_only", "unsafe_hash"):
            @dataclass(**{option: True})
            class Line:
                name: str
                tags: list[str] = field(default_factory=list, hash=False)
                start: InitVar[int] = 3
                total: int = field(default=0, init=False)
                def __post_init__(self, start):
                    object.__setattr__(self, "total", start)
            line = Line(name="a")
            answer.append([repr(line)[-31:], line == Line(name="a"), asdict(replace(line, name="b", start=4))["total"]])
        answer = [answer[0], len(answer)]
    """,
    "a dataclass made of names": """
        import dataclasses
        answer = dataclasses.asdict(dataclasses.make_dataclass("Point", ["x", ("y", int, 2)])(1))
    """,
    "a dataclass that refers to what comes later": """
        from dataclasses import dataclass, fields
        @dataclass
        class Node:
            left: Node | None = None
            right: list[Leaf] | None = None
        class Leaf: pass
        answer = [field.name for field in fields(Node)]
    """,
    "named tuples": """
        import collections, typing
        class Pair(typing.NamedTuple):
            a: int
            b: str = "b"
        Three = collections.namedtuple("Three", "x y z", defaults=[3])
        Old = typing.NamedTuple("Old", [("a", int)])
        answer = [Pair(1)._asdict(), Three(1, 2)._replace(x=9), repr(Old(1))]
    """,
    "enumerations": """
        import enum
        class Colour(enum.StrEnum):
            RED = enum.auto()
        answer = [Colour("red").name, [one.name for one in enum.Flag("Way", "IN OUT")], enum.IntEnum("N", "A").A + 1]
    """,
    "attrs": """
        import attr, attrs, functools
        @attrs.define(order=True)
        class Item:
            x: int
            tags: list = attrs.field(factory=list)
            name: str = attrs.field(default="q", validator=attrs.validators.instance_of(str), converter=str)
            hidden: int = attrs.field(default=3, init=False, eq=abs, repr=str)
            _private: int = attrs.field(default=1, on_setattr=attrs.setters.validate)
            def __attrs_post_init__(self): self.tags.append(self.name)
            @functools.cached_property
            def double(self): return self.x * 2
        @attrs.frozen(cache_hash=True)
        class Key:
            x: int
        Made = attr.make_class("Made", ["a"])
        answer = [repr(Item(1)), Item(1) < Item(2), Item(4).double, hash(Key(1)) == hash(Key(1)), Made(2).a]
    """,
    "a template": """
        import jinja2
        environment = jinja2.Environment(autoescape=True, loader=jinja2.DictLoader({
            "base": "<{% block body %}{% endblock %}>",
            "lib": "{% macro hi(name, times=2) %}{{ name * times }}{% endmacro %}",
            "page": "{% extends 'base' %}{% from 'lib' import hi %}{% block body %}{% set ns = namespace(n=0) %}"
            "{% for one in items if one.n %}{% set ns.n = ns.n + one.n %}{{ loop.index }}{{ one.name|upper }}"
            "{% else %}none{% endfor %}{{ ns.n }}{{ hi('a') }}{{ '%.2f'|format(2) }}"
            "{{ '<'|e }}{{ d['k'] }}{% endblock %}"}))
        items = [{"name": "a", "n": 2}, {"name": "b", "n": 0}]
        answer = environment.get_template("page").render(items=items, d={"k": 1})
    """,
    "a template that gives values": """
        from jinja2.nativetypes import NativeEnvironment
        answer = NativeEnvironment().from_string("{{ [a, 2] }}").render(a=1)
    """,
    "a template with a mistake": """
        import jinja2
        answer = []
        for text in ("{{ 1 / 0 }}", "{% if %}", "{{ missing.name }}"):
            try:
                jinja2.Template(text).render()
            except Exception as error:
                answer.append(type(error).__name__)
    """,
    "a schema": """
        import fastjsonschema
        check = fastjsonschema.compile({"type": "object", "required": ["a"], "additionalProperties": False,
            "properties": {"a": {"type": "integer", "minimum": 1, "multipleOf": 2}, "b": {"$ref": "#/definitions/b"},
                "c": {"type": "string", "pattern": "^x", "format": "date", "enum": ["xy"]},
                "d": {"type": "array", "uniqueItems": True, "items": [{"oneOf": [{"type": "string"}, {"const": 2}]}]}},
            "definitions": {"b": {"anyOf": [{"type": "null"}, {"not": {"type": "string"}}], "default": 1}}})
        answer = [check({"a": 2})]
        for wrong in ({}, {"a": 3}, {"a": 2, "z": 1}, {"a": 2, "b": "x"}, {"a": 2, "d": [1]}):
            try:
                check(wrong)
            except fastjsonschema.JsonSchemaException as error:
                answer.append(error.message.split()[0])
    """,
    "annotations as text": """
        import inspect, typing
        class Row:
            a: "list[int] | None"
            b: "typing.Optional[dict[str, int]]"
            c: "typing.Literal['x', -1]"
        answer = [str(one) for one in typing.get_type_hints(Row, {"typing": typing}).values()]
        answer.append(str(inspect.signature(sorted)))
    """,
    "functools": """
        import functools
        @functools.singledispatch
        def show(one): return "?"
        @show.register
        def _(one: int): return "int"
        @functools.lru_cache
        def double(n): return n * 2
        answer = [show(1), show("x"), functools.reduce(lambda a, b: a + b, [1, 2]), double(2)]
    """,
    "literals as data": """
        import ast
        answer = ast.literal_eval("{'a': [1, -2, (3,)]}")
    """,
    "a large pattern": """
        import re
        pattern = re.compile("|".join(f"(?P<w{n}>word{n})" for n in range(90)))
        answer = [pattern.search("a word77 b").lastgroup, re.sub(r"(\\d+)", lambda m: str(int(m[1]) * 2), "a 21")]
    """,
    "decimals and dates": """
        import datetime, decimal, zoneinfo
        answer = [str(decimal.Decimal("1") / 7)[:6], str(datetime.date(2026, 2, 28) + datetime.timedelta(1))]
    """,
    "logging with where it was said": """
        import io, logging
        said = io.StringIO()
        handler = logging.StreamHandler(said)
        handler.setFormatter(logging.Formatter("%(filename)s %(funcName)s %(message)s"))
        logger = logging.getLogger("mine")
        logger.addHandler(handler)
        def work(): logger.error("gone")
        work()
        answer = said.getvalue()
    """,
    "tracebacks": """
        import traceback
        def wrong(): raise KeyError("x")
        try:
            wrong()
        except KeyError:
            answer = [line.strip() for line in traceback.format_exc().splitlines()][-1]
    """,
    "copies": """
        import copy, pickle
        answer = [copy.deepcopy({"a": [1, {2: 3}]})["a"][0], pickle.loads(pickle.dumps([1, {"b": 2}]))]
    """,
    "a workbook": """
        import io, openpyxl
        book, file = openpyxl.Workbook(), io.BytesIO()
        book.active["A1"] = "=SUM(1,2)"
        book.save(file)
        answer = openpyxl.load_workbook(file).active["A1"].value
    """,
    "a document of pages": """
        import io, pypdf
        writer, file = pypdf.PdfWriter(), io.BytesIO()
        writer.add_blank_page(9, 9)
        writer.write(file)
        answer = len(pypdf.PdfReader(file).pages)
    """,
    "markup": """
        import bs4, markdown, xmltodict, yaml
        answer = [bs4.BeautifulSoup("<p class=a>x<b>y", "html.parser").select("p.a b")[0].text,
            markdown.markdown("# x\\n\\n|a|\\n|-|\\n|1|", extensions=["tables", "toc"])[:9],
            yaml.safe_load("a: [1, two]"), xmltodict.parse("<a><b>1</b></a>")]
    """,
    "a calendar": """
        import icalendar
        text = "BEGIN:VCALENDAR\\r\\nVERSION:2.0\\r\\nPRODID:x\\r\\nBEGIN:VEVENT\\r\\nUID:1\\r\\n"
        text += "DTSTAMP:20260101T000000Z\\r\\n"
        text += "SUMMARY:s\\r\\nEND:VEVENT\\r\\nEND:VCALENDAR\\r\\n"
        answer = [str(one["SUMMARY"]) for one in icalendar.Calendar.from_ical(text).walk("VEVENT")]
    """,
    "tasks": """
        import asyncio
        async def one(n):
            await asyncio.sleep(0)
            return n
        async def all_of_them():
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(n)) for n in range(3)]
            return [task.result() for task in tasks]
        answer = asyncio.run(all_of_them())
    """,
    "generators and protocols": """
        import contextlib, typing
        class Named(typing.Protocol):
            name: str
        class Row(typing.TypedDict, total=False):
            a: int
        @contextlib.contextmanager
        def opened(): yield "in"
        def first[T](given: list[T]) -> T: return given[0]
        with opened() as word:
            answer = [word, first([1]), list(Row.__annotations__)]
    """,
}

# Data that a library makes code of, if it is taken at its word. Each raises, or gives what is not 'evil'.
DATA = {
    "a field of a dataclass": "dataclasses.dataclass(type('C', (), {'__annotations__': {T: int}}))",
    "a field of a dataclass made of names": "dataclasses.make_dataclass('C', [T])",
    "a default of a dataclass": "dataclasses.make_dataclass('C', [('x', T)])(x=1).x",
    "the name of a dataclass": "dataclasses.make_dataclass(T, ['x'])(1).x",
    "a field of a named tuple": "collections.namedtuple('A', [T])",
    "the name of a named tuple": "collections.namedtuple(T, ['a'])",
    "an attribute of attrs": "attr.make_class('A', {T: attr.ib()})(1)",
    "a default of attrs": "attr.make_class('A', {'x': attr.ib(alias=T, default=1)})()",
    "the name of a class of attrs": "attr.make_class(T, ['x'])(1).x",
    "a template's attribute": "jinja2.Template('{{ x.__class__.__base__ }}').render(x=1)",
    "a template's filter": "jinja2.Template('{{ x|attr(\"__class__\") }}').render(x=1)",
    "a template's item": "jinja2.Template('{{ x[\"__class__\"] }}').render(x=1)",
    "a template's format": "jinja2.Template('{{ \"{0.__class__}\".format(x) }}').render(x=1)",
    "a template's generator": "jinja2.Template('{{ x.gi_frame.f_globals }}').render(x=(n for n in [1]))",
    "a template's function": "jinja2.Template('{{ x.__globals__ }}').render(x=tool)",
    "a template's map": "jinja2.Template('{{ [x]|map(attribute=\"__class__\")|list }}').render(x=1)",
    "a template's variable": "jinja2.Template('{% set ' + T + ' = 1 %}').render()",
    "a template's macro": "jinja2.Template('{% macro ' + T + '() %}{% endmacro %}').render()",
    "a template's block": "jinja2.Template('{% block ' + T + ' %}{% endblock %}').render()",
    "a template's expression": "jinja2.Environment().compile_expression('x.__class__')(x=1)",
    "a template of values": "jinja2.nativetypes.NativeEnvironment().from_string(repr(T)).render()",
    "a schema's property": "fastjsonschema.compile({'properties': {T: {'type': 'integer'}}})({T: 1}) and None",
    "a schema's required name": "fastjsonschema.compile({'required': ['\"' + T]})({'\"' + T: 1}) and None",
    "a schema's default": "fastjsonschema.compile({'properties': {'a': {'default': T}}})({})",
    "a schema's pattern": "fastjsonschema.compile({'pattern': T})('x')",
    "a schema's constant": "fastjsonschema.compile({'const': T})('x')",
    "a schema's description": "fastjsonschema.compile({'description': T, '$id': T})(1) and None",
    "a schema's format": "fastjsonschema.compile({'format': T, 'type': 'string'})('x') and None",
    "an annotation": "typing.get_type_hints(type('C', (), {'__annotations__': {'x': T}}))",
    "a forward reference": "typing.ForwardRef(T).evaluate(globals={}, locals={})",
    "an annotation of a function": (
        "inspect.get_annotations(type('C', (), {'__annotations__': {'x': T}}), eval_str=True)"
    ),
    "a signature": "inspect._signature_fromstr(inspect.Signature, len, '($module, x=' + T + ')')",
    "a literal": "ast.literal_eval(T)",
    "a configuration of logging": (
        "logging.config.fileConfig(io.StringIO('[loggers]\\nkeys=root\\n[handlers]\\nkeys=h\\n[formatters]\\nkeys=\\n'"
        " '[logger_root]\\nhandlers=h\\n[handler_h]\\nclass=' + T + '\\nargs=()'))"
    ),
    "the plurals of a catalogue": "gettext.c2py(T)(1)",
    "an expression of a query": "jmespath.search(T, {})",
    "a document": "yaml.unsafe_load('!!python/object/apply:builtins.eval [' + repr(T) + ']')",
}
TEXTS = {
    "a call": "tool.evil.append('evil')",
    "a default": "x=tool.evil.append('evil')",
    "a way out": "x', tool.evil.append('evil'), '",
    "an import": "__import__('tool').evil.append('evil')",
    "a walk": "x=().__class__.__base__.__subclasses__()",
}  # fmt: skip
_IMPORTS = (
    "import ast, collections, dataclasses, gettext, inspect, io, logging.config, typing\n"
    "import attr, fastjsonschema, jinja2, jinja2.nativetypes, jmespath, yaml\n"
)


@pytest.mark.parametrize("name", HONEST)
def test_a_library_that_makes_code_works_at_import_and_in_a_run_alike(bench: Bench, name: str) -> None:
    body = textwrap.dedent(HONEST[name]).strip()
    limits = Limits(fuel=10_000_000_000)
    inside = bench.run(f"def tool():\n{textwrap.indent(body, '    ')}\n    return answer\n", limits=limits)
    outside = bench.run(f"{body}\n\ndef tool():\n    return answer\n", limits=limits)

    assert isinstance(inside.outcome, Returned), inside
    assert outside.outcome == inside.outcome
    assert json.loads(inside.outcome.result)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("place", DATA)
def test_data_stays_data_whatever_library_it_is_given_to(bench: Bench, place: str, text: str) -> None:
    source = (
        f"{_IMPORTS}\nclass tool_:\n    evil = []\n\n\ndef tool():\n    import builtins\n    tool.evil = []\n"
        f"    builtins.tool = tool\n    T = {TEXTS[text]!r}\n    try:\n        found = {DATA[place]}\n"
        "    except Exception as error:\n        return ['refused', type(error).__name__, tool.evil]\n"
        "    return ['taken', str(found)[:200], tool.evil]\n"
    )
    ran = bench.run(source)

    assert isinstance(ran.outcome, Returned), ran
    _, shown, evil = json.loads(ran.outcome.result)
    assert evil == []
    assert "<class 'object'>" not in shown
    assert "<module" not in shown


@pytest.mark.parametrize(
    "call", ["exec('x = 1')", "eval('1')", "compile('1', 'x', 'eval')", "print.__self__.eval('1')"]
)
@pytest.mark.parametrize("where", ["in a run", "at import"])
def test_code_of_a_text_is_refused_with_what_to_do_instead(bench: Bench, call: str, where: str) -> None:
    if where == "at import":
        message = bench.refuse(f"{call}\n\ndef tool():\n    return 1\n").message
    else:
        ran = bench.try_body(call)
        assert isinstance(ran.outcome, Failed)
        message = ran.outcome.fault.message
    assert "cannot make, change or run code" in message
    assert "ast.literal_eval" in message
