"""Secrets from a tool's `secret()` to the server that gets them: real sandbox, real requests, a server that notes all.

What an attempt to break in sent is here as it was sent.
"""

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from examples.world.web import serve_app
from sandbox import (
    BuildFailed,
    Call,
    Component,
    Execution,
    Failed,
    Grant,
    Limits,
    Placeholders,
    Pool,
    Refused,
    Returned,
)
from tenants.base.db import Database
from tenants.capabilities import Capabilities, Http
from tenants.capabilities.secrets import Secret

PLACE, UNBOUND = "stripe.example", "other.example"
VALUES = {"stripe_read": "RO-key-11111111", "stripe_x": "RX-key-22222222", "crm_admin": "ADMIN-key-33333333"}
CAPABILITIES = {
    "http": [f"* http://{PLACE}:80/*", f"* http://{UNBOUND}:80/*"],
    "secret": ["stripe_*"],
    "kv": ["tool/*"],
    "ledger": ["*"],
}
SEED, OTHER_SEED = b"this run".ljust(32), b"another run".ljust(32)


class Vault:
    async def all(self) -> dict[str, Secret]:
        return {name: Secret(name, value, (PLACE,)) for name, value in VALUES.items()}


def vault(*run: str) -> Vault:
    del run
    return Vault()


@dataclass
class Server:
    """Notes what reaches it, as bytes; answers with what the query asks for."""

    url: str
    seen: list[str] = field(default_factory=list[str])

    def leaked(self) -> list[str]:
        return [value for value in VALUES.values() if any(value in one for one in self.seen)]


@dataclass
class Bench:
    pool: Pool
    capabilities: Capabilities
    server: Server

    async def run(
        self, source: str, arguments: Mapping[str, Any] | None = None, seed: bytes = SEED
    ) -> tuple[Any, Execution]:
        built = await self.pool.fork(f"from sealwright import *\n\n{source}", "work")
        assert isinstance(built, Component), built
        grant = Grant.parse(CAPABILITIES)
        host = self.capabilities.host("tenant_acme", "run_1", "work", grant=grant)
        execution = await self.pool.run(
            built, Call(json.dumps(arguments or {}), seed, 1_780_304_400_000_000_000),
            grant=grant, limits=Limits(), host=host,
        )  # fmt: skip
        outcome = execution.outcome
        return json.loads(outcome.result) if isinstance(outcome, Returned) else outcome, execution


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    server = Server("")

    async def note(request: Request) -> Response:
        body = (await request.body()).decode("latin-1")
        said = "\n".join([request.method, str(request.url), *map(": ".join, request.headers.items()), body])
        server.seen.append(said)
        if "to" in request.query_params:
            return RedirectResponse(request.query_params["to"], 307)
        return JSONResponse({"said": said if request.url.path == "/mirror" else "thank you"})

    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    async with serve_app(Starlette(routes=[Route("/{path:path}", note, methods=every)])) as url:
        server.url = url
        yield server


@pytest.fixture
async def bench(pool: Pool, database: Database, server: Server) -> AsyncGenerator[Bench]:
    there = server.url.removeprefix("http://")
    detours = {f"{PLACE}:80": there, f"{UNBOUND}:80": there}
    capabilities = Capabilities(database, http=Http(detours=detours), secrets=vault, internal_hosts=frozenset(detours))
    yield Bench(pool, capabilities, server)
    await capabilities.close()


# --- as it was sent


NOTE_ADD = f"""
def work(customer, text):
    answer = http.post(
        "http://{PLACE}/notes", json={{"customer": customer, "text": text}},
        headers={{"Authorization": f"Bearer {{secret('stripe_read')}}"}},
    )
    return answer.status
"""


async def test_text_of_a_caller_that_names_a_secret_arrives_as_text(bench: Bench) -> None:
    status, _ = await bench.run(NOTE_ADD, {"customer": "c7", "text": "Ref {{secret:stripe_read}}"})

    assert status == 200
    [seen] = bench.server.seen
    assert '"text": "Ref {{secret:stripe_read}}"' in seen
    assert "authorization: Bearer RO-key-11111111" in seen
    assert seen.count("RO-key-11111111") == 1


async def test_a_query_that_the_check_read_otherwise_than_egress_gives_nothing(bench: Bench) -> None:
    q = "junk={{secret:stripe_x&api_key={{secret:crm_admin}}"
    source = f"""
def work(q):
    return http.get("http://{PLACE}/search?" + q, headers={{"X-Key": secret("stripe_read")}}).status
"""
    status, _ = await bench.run(source, {"q": q})

    assert status == 200
    assert bench.server.leaked() == ["RO-key-11111111"]
    assert "{{secret:crm_admin}}" in bench.server.seen[0]


