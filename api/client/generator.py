"""Writes the client's shapes and methods from the OpenAPI document: `python -m api.client.generator openapi.json`.

A generator from outside was rejected: those that know both ways of waiting write a file for each route, and models
that check every answer a second time. What is written here are plain typed dicts and one method a route.
"""

import json
import keyword
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "generated"
_TENANT = "/api/v1/tenants/{tenant}"
# What a key is of use for: a browser's session, sign-in and the platform's own pages are none of it.
_PREFIXES = (_TENANT, "/api/v1/gates", "/api/v1/image", "/api/v1/schemas", "/api/v1/sdk", "/healthz")
_PRIMITIVES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_HEAD = '"""Written by api/client/generator.py from the OpenAPI document; changes belong there."""\n\n'
_JSON = "application/json"
_KEY = "idempotency-key"

Schema = Mapping[str, Any]


def shapes(document: Schema) -> str:
    """The module of typed dicts, one for each schema of the document."""
    found = document["components"]["schemas"]
    head = f"{_HEAD}from __future__ import annotations\n\nfrom typing import Any, Literal, NotRequired, TypedDict\n"
    return head + "".join(f"\n\n{_shape(_named(name), schema)}" for name, schema in sorted(found.items()))


def routes(document: Schema) -> str:
    """The module of methods: `Routes` waits where it is called, `AsyncRoutes` is awaited."""
    found = [
        (path, method.upper(), operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith(_PREFIXES) and "text/event-stream" not in _answers(operation)
    ]
    head = (
        f"{_HEAD}from __future__ import annotations\n\nfrom collections.abc import AsyncIterator, Iterator\n"
        "from typing import Any, Literal\n\nfrom api.client.generated import shapes\n"
        "from api.client.requests import Request, new_key, part, parts\n"
    )
    return head + "".join(_class(found, is_async=is_async) for is_async in (False, True))


def generate(document: Schema) -> None:
    (FOLDER / "shapes.py").write_text(shapes(document))
    (FOLDER / "routes.py").write_text(routes(document))


def _named(name: str) -> str:
    return re.sub(r"^PageOut_(\w+)_$", r"\1Page", name)


def _shape(name: str, schema: Schema) -> str:
    if schema.get("type") != "object":
        return f"{name} = {_type(schema)}\n"
    required = schema.get("required", [])
    lines = [f"class {name}(TypedDict):"]
    if said := schema.get("description"):
        lines.append(_docstring(said, 4))
    for field, inner in schema.get("properties", {}).items():
        if not field.isidentifier() or keyword.iskeyword(field):
            raise ValueError(f"{name}.{field} cannot be a field of a class")
        kind = _type(inner)
        lines.append(f"    {field}: {kind if field in required else f'NotRequired[{kind}]'}")
    return "\n".join(lines if len(lines) > 1 else [*lines, "    pass"]) + "\n"


def _type(schema: Schema, *, where: str = "") -> str:
    """The annotation of a schema; `where` is what names of shapes begin with."""
    if "$ref" in schema:
        return where + _named(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one, where=where) for one in schema["anyOf"]))
    if values := schema.get("enum") or ([schema["const"]] if "const" in schema else None):
        return f"Literal[{', '.join(json.dumps(value) for value in values)}]"
    kind = schema.get("type")
    if kind == "array":
        return f"list[{_type(schema.get('items', {}), where=where)}]"
    if kind == "object":
        inner: Schema | bool = schema.get("additionalProperties", True)
        return f"dict[str, {'Any' if isinstance(inner, bool) else _type(inner, where=where)}]"
    return _PRIMITIVES.get(kind or "", "Any")


def _docstring(said: str, indent: int) -> str:
    margin = " " * indent
    quoted = said.replace("\\", "\\\\").strip()
    wrapped = textwrap.wrap(quoted, 110 - indent) if len(quoted) > 110 - indent else [quoted]
    closing = f"\n{margin}" if len(wrapped) > 1 else ""
    return f'{margin}"""' + f"\n{margin}".join(wrapped) + f'{closing}"""'


def _class(found: Sequence[tuple[str, str, Schema]], *, is_async: bool) -> str:
    name, wait = ("AsyncRoutes", "async ") if is_async else ("Routes", "")
    lines = [f"\n\nclass {name}:", '    """One method for each route that a key is of use for."""\n']
    lines += [f"    {wait}def _ask(self, request: Request, /) -> Any:", "        raise NotImplementedError\n"]
    for path, method, operation in found:
        lines += [*_method(path, method, operation, is_async=is_async), ""]
        if "cursor" in {one["name"] for one in operation.get("parameters", ())}:
            lines += [*_walk(operation, is_async=is_async), ""]
    return "\n".join(lines).rstrip() + "\n"


