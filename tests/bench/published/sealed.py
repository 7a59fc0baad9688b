"""A published tool as a sealed one: spec and source made from its schemas, cases from what its own code answers."""

import json
import keyword
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PLACE = "published.internal"
EXAMPLES, HOLDOUTS = 3, 2
LINE = 120
# Calls of tools that no published trajectory makes.
PROBES: dict[str, list[dict[str, Any]]] = {
    "list_all_product_types": [{}],
    "list_all_airports": [{}],
    "search_onestop_flight": [
        {"origin": "JFK", "destination": "SEA", "date": "2024-05-20"},
        {"origin": "ATL", "destination": "LAX", "date": "2024-05-21"},
    ],
    "get_flight_status": [
        {"flight_number": "HAT001", "date": "2024-05-16"},
        {"flight_number": "HAT045", "date": "2024-05-15"},
    ],
}
_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list", "object": "dict"}


@dataclass(frozen=True)
class Published:
    """A tool as its authors describe it: `input` and `output` are JSON Schemas; `changes`, whether it changes state."""

    domain: str
    name: str
    changes: bool
    description: str
    input: Mapping[str, Any]
    output: Mapping[str, Any]

    @property
    def url(self) -> str:
        return f"http://{PLACE}/{self.domain}/{self.name}"

    @property
    def method(self) -> str:
        return "POST" if self.changes else "GET"

    @property
    def answers_object(self) -> bool:
        """What is no object goes over the wire, and out of the tool, as the `result` of one."""
        returned = _resolved(self.output)
        return returned.get("type") == "object"


@dataclass(frozen=True)
class Heard:
    """One call and what the tool's own code said to it."""

    arguments: Mapping[str, Any]
    status: int
    json: Any


def spec(tool: Published, heard: Sequence[Heard], refused: Heard | None) -> dict[str, Any]:
    """The spec: their schemas and words; as cases the first calls that answer differently, a refusal, and an outage."""
    distinct = list({json.dumps(one.json, sort_keys=True): one for one in heard if one.status == 200}.values())
    shown, kept = distinct[:EXAMPLES], distinct[EXAMPLES : EXAMPLES + HOLDOUTS]
    examples = [_case(tool, one) for one in shown]
    if refused is not None:
        examples.append({"title": "refused", **_case(tool, refused)})
    examples += [{"title": "the service is away", **_case(tool, Heard(one.arguments, 503, None))} for one in shown[:1]]
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": {**tool.input, "additionalProperties": False},
        "output_schema": output_schema(tool),
        "effects": "destructive" if tool.changes else "read",
        "capabilities": {"http": [f"{tool.method} {tool.url}"]},
        "examples": examples,
        "holdouts": [_case(tool, one) for one in kept],
    }


def output_schema(tool: Published) -> dict[str, Any]:
    """Their schema of what comes back, as an object's."""
    returned = _resolved(tool.output)
    named = {"$defs": tool.output["$defs"]} if "$defs" in tool.output else {}
    if tool.answers_object:
        return {**returned, **named}
    return {"type": "object", "properties": {"result": returned}, "required": ["result"], **named}


def _resolved(output: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of what a tool returns, which theirs has as the property `returns` of an object."""
    returned: dict[str, Any] = dict(output["properties"]["returns"])
    while "$ref" in returned:
        returned = {**output["$defs"][returned["$ref"].rpartition("/")[2]]}
    return returned


def _case(tool: Published, one: Heard) -> dict[str, Any]:
    answer = {"json": one.json} if one.status == 200 else {"status": one.status, "json": one.json}
    when = {"json": one.arguments} if tool.changes else {"query": one.arguments}
    case: dict[str, Any] = {
        "arguments": one.arguments,
        "world": {"http": {f"{tool.method} {tool.url}": [{"when": when, **answer}] if one.arguments else answer}},
    }
    match one.status:
        case 200:
            case["result"] = one.json
        case 422:
            case["error"] = "refused"
        case _:
            case["error"] = "service_failed"
    if tool.changes:
        case["done"] = {"http": [{"method": "POST", "url": tool.url, "json": one.arguments}]}
    return case


def source(tool: Published) -> str:
    """One module that asks the service, whatever the tool: no word of it is the benchmark's but names and summary."""
    return "\n".join(_lines(tool))


def _lines(tool: Published) -> Iterator[str]:
    summary = _summary(tool)
    parameters = list(_parameters(tool))
    given = [f'"{name}": {name}' for name in tool.input.get("properties", {})]
    asks = "http.post(URL, json=given, key=str(uuid.uuid4()))" if tool.changes else "http.get(URL, params=given)"
    yield f'"""{summary}"""'
    yield ""
    if tool.changes:
        yield "import uuid"
        yield ""
    yield "from sealwright import ToolError, http"
    yield ""
    yield f'URL = "{tool.url}"'
    yield f'HINT = "{_hint(tool)}"'
    yield f"NEEDED = {json.dumps(list(output_schema(tool).get('required', [])))}"
    yield ""
    yield ""
    yield from _within(f"def {tool.name}(", parameters, ") -> dict:")
    yield f'    """{summary}"""'
    yield from _within("    given = {", given, "}")
    yield "    try:"
    yield f"        answer = {asks}"
    yield "        said = answer.json()"
    yield "    except (http.RequestFailed, ValueError) as error:"
    yield '        raise ToolError("service_failed", f"The service did not answer: {error}", hint=HINT) from error'
    yield '    if answer.status == 422 and isinstance(said, dict) and "detail" in said:'
    yield '        raise ToolError("refused", str(said["detail"]), hint="Correct the call, or do something else.")'
    yield "    if not answer.ok or not isinstance(said, dict) or not said.keys() >= set(NEEDED):"
    yield '        raise ToolError("service_failed", f"The service answered {answer.status}.", hint=HINT)'
    yield "    return said"
    yield ""


def _within(before: str, parts: Sequence[str], after: str) -> Iterator[str]:
    """On one line, or each part on its own where that would be too long."""
    line = f"{before}{', '.join(parts)}{after}"
    if len(line) <= LINE:
        yield line
        return
    indent = " " * (len(before) - len(before.lstrip()))
    yield before
    yield from (f"{indent}    {part}," for part in parts)
    yield f"{indent}{after}"


def _parameters(tool: Published) -> Iterator[str]:
    needed = set(tool.input.get("required", []))
    for name, schema in tool.input.get("properties", {}).items():
        assert name.isidentifier(), name
        assert not keyword.iskeyword(name), name
        kind = _TYPES.get(schema.get("type", ""), "object")
        yield f"{name}: {kind}" if name in needed else f"{name}: {kind} = {schema.get('default')!r}"


def _summary(tool: Published) -> str:
    first = " ".join(tool.description.split()).partition(". ")[0].rstrip(".")
    return f"{first[:100].replace(chr(34), chr(39))}."


def _hint(tool: Published) -> str:
    return "Look whether it was done before you call again." if tool.changes else "Call again later."