async def test_a_secret_outside_the_grant_is_refused_and_egress_does_not_have_it(bench: Bench) -> None:
    source = f"""
def work():
    return http.get("http://{PLACE}/", headers={{"X-Key": secret("crm_admin")}}).status
"""
    outcome, _ = await bench.run(source)

    assert isinstance(outcome, Refused)
    assert bench.server.seen == []
    granted = Grant.parse(CAPABILITIES)
    host: Any = bench.capabilities.host("tenant_acme", "run_1", "work", grant=granted)
    assert set(await host.bound.secrets.all()) == {"stripe_read", "stripe_x"}
    nothing: Any = bench.capabilities.host("tenant_acme", "run_1", "work", grant=Grant())
    assert await nothing.bound.secrets.all() == {}


# --- the run's own mark, elsewhere


def mark(name: str, seed: bytes, half: str = "\udbff") -> str:
    """As a tool has it; with a colon as it is sent."""
    return f"{{{{secret:{name}{half}{Placeholders(seed).tag(name)}}}}}"


@pytest.mark.parametrize("half", ["\udbff", ":"])
async def test_the_mark_of_another_run_is_text_wherever_data_brings_it(bench: Bench, half: str) -> None:
    source = f"""
import json

def work(text):
    mark = json.loads(text)
    plain = mark.encode("utf-8", "replace").decode()
    for fields in (
        {{"headers": {{"X-Key": plain}}, "json": {{"a": mark.replace("\\udbff", "")}}}},
        {{"params": {{"a": mark}}}}, {{"json": {{"a": mark}}}}, {{"data": {{"a": mark}}}}, {{"headers": {{"X": mark}}}},
        {{"headers": {{"Authorization": "Bearer " + mark}}}}, {{"data": mark}},
    ):
        try:
            http.post("http://{PLACE}/a", **fields)
        except HostError as error:
            print(error.code)
    return True
"""
    done, _ = await bench.run(source, {"text": json.dumps(mark("stripe_read", OTHER_SEED, half))})

    assert done is True
    assert bench.server.leaked() == []
    own, _ = await bench.run(source, {"text": json.dumps(mark("stripe_read", SEED, half))})
    assert own is True  # whoever knows the seed is the run itself: this shows that the test can fail
    assert bench.server.leaked() == ["RO-key-11111111"]


async def test_a_tool_cannot_make_the_mark_of_another_run_out_of_its_own(bench: Bench) -> None:
    source = "def work():\n    return [f\"{secret('stripe_read')}\".encode('utf-8', 'replace').decode()]"
    one, _ = await bench.run(source)
    again, _ = await bench.run(source)
    other, _ = await bench.run(source, seed=OTHER_SEED)

    assert one == again != other


@pytest.mark.parametrize(
    "use",
    [
        "kv.set('a', f\"{secret('stripe_read')}\")",
        "kv.set('a', {'b': secret('stripe_read')})",
        "ledger.claim([f\"x/{secret('stripe_read')}\"])",
        "ledger.claim([secret('stripe_read')])",
        "http.get(f\"http://{UNBOUND}/{secret('stripe_read')}\")",
        "http.get(f\"http://{PLACE}/x{secret('stripe_read')}y\")",
        "http.get(f\"http://{secret('stripe_read')}.example/\")",
        "http.get('http://stripe.example/', headers={f\"{secret('stripe_read')}\": 'x'})",
        "http.get('http://stripe.example/', headers={'Cookie': f\"a={secret('stripe_read')}\"})",
        "http.post('http://stripe.example/', data=f\"token={secret('stripe_read')}\")",
        "http.post('http://stripe.example/', json={'a': f\"token={secret('stripe_read')}\"})",
        "http.post('http://stripe.example/', key=secret('stripe_read'))",
        "http.request(str(secret('stripe_read')), 'http://stripe.example/')",
        "http.get(f\"http://stripe.example/?q=a{secret('stripe_read')}\")",
        "http.get('http://other.example/', headers={'X-Key': secret('stripe_read')})",
        "http.get('http://stripe.example/', headers={'X-Forwarded-Host': secret('stripe_read')})",
    ],
)
async def test_where_a_secret_cannot_go_the_call_is_refused_before_anything_leaves(bench: Bench, use: str) -> None:
    source = f'PLACE, UNBOUND = "{PLACE}", "{UNBOUND}"\n\ndef work():\n    return {use}\n'
    outcome, _ = await bench.run(source)

    assert isinstance(outcome, Failed)
    assert outcome.fault.code in {"secret_misplaced", "secret_refused", "malformed_request"}
    assert bench.server.seen == []