def _method(path: str, method: str, operation: Schema, *, is_async: bool) -> Iterator[str]:
    wait, waits = ("async ", "await ") if is_async else ("", "")
    yield f"    {wait}def {operation['operationId']}(self{_parameters(operation)}) -> {_answer(operation)}:"
    yield _docstring(operation.get("description") or operation["summary"], 8)
    given = [f'"{method}"', _path(path)]
    query = ", ".join(f'"{one["name"]}": {one["name"]}' for one in _in(operation, "query"))
    headers = ", ".join(f'"{one["name"]}": {_header(one["name"])}' for one in _in(operation, "header"))
    given += [f"query={{{query}}}"] if query else []
    given += [f"headers={{{headers}}}"] if headers else []
    if "requestBody" in operation:
        given.append("body=body" if _JSON in operation["requestBody"]["content"] else "content=content")
    yield f"        return {waits}self._ask(Request({', '.join(given)}))"


def _walk(operation: Schema, *, is_async: bool) -> Iterator[str]:
    """The method that goes through all pages of a list."""
    name: str = operation["operationId"]
    wait, waits, kind = ("async ", "await ", "AsyncIterator") if is_async else ("", "", "Iterator")
    answer = f"{kind}[{re.sub(r'Page$', '', _answer(operation))}]"
    taken = [one for one in _in(operation, "path") if one["name"] != "tenant"]
    asked = [one["name"] for one in _in(operation, "query") if one["name"] != "cursor"]
    given = ", ".join([*(one["name"] for one in taken), *(f"{one}={one}" for one in asked), "cursor=cursor"])
    parameters = _parameters(operation, without="cursor")
    yield f"    {wait}def iterate_{name.partition('_')[2]}(self{parameters}) -> {answer}:"
    yield f'        """What `{name}` lists, all pages of it; `limit` is how many are asked for at a time."""'
    yield "        cursor: str | None = None"
    yield "        while True:"
    yield f"            page = {waits}self.{name}({given})"
    yield '            for item in page["items"]:'
    yield "                yield item"
    yield '            cursor = page["next_cursor"]'
    yield "            if cursor is None:"
    yield "                return"


def _in(operation: Schema, place: str) -> list[Schema]:
    return [one for one in operation.get("parameters", ()) if one["in"] == place]


def _parameters(operation: Schema, without: str | None = None) -> str:
    """Parts of the path and the body by their place, what may be left out by name."""
    said = [f"{one['name']}: {_type(one['schema'])}" for one in _in(operation, "path") if one["name"] != "tenant"]
    content = operation.get("requestBody", {}).get("content", {})
    said += [f"body: {_type(content[_JSON]['schema'], where='shapes.')}"] if _JSON in content else []
    said += ["content: bytes"] if content and _JSON not in content else []
    named = [one for one in (*_in(operation, "query"), *_in(operation, "header")) if one["name"] != without]
    optional = [f"{one['name'].replace('-', '_')}: {_optional(one)}" for one in named]
    return "".join(f", {one}" for one in [*said, *(["*", *optional] if optional else [])])


def _optional(parameter: Schema) -> str:
    kind = _type(parameter["schema"], where="shapes.")
    return kind if parameter.get("required") else f"{kind if 'None' in kind else f'{kind} | None'} = None"


def _header(name: str) -> str:
    variable = name.replace("-", "_")
    return f"{variable} or new_key()" if name == _KEY else variable


def _path(path: str) -> str:
    """An f-string of the path; `{tenant}` is the client's own to put in."""
    inner = path.removeprefix(_TENANT) if path.startswith(_TENANT) else path
    # A file's path has slashes that are its own.
    filled = re.sub(r"\{(\w+)\}", lambda found: f"{{{'parts' if found[1] == 'path' else 'part'}({found[1]})}}", inner)
    text = f'f"{filled}"' if filled != inner else f'"{filled}"'
    return text if path.startswith(_TENANT) else f"{text}, of_tenant=False"


def _answers(operation: Schema) -> dict[str, Schema]:
    good = [answer for code, answer in operation["responses"].items() if code.startswith("2")]
    return {kind: said for answer in good for kind, said in answer.get("content", {}).items()}


def _answer(operation: Schema) -> str:
    good = [answer.get("content", {}) for code, answer in operation["responses"].items() if code.startswith("2")]
    kinds = list(dict.fromkeys(_type(one[_JSON]["schema"], where="shapes.") for one in good if _JSON in one))
    if kinds:
        return " | ".join(kinds)
    return "None" if "204" in operation["responses"] else "bytes"


if __name__ == "__main__":
    generate(json.loads(Path(sys.argv[1]).read_text()))
