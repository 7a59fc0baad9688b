"""The two hosts that are compared: a canned world, and the real one behind real servers, which hold the same."""

import base64
import itertools
import json
import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from examples.world import mail
from examples.world.web import serve_app
from sandbox import Fault, Grant, Host, HostCall
from sandbox.capabilities.syntax.slots import RIGHT_WAY
from sandbox.capabilities.traits import Misplaced
from sandbox.grants import admitted, with_slots
from sandbox.worlds import World
from tenants.base.db import Database
from tenants.capabilities import Capabilities, MailServer, Stores
from tenants.capabilities.bound import Bound
from tenants.capabilities.files.buckets import Bucket
from tenants.capabilities.files.files import Files
from tenants.capabilities.files.links import Links
from tenants.capabilities.http.http import Http, HttpLimits
from tenants.capabilities.ledger import Ledger
from tenants.capabilities.secrets import Secret, Secrets
from tenants.capabilities.sql.databases import Databases, Known
from tenants.capabilities.sql.sql import Sql
from tests.tenants.parity.payloads import PUBLIC_KEYS, SIGNED_WITH
from tests.tenants.workshop import make_tenant

SCRIPT = "CREATE TABLE deals (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO deals VALUES (1, 'Ann'), (2, 'Bob');"
SEED = b"the run of the parity suite".ljust(32)
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
REFUSED = {"gone@example.com": "550 5.1.1 No such user"}
DEFERRED = {"later@example.com": "451 4.7.1 Try again later"}
LATIN = "text/csv; charset=ISO-8859-1"
_JSON = "application/json"
# What the server says at each path, and how a world's author says the same.
ANSWERS: Mapping[str, Any] = {
    "json": {"json": {"a": [1, None, "ü"], "big": 2**70}},
    "json-null": {"json": None},
    "text": {"text": "Grüße", "headers": {"content-type": "text/plain; charset=utf-8"}},
    "html": {"text": "<p>ü</p>", "headers": {"Content-Type": "text/html"}},
    "bytes": {"base64": "AAEC/w==", "headers": {"content-type": "application/octet-stream"}},
    "empty": {"status": 204},
    "created": {"status": 201, "text": "", "headers": {"location": "/json/7"}},
    "teapot": {"status": 418, "text": "no"},
    "latin1": {"text": "Jürgen;Köln", "headers": {"content-type": LATIN}},
    "latin1-json": {"base64": "eyJhIjogIvwifQ==", "headers": {"content-type": "application/json; charset=iso-8859-1"}},
    "quoted-charset": {"text": "ü", "headers": {"content-type": 'text/plain; charset="ISO-8859-1"; x=y'}},
    "xml-latin1": {"base64": "PD94bWw/Pvw=", "headers": {"content-type": "application/xml"}},
    "bom": {"base64": "77u/YTti", "headers": {"content-type": "text/csv"}},
    "bom-json": {"base64": "77u/eyJhIjogMX0=", "headers": {"content-type": _JSON}},
    "utf16": {"base64": "//5hAGIA", "headers": {"content-type": "text/plain; charset=utf-16"}},
    "nonsense-charset": {"base64": "YWJj", "headers": {"content-type": "text/plain; charset=klingon"}},
    "broken-utf8": {"base64": "YWL/", "headers": {"content-type": "text/plain; charset=utf-8"}},
    "nothing-in-json": {"text": "", "headers": {"content-type": _JSON}},
    "redirect": {"status": 302, "headers": {"location": "/json"}},
    "moved": {"status": 301, "headers": {"location": "https://elsewhere.example/json"}, "text": "moved"},
    "busy": {"status": 429, "text": "slow down"},
    "unavailable": {"status": 503, "text": "away"},
    "later": {"status": 503, "text": "away", "headers": {"retry-after": "30"}},
    "later-than-all": {
        "status": 503,
        "text": "away",
        "headers": {"retry-after": "Mon, 01 Jan 2024 00:00:00 +9999999999999999999"},
    },
    "later-in-words": {"status": 429, "headers": {"retry-after": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}},
    "once-busy": [{"status": 429, "text": "slow down"}, {"json": {"ok": True}}],
    "once-unavailable": [{"status": 503}, {"status": 502}, {"json": {"ok": True}}],
    "big": {"text": "x" * ((4 << 20) + 1)},
    "headers": {"text": "x", "headers": {"X-Rate": 7, "X-A": "a, b", "content-language": "de"}},
    "many-headers": {"text": "x", "headers": {f"x-{n}": "y" * 1_000 for n in range(40)}},
}
# The last ones are public keys, of RFC 7515, A.3, and of RFC 7517, A.1.
SECRETS: Mapping[str, Secret] = {
    name: Secret(name, value, hosts)
    for name, value, hosts in (
        ("token", "t0k3n-t0k3n-t0k3n", ("127.0.0.1",)),
        ("elsewhere", "e" * 20, ("other.example",)),
        ("hook", SIGNED_WITH, ()),
        ("keys", json.dumps({"keys": PUBLIC_KEYS}), ()),
    )
}


