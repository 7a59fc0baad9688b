"""YAML and JSON documents as people write them: read safely, with line and column when they do not parse."""

import json
from typing import cast

import yaml
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenants.errors import InvalidError

# A small text with aliases can stand for gigabytes.
_VALUES_MAX = 500_000
_YAML_TYPES = (b"application/yaml", b"application/x-yaml", b"text/yaml")


class _Loader(yaml.SafeLoader):
    """JSON's values only: no dates."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(text: str) -> object:
    """Return the value of a YAML (or JSON, which is YAML) document. Raises InvalidError with line and column."""
    try:
        value = yaml.load(text, _Loader)  # noqa: S506 - _Loader is a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise InvalidError(f"This is not valid YAML: {where}{error.problem}.") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidError(f"This is not valid YAML: {error}.") from error
    if _weigh(value, {}) > _VALUES_MAX:
        raise InvalidError(f"This YAML stands for more than {_VALUES_MAX:,} values; its aliases multiply.")
    return value


def _weigh(value: object, known: dict[int, float]) -> float:
    """Count the values with every alias written out, without writing them out; one that holds itself is endless."""
    key = id(value)
    if isinstance(value, dict):
        parts = list(cast("dict[object, object]", value).values())
    elif isinstance(value, list):
        parts = cast("list[object]", value)
    else:
        return 1
    if key not in known:
        known[key] = float("inf")  # as long as we are inside it
        known[key] = 1 + sum(_weigh(part, known) for part in parts)
    return known[key]


class YamlBodies:
    """ASGI middleware: a YAML request body becomes the same JSON body, so every route takes either."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", []))
        if scope["type"] != "http" or not headers.get(b"content-type", b"").startswith(_YAML_TYPES):
            await self.app(scope, receive, send)
            return
        body = await _whole_body(receive)
        try:
            replaced = json.dumps(parse(body.decode("utf-8"))).encode()
        except (InvalidError, UnicodeDecodeError, ValueError) as error:
            await _refuse(scope, send, str(error))
            return
        headers |= {b"content-type": b"application/json", b"content-length": str(len(replaced)).encode()}
        scope = dict(scope, headers=list(headers.items()))
        await self.app(scope, _once(replaced), send)


async def _whole_body(receive: Receive) -> bytes:
    # The size limit stands in front of this middleware.
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _once(body: bytes) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


async def _refuse(scope: Scope, send: Send, detail: str) -> None:
    document = {
        "type": "urn:sealwright:problem:unparsable",
        "title": "Bad Request",
        "status": 400,
        "detail": detail,
        "instance": scope["path"],
        "request_id": scope.get("state", {}).get("request_id", ""),
    }
    body = json.dumps(document).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body})
