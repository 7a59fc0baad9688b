"""YAML 1.2, core schema, as far as JSON goes."""

from typing import Any

import pytest

from tenants.base.errors import InvalidError
from tenants.confined import documents


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("Null", None),
        ("nULL", "nULL"),
        ("true", True),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("OFF", "OFF"),
        ("y", "y"),
        ("0", 0),
        ("-12", -12),
        ("+12", 12),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("190:20:30", "190:20:30"),
        ("1:1:1:1:1", "1:1:1:1:1"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("1e", "1e"),
        ("1.2.3", "1.2.3"),
        ("-", [None]),
        ("+", "+"),
        (".", "."),
        ("2026-06-01", "2026-06-01"),
        ("2026-06-01T09:00:00Z", "2026-06-01T09:00:00Z"),
        ("=", "="),
        ("<<: {a: 1}", {"<<": {"a": 1}}),
        ("'12'", "12"),
        ('"true"', "true"),
        ("! 12", "12"),
        ("!!str 12", "12"),
        ("!!int 12", 12),
        ("!!float 12", 12),
        ("!!null null", None),
        ("!!map {a: 1}", {"a": 1}),
        ("!!seq [1]", [1]),
        ("no: yes", {"no": "yes"}),
        ("404: {on: off}", {"404": {"on": "off"}}),
        ("null: 1", {"null": 1}),
        ("a: &b 1", {"a": 1}),
        ("%YAML 1.1\n---\nyes", "yes"),
        ("# said\n---\na: |\n  x\n  y\n...\n", {"a": "x\ny\n"}),
        ('{"a": [1, 2.5, null, "\\u00e9"]}', {"a": [1, 2.5, None, "é"]}),
        ("a: " + "9" * 500, {"a": "9" * 500}),
        # JSON as programs write it, which YAML takes otherwise or not at all.
        ('{"factor": 1e3}', {"factor": 1000.0}),
        ('{"factor": 1e-05, "more": [1E5, -2e+2, 0.0]}', {"factor": 1e-05, "more": [100000.0, -200.0, 0.0]}),
        ('{\t"a":\t1,\n\t"b": [\t2 ]\n}', {"a": 1, "b": [2]}),
        ('\ufeff{"a": 1}', {"a": 1}),
        ("  [1,\r\n2]\r\n", [1, 2]),
        ('{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        ('{"a": "\\/path", "b": "x\\ty"}', {"a": "/path", "b": "x\ty"}),
        ('{"a":"b"}', {"a": "b"}),
        ('{"a":1,"yes":"no","null":null}', {"a": 1, "yes": "no", "null": None}),
        ('{"n": 12345678901234567890123}', {"n": 12345678901234567890123}),
        ('{"n": -0.0}', {"n": -0.0}),
        (
            '{"a": "# no comment", "b": "a: b", "c": "- d", "": ""}',
            {"a": "# no comment", "b": "a: b", "c": "- d", "": ""},
        ),
        ('"text"', "text"),
        ('{"a": "\u2028\x7f"}', {"a": "\u2028\x7f"}),
        # And what looks like it and is YAML.
        ("{a: 1, b: [x, 'y']}", {"a": 1, "b": ["x", "y"]}),
        ("['a', 0o17]", ["a", 15]),
        ('{"a": 1, # said\n "b": 2}', {"a": 1, "b": 2}),
        ('"a": 1', {"a": 1}),
    ],
)
def test_a_text_has_the_value_that_the_core_schema_gives_it(text: str, value: Any) -> None:
    read = documents.parse(text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "*a",
        "&a [*a]",
        "a: &a {b: *a}",
        "base: &b {x: 1}\nuse: {<<: *b}",
        "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9))]),
        "a: 1\na: 2",
        "a: 1\n'a': 2",
        "{a: 1, b: {c: 1, c: 2}}",
        "null: 1\n'null': 2",
        "[a]: 1",
        "? {a: 1}\n: 2",
        "? [1, 2]",
        ".inf",
        "-.INF",
        ".nan",
        "1e999",
        "-1e400",
        "!!binary aGk=",
        "!!timestamp 2026-06-01",
        "!!set {a, b}",
        "!!omap [a: 1]",
        "!!python/object/apply:os.system ['true']",
        "!!python/name:os.system",
        "!mine 1",
        "!!int x",
        "!!int true",
        "!!bool 1",
        "!!float yes",
        "!!str [1]",
        "!!map [1]",
        "!!seq {a: 1}",
        "a\n---\nb",
        "[" * 65 + "]" * 65,
        "{a: " * 65 + "1" + "}" * 65,
        "- " * 65 + "1",
        "[1, 2",
        "a: [",
        "a: b: c",
        "\tx: 1",
        '"\\ud800"',
        "\x00",
        "a: \x07",
        "@x",
        "`x`",
        "%TAG ! tag:x,2000:\n---\n!a 1",
    ],
)
def test_what_json_cannot_say_or_says_twice_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidError, match="This is not valid YAML: "):
        documents.parse(text)


def test_a_refusal_says_where() -> None:
    with pytest.raises(InvalidError, match="line 2, column 3: the key 'b' is there twice"):
        documents.parse("a: {b: 1,\n  b: 2}")