@dataclass(frozen=True)
class Vault:
    """The secrets that the run may use."""

    known: Mapping[str, Secret]

    async def all(self) -> Mapping[str, Secret]:
        return self.known


class Nobody:
    """Names lead nowhere here: no look-up leaves the machine."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        raise OSError("[Errno -2] Name or service not known")


@dataclass
class Pair:
    """Both hosts, asked the same."""

    canned: World
    real: Host
    port: int
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def ask(self, what: str, payload: Mapping[str, Any], *, raw: bool) -> tuple[Any, Any]:
        """What each of them says, told so that it can be compared. `raw`: as no run would ask, unread."""
        capability, _, operation = what.partition(".")
        call = HostCall(next(self.numbers), capability, operation, self.placed(payload))
        if not raw:
            found = admit(call)
            if isinstance(found, Fault):
                return found, found
            call = found
        return await self._told(self.canned, call), await self._told(self.real, call)

    def placed(self, value: Any) -> Any:
        """With the server's port, and what `secret()` gives, where they are meant."""
        if isinstance(value, str):
            value = value.replace("PORT", str(self.port)) if "PORT" in value else value
            while "<<" in value:
                name = value.partition("<<")[2].partition(">>")[0]
                tag = Grant.parse({}).allowance(SEED).own.tag(name)
                value = value.replace(f"<<{name}>>", f"{{{{secret:{name}:{tag}}}}}")
            return value
        if isinstance(value, dict):
            named = cast("dict[str, Any]", value)
            return {self.placed(name): self.placed(one) for name, one in named.items()}
        return [self.placed(one) for one in cast("list[Any]", value)] if isinstance(value, list) else value

    async def _told(self, host: Host, call: HostCall) -> Any:
        try:
            reply = await host.answer(call)
        except Exception as error:  # noqa: BLE001  (that it raises is what is compared)
            return {"raised": repr(error)[:300]}
        if reply.fault is not None:
            return _plain({"fault": _fault(reply.fault)})
        return _plain({"value": reply.value})


def admit(call: HostCall) -> HostCall | Fault:
    """As a run's grant does that allows everything."""

    try:
        call = with_slots(call, Grant.parse({}).allowance(SEED).own)
    except Misplaced as error:
        return Fault("secret_misplaced", f"{error}.", RIGHT_WAY)
    return admitted(call)


def _fault(fault: Fault) -> dict[str, Any]:
    return {"code": fault.code, "message": fault.message, "hint": fault.hint, "details": fault.details}


def _plain(value: Any) -> Any:
    """Without what is each host's own: ids, moments, links, and why a name is not found."""
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        found = {name: _plain(one) for name, one in named.items()}
        if found.get("status") == "sent" and "id" in found:
            found["id"] = "an id"
        if set(found) == {"url"}:
            found["url"] = "a link"
        if "headers" in found and "status" in found:
            found["headers"] = {n: v for n, v in found["headers"].items() if n not in {"date", "server"}}
        if isinstance(found.get("message"), str) and "could not be reached" in found["message"]:
            found["message"] = found["message"].partition("could not be reached")[0]
        return found
    return [_plain(one) for one in cast("list[Any]", value)] if isinstance(value, list) else value


def exact(value: Any) -> str:
    """As text in which 1 is not 1.0, nor true."""
    return json.dumps(value, sort_keys=True)