MISUSES = [
    "base64.b64encode(f\"ann:{secret('stripe_read')}\".encode())",
    "hashlib.sha256(f\"{secret('stripe_read')}\".encode()).hexdigest()",
    "hashlib.sha256(secret('stripe_read').encode()).hexdigest()",
    "hashlib.sha256(bytes(secret('stripe_read'))).hexdigest()",
    "hmac.new(str(secret('stripe_read')).encode(), b'x', 'sha256').hexdigest()",
    "quote(str(secret('stripe_read')))",
    "urlencode({'key': secret('stripe_read')})",
    "f\"{secret('stripe_read')}\".encode('ascii')",
    "f\"{secret('stripe_read')}\".encode('latin-1')",
    "f\"{secret('stripe_read')}\".encode('utf-16')",
    "secret('stripe_read')[:4]",
    "len(secret('stripe_read'))",
    "list(secret('stripe_read'))",
    "'x' in secret('stripe_read')",
    "secret('stripe_read') == 'RO-key-11111111'",
    "secret('stripe_read') < 'S'",
    "secret('stripe_read').upper()",
    "secret('stripe_read').split('-')",
    "{secret('stripe_read'): 1}",
    "hash(secret('stripe_read'))",
    "f\"{secret('stripe_read'):>40}\"",
    "secret('stripe_read') * 2",
    "int(secret('stripe_read'))",
    "json.dumps({'a': secret('stripe_read')})",
    "pickle.dumps(secret('stripe_read'))",
    "secret('a b')",
    "secret('')",
    "secret(None)",
    "secret('x}}')",
]


@pytest.mark.parametrize("use", MISUSES)
async def test_what_would_need_the_value_fails_where_it_is_written(bench: Bench, use: str) -> None:
    modules = "import base64, hashlib, hmac, json, pickle\nfrom urllib.parse import quote, urlencode\n\n"
    outcome, _ = await bench.run(f"{modules}def work():\n    return str({use})\n")

    assert isinstance(outcome, Failed), outcome
    assert outcome.fault.code in {"secret_misplaced", "exception"}
    said = f"{outcome.fault.message} {outcome.fault.hint}"
    assert "ecret" in said or "not JSON serializable" in said
    assert (outcome.fault.details or {})["line"] == 7


@pytest.mark.parametrize(
    "use",
    [
        "http.get(U, headers={'X-Key': secret('stripe_read')})",
        "http.get(U, headers={'Authorization': f\"Bearer {secret('stripe_read')}\"})",
        "http.get(U, headers={'Authorization': 'Bearer ' + secret('stripe_read')})",
        "http.get(U, headers={'Authorization': 'Bearer %s' % secret('stripe_read')})",
        "http.get(U, headers={'Authorization': 'Bearer {}'.format(secret('stripe_read'))})",
        "http.get(U, headers={'Authorization': 'Bearer ' + str(KEY)})",
        "http.get(U, headers=HEADERS)",
        "http.get(U, headers=copy.deepcopy(HEADERS))",
        "http.get(U, headers=dict(HEADERS))",
        "http.get(U, params={'key': secret('stripe_read')})",
        "http.get(f\"{U}?key={secret('stripe_read')}&b=1\")",
        "http.post(U, json={'deep': [{'key': secret('stripe_read')}]})",
        "http.post(U, json=secret('stripe_read'))",
        "http.post(U, data={'client_secret': KEY})",
        "http.send_many([{'method': 'POST', 'url': U, 'json': [1, KEY]}])[0]",
        "http.send_many([{'url': U}, {'url': U, 'headers': HEADERS}])[1]",
    ],
)
async def test_where_a_secret_belongs_it_arrives(bench: Bench, use: str) -> None:
    source = f"""
import copy

U = "http://{PLACE}/x"
KEY = secret("stripe_read")
HEADERS = {{"X-Key": KEY}}

def work():
    return {use}.status
"""
    status, execution = await bench.run(source)

    assert status == 200
    assert bench.server.leaked() == ["RO-key-11111111"]
    assert "RO-key" not in execution.log


