"""YAML request bodies: taken from who is known, where a tenant's things are written; small; read elsewhere.

A YAML body becomes the JSON body that says the same, so every route of a tenant takes either. Reading YAML costs far
more than reading JSON, so nobody has it read before it is clear who they are, and never in this process.
"""

import re

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems
from api.auth import deps
from api.edge.bodies import YAML
from api.edge.media import media_type
from sandbox import jsontext
from tenants.base.errors import InvalidError, TenantsError
from tenants.confinement.reading import DOCUMENT_BYTES_MAX
from tenants.runtime import Runtime

_OF_A_TENANT = re.compile(r"/api/v1/tenants/([^/]+)/.+")
_JSON = "Send the same document as JSON: Content-Type: application/json."


class YamlBodies:
    """ASGI middleware in front of `app`; `rest` is the application that knows who is asking."""

    def __init__(self, app: ASGIApp, rest: FastAPI) -> None:
        self.app, self.rest = app, rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_yaml(scope):
            await self.app(scope, receive, send)
            return
        body = await self._as_json(Request({**scope, "app": self.rest}), receive)
        if isinstance(body, Response):
            await body(scope, receive, send)
            return
        changed = {b"content-type": b"application/json", b"content-length": str(len(body)).encode()}
        scope = {**scope, "headers": list({**dict(scope["headers"]), **changed}.items())}
        await self.app(scope, _once(body, receive), send)

    async def _as_json(self, request: Request, receive: Receive) -> bytes | Response:
        found = _OF_A_TENANT.fullmatch(request.url.path)
        if found is None:
            detail = "YAML is read in requests about a tenant's things only."
            return problems.problem(request, 415, "unsupported_media_type", detail, hint=_JSON)
        runtime: Runtime = self.rest.state.runtime
        try:
            actor = await deps.actor(request, found[1], self.rest.state.settings, runtime.database)
        except TenantsError as error:
            return problems.of_ours(request, error)
        text = await _text(receive)
        if text is None:
            detail = f"A YAML body has at most {DOCUMENT_BYTES_MAX:,} bytes."
            return problems.problem(request, 413, "content_too_large", detail, hint=_JSON)
        try:
            value = await runtime.reader.document(actor.tenant_id, text.decode("utf-8"))
        except (InvalidError, UnicodeDecodeError) as error:
            detail = error.message if isinstance(error, InvalidError) else f"This is not UTF-8: {error.reason}."
            return problems.problem(request, 400, "unparsable", detail, hint=getattr(error, "hint", None))
        body = jsontext.write(value)
        try:
            jsontext.read_stored(body)
        except jsontext.BadJson as error:
            return problems.problem(request, 400, error.code, f"This is not valid YAML: {error}.")
        return body


def _is_yaml(scope: Scope) -> bool:
    return media_type(dict(scope["headers"]).get(b"content-type", b""))[0] in YAML


async def _text(receive: Receive) -> bytes | None:
    """The whole body; None when it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > DOCUMENT_BYTES_MAX:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _once(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again