def _served() -> Starlette:
    hits: Counter[str] = Counter()

    async def answer(request: Request) -> Response:
        await request.body()
        name = request.url.path.removeprefix("/")
        given = ANSWERS.get(name, {"status": 404, "text": "not here"})
        if isinstance(given, list):
            several = cast("list[Any]", given)
            hits[f"{request.method} {name}"] += 1
            given = several[min(hits[f"{request.method} {name}"], len(several)) - 1]
        return _response(given)

    return Starlette(routes=[Route("/{rest:path}", answer, methods=METHODS)])


def _response(given: Mapping[str, Any]) -> Response:
    headers = {name.lower(): str(value) for name, value in given.get("headers", {}).items()}
    if "json" in given:
        content = json.dumps(given["json"]).encode()
        headers.setdefault("content-type", _JSON)
    elif "base64" in given:
        content = base64.b64decode(given["base64"])
    else:
        latin = "iso-8859-1" in headers.get("content-type", "").lower()
        content = given.get("text", "").encode("latin-1" if latin else "utf-8")
    response = Response(content, given.get("status", 200))
    del response.headers["content-length"]
    if content and given.get("status") != 204:
        response.headers["content-length"] = str(len(content))
    for name, value in headers.items():
        response.headers[name] = value
    return response


def world_of(port: int) -> dict[str, Any]:
    """The canned world that holds what the servers, the database and the files hold."""
    routes: dict[str, Any] = {}
    for method in METHODS:
        routes |= {f"{method} http://127.0.0.1:{port}/{path}": answer for path, answer in ANSWERS.items()}
        routes[f"{method} http://127.0.0.1:{port}/*"] = {"status": 404, "text": "not here"}
    return {
        "http": routes,
        "email": {"rejected": REFUSED, "unavailable": DEFERRED, "senders": ["acme.example"]},
        "ledger": {"done": ["finished"], "in_flight": ["claimed"]},
        "files": {"in/a.txt": "here"},
        "sql": {"crm": SCRIPT},
        "secrets": {"token": None, "elsewhere": ["other.example"]},
        "signatures": {name: secret.value for name, secret in SECRETS.items()},
    }


@asynccontextmanager
async def opened(database: Database, folder: Path, given: Mapping[str, Any] | None = None) -> AsyncGenerator[Pair]:
    """Both hosts in the same state."""
    with sqlite3.connect(folder / "crm.db") as crm:
        crm.executescript(SCRIPT)
    known = Known("sqlite:///crm.db", "", "")

    async def connection(tenant_id: str, name: str) -> Known | None:
        del tenant_id
        return known if name == "crm" else None

    async with mail.serve() as sink, serve_app(_served()) as url:
        sink.behaviour.refused |= REFUSED
        sink.behaviour.deferred |= DEFERRED
        place = url.removeprefix("http://")
        moments = itertools.count(0, 1_000)
        http = Http(resolver=Nobody(), limits=HttpLimits(retry_wait_s=0.001), now=lambda: next(moments))
        files = Files(database, Bucket.open(folder / "files"), Links("http://sealwright.example", [b"k" * 32]))
        capabilities = Capabilities(
            database,
            mail=MailServer.parse(f"smtp://127.0.0.1:{sink.smtp_port}?from=hello%40acme.example"),
            http=http,
            secrets=_vault,
            internal_hosts=frozenset([place]),
            stores=Stores(files, Sql(connection, Databases(folder))),
            mail_domains=["acme.example"],
        )
        tenant_id = (await make_tenant(database)).tenant_id
        await _prepare(database, files, tenant_id)
        port = int(place.rpartition(":")[2])
        try:
            real = capabilities.host(tenant_id, "run_1", "prober")
            yield Pair(World(given or world_of(port)), real, port)
        finally:
            await capabilities.close()


def _vault(tenant_id: str, run_id: str, tool_name: str) -> Secrets:
    del tenant_id, run_id, tool_name
    return Vault(SECRETS)


async def _prepare(database: Database, files: Files, tenant_id: str) -> None:
    other = Bound(tenant_id, "run_0", "another")
    ledger = Ledger(database)
    await ledger.claim(HostCall(0, "ledger", "claim", {"keys": ["claimed"]}), other)
    await ledger.done(HostCall(1, "ledger", "done", {"keys": ["finished"]}), other)
    await files.write(HostCall(2, "files", "write", {"path": "in/a.txt", "base64": "aGVyZQ=="}), other)