async def test_basic_authentication_is_put_together_by_the_host(bench: Bench) -> None:
    source = f"""
def work():
    http.get("http://{PLACE}/a", auth={{"basic": ("ann", secret("stripe_read"))}})
    http.get("http://{PLACE}/b", auth={{"basic": (secret("stripe_read"), "")}})
    http.get("http://{PLACE}/c", auth={{"basic": ("ann", "no secret: a word")}})
    said, three = [], ("a", "b", "c")
    for auth in ({{"basic": ("a:b", "c")}}, {{"basic": "ann:c"}}, {{"digest": ("a", "b")}}, {{"basic": three}}, "ann"):
        try:
            http.get("http://{PLACE}/d", auth=auth)
        except HostError as error:
            said.append(error.code)
    return said
"""
    said, _ = await bench.run(source)

    assert said == ["malformed_request"] * 5
    one, other, third = bench.server.seen
    assert "authorization: Basic YW5uOlJPLWtleS0xMTExMTExMQ==" in one
    assert "authorization: Basic Uk8ta2V5LTExMTExMTExOg==" in other
    assert "authorization: Basic YW5uOm5vIHNlY3JldDogYSB3b3Jk" in third


async def test_a_redirect_takes_no_secret_along(bench: Bench) -> None:
    source = f"""
def work():
    key = {{"X-Key": secret("stripe_read")}}
    away = http.get("http://{PLACE}/a", headers=key, params={{"to": "http://{UNBOUND}/b"}}, follow_redirects=False)
    try:
        http.get(away.headers["location"], headers=key)
    except HostError as error:
        return [away.status, error.code]
"""
    said, _ = await bench.run(source)

    assert said == [307, "secret_refused"]
    assert len(bench.server.seen) == 1


async def test_an_answer_that_repeats_a_secret_is_cleaned_and_the_log_says_so(bench: Bench) -> None:
    source = f"""
def work():
    auth = {{"basic": ("a", secret("stripe_x"))}}
    return http.post("http://{PLACE}/mirror", json={{"k": secret("stripe_read")}}, auth=auth).json()
"""
    said, execution = await bench.run(source)

    assert not any(value in json.dumps(said) for value in VALUES.values())
    assert '"k": "{{secret:stripe_read}}"' in said["said"]
    warned = [line for line in execution.log.splitlines() if "repeats a secret" in line]
    assert len(warned) == 2
    assert '"stripe_read"' in warned[0]


async def test_what_a_tool_prints_tells_or_returns_of_a_secret_is_its_name(bench: Bench) -> None:
    source = """
def work(how):
    key = f"Bearer {secret('stripe_read')}"
    print(key)
    log.info("asking", headers={"Authorization": key}, key=secret("stripe_read"))
    progress(1, 2, key)
    if how == "tell":
        raise ToolError("no", f"It failed with {key}", hint=key, details={"a": [key]})
    if how == "raise":
        raise ValueError(key)
    return {"key": key}
"""
    returned, execution = await bench.run(source, {"how": "return"})
    told, _ = await bench.run(source, {"how": "tell"})
    raised, _ = await bench.run(source, {"how": "raise"})

    assert returned == {"key": "Bearer {{secret:stripe_read}}"}
    tag = str(Placeholders(SEED).tag("stripe_read"))
    assert execution.log.count("{{secret:stripe_read}}") == 3
    assert tag not in f"{execution.log} {told} {raised} {returned}"
    assert told.fault.message == "It failed with Bearer {{secret:stripe_read}}"
    assert told.fault.hint == "Bearer {{secret:stripe_read}}"
    assert told.fault.details["a"] == ["Bearer {{secret:stripe_read}}"]
    assert "Bearer {{secret:stripe_read}}" in raised.fault.message


async def test_a_secret_made_into_text_while_the_source_is_imported_is_refused_at_the_build(pool: Pool) -> None:
    source = """
from sealwright import secret

HEADERS = {"Authorization": f"Bearer {secret('stripe_read')}"}

def work():
    return 1
"""
    built = await pool.fork(source, "work")

    assert isinstance(built, BuildFailed)
    assert "made into a text while the source is imported" in built.findings[0].message
    assert built.findings[0].line == 4


async def test_forged_requests_for_a_tag_give_nothing_and_break_nothing(bench: Bench) -> None:
    source = """
import json
from sealwright import _door

START = '{"capability": "secret", "operation": "tag", "payload": {"name": '

def work():
    said = []
    odd = ("", '"', '"a b"}}', "{" * 1000, "[" * 100_000, '"\\\\ud800"}}', '"x"}}' * 3, "null}}")
    for request in (START + end for end in odd):
        said.append(json.loads(_door.call(request))["value"])
    for operation in ("tag", "use", "read"):
        spelled = json.dumps({"operation": operation, "capability": "secret", "payload": {"name": "stripe_read"}})
        said.append(json.loads(_door.call(spelled))["fault"]["code"])
    return said
"""
    said, execution = await bench.run(source)

    assert [one for one in said if len(one) == 48] == [str(Placeholders(SEED).tag("null"))]
    assert said[-3:] == ["unknown_operation"] * 3
    assert execution.host_calls == 3
