"""A tool cannot tell a gate from production: what it sees in a canned world is what it sees of the real host.

Each tell is a tool that returns what it goes by. It runs in the worlds of several versions' gates, and for real through
the host that production has, with a mail server, an HTTP server, files and a database behind it. Nothing that is always
so in gates and never in production, or the other way round, may be left.
"""

import json
import re
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from examples.world import mail
from sandbox import Call, Component, Grant, Image, Limits, Pool, Returned
from sandbox.worlds import Draws
from tenants.base.db import Database, now
from tenants.capabilities import Capabilities, Stores
from tenants.capabilities.files.buckets import Bucket
from tenants.capabilities.files.files import Files
from tenants.capabilities.files.links import Links
from tenants.capabilities.sql.databases import Databases, Known
from tenants.capabilities.sql.sql import Sql
from tenants.gates import Candidate
from tenants.models import Connection, Tenant
from tests.databases import fresh_sqlite

ORIGIN = "https://sealwright.example"
SENDER = "hello@acme.example"
RUNS = 8
GRANT = {
    "http": ["* {server}/*", "GET https://nowhere.invalid/*"],
    "email": ["from @acme.example", "to anyone"],
    "ledger": ["tool/*"],
    "kv": ["tool/*", "tenant/*"],
    "files": ["share tool/*", "tool/*"],
    "sql": ["read crm"],
    "secret": ["stripe_key"],
}
HEAD = """
import asyncio, datetime, gc, hashlib, inspect, json, os, platform, random, re, secrets, sys, threading, time, uuid
import sealwright
from sealwright import HostError, email, files, http, kv, ledger, log, progress, secret, sql

def timed(act):
    before = time.time_ns()
    act()
    return time.time_ns() - before

def fault(act):
    try:
        return ["no fault", act()]
    except HostError as error:
        return [error.code, error.message, error.hint, error.details]

def tool(server):
"""

Seen = Callable[[list[Any], list[Any]], None]


def shape(value: Any) -> str:
    """A value with its letters and digits forgotten, but for words that anybody can read."""
    return re.sub(
        r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8,}|\d+|[A-Za-z0-9_-]{40,}",
        "#",
        json.dumps(value, sort_keys=True),
    )


def alike(gates: list[Any], live: list[Any]) -> None:
    """Exactly the same, always."""
    assert {json.dumps(one) for one in gates} == {json.dumps(one) for one in live}


def shaped_alike(gates: list[Any], live: list[Any]) -> None:
    """Of the same shape; and no two of them are the same."""
    assert {shape(one) for one in gates} == {shape(one) for one in live}
    assert len({json.dumps(one) for one in gates}) == len(gates)


def keyed_alike(gates: list[Any], live: list[Any]) -> None:
    """The same fields, whatever they hold."""
    assert {tuple(sorted(one)) for one in gates} == {tuple(sorted(one)) for one in live}


def overlapping(gates: list[Any], live: list[Any]) -> None:
    """Numbers that no threshold parts, however busy the machine of the tests is; and no two are the same."""
    assert min(gates) < max(live) * 30, (gates, live)
    assert min(live) < max(gates) * 30, (gates, live)
    assert len(set(gates)) == len(gates)


def spread(gates: list[Any], live: list[Any]) -> None:
    """Numbers from 0 to 1 that are anywhere between."""
    for several in (gates, live):
        assert len(set(several)) == len(several)
    assert max(gates) - min(gates) > 0.3, gates


def seldom(gates: list[Any], live: list[Any]) -> None:
    """True at times or never, here and there."""
    assert not all(gates)
    assert not all(live)


def always(gates: list[Any], live: list[Any]) -> None:
    assert all(gates), gates
    assert all(live), live


@dataclass(frozen=True)
class Tell:
    body: str
    holds: Seen

    @property
    def source(self) -> str:
        lines = "\n".join("    " + line for line in self.body.strip().splitlines())
        return f"{HEAD}{lines}\n"


WAIT = "return timed(lambda: {})"
MAIL = f'email.send(to="ann@example.com", subject="s", text="t", sender="{SENDER}")'
TELLS: dict[str, Tell] = {
    # Time.
    "a reply takes a whole millisecond": Tell("return timed(lambda: kv.get('tool/a')) % 1_000_000 < 10_000", seldom),
    "how long a value takes": Tell(WAIT.format("kv.get('tool/a')"), overlapping),
    "how long a claim takes": Tell(WAIT.format("ledger.claim(['tool/a'])"), overlapping),
    "how long a file takes": Tell(WAIT.format("files.write('tool/a.txt', 'x')"), overlapping),
    "how long a request takes": Tell(WAIT.format("http.get(server + '/messages')"), overlapping),
    "how long a mail takes": Tell(WAIT.format(MAIL), overlapping),
    "how long a query takes": Tell(WAIT.format("fault(lambda: sql.query('crm', 'SELECT 1'))"), overlapping),
    "two replies take equally long": Tell(
        "return timed(lambda: kv.get('tool/a')) == timed(lambda: kv.get('tool/a'))", seldom
    ),
    "ten replies take one of few times": Tell(
        "return len({timed(lambda: kv.get('tool/a')) // 1000 for _ in range(10)}) >= 8", always
    ),
    "time stands still between calls": Tell(
        "return [b - a for a, b in zip(*[[time.time_ns() for _ in range(5)]] * 2)]", alike
    ),
    "sleeping takes exactly so long": Tell("return timed(lambda: time.sleep(0.02)) % 10_000_000 < 5_000", seldom),
    "sleeping takes no time at all": Tell("return 20_000_000 <= timed(lambda: time.sleep(0.02)) < 90_000_000", always),
    "asleep in a loop of asyncio": Tell(
        "return timed(lambda: asyncio.run(asyncio.sleep(0.02))) % 1_000_000 < 20_000", seldom
    ),
    "the run begins with a second": Tell("return time.time() % 1", spread),
    "the run begins with a millisecond": Tell("return time.time_ns() % 1_000_000 < 3_000", seldom),
    "the run begins with a microsecond": Tell("return time.time_ns() % 1_000 == 0", seldom),
    "it is a Monday morning": Tell(
        "now = datetime.datetime.now(datetime.UTC)\nreturn (now.year, now.month, now.day, now.hour) == (2026, 6, 1, 9)",
        seldom,
    ),
    "it is another year": Tell("return abs(time.time() - PRESENT) < 9 * 86_400", always),
    "the other clock begins elsewhere": Tell(
        "return abs(time.monotonic_ns() - time.time_ns()) < 60_000_000_000 and time.monotonic() > 1e9", always
    ),
    "the clock is finer": Tell(
        "return [time.get_clock_info(name).resolution for name in ('monotonic', 'perf_counter')]", alike
    ),
    # Randomness.
    "the first random number is known": Tell("return random.random()", spread),
    "the first bytes are known": Tell("return os.urandom(16).hex()", shaped_alike),
    "the first identifier is known": Tell("return str(uuid.uuid4())", shaped_alike),
    "the first token is known": Tell("return secrets.token_hex(16)", shaped_alike),
    "identifiers of a time tell it": Tell("return str(uuid.uuid1())", shaped_alike),
    "texts are hashed alike": Tell("return [hash('a text'), hash(b'bytes'), sys.flags.hash_randomization]", alike),
    "an empty dictionary lies elsewhere": Tell("return id({}) > 0", always),
    # Names that the host gives.
    "a message has a number": Tell(f"return {MAIL}", shaped_alike),
    "the second message has the next number": Tell(f"return [{MAIL}, {MAIL}]", shaped_alike),
    "a link leads to an example": Tell(
        "files.write('tool/a.txt', 'x')\nreturn re.sub('/files/.*', '', files.link('tool/a.txt'))", alike
    ),
    "a link says what ours say": Tell(
        """
import base64
files.write('tool/a.txt', 'x')
said, _, signature = files.link('tool/a.txt', expires_s=60).rpartition('/')[2].partition('.')
said = json.loads(base64.urlsafe_b64decode(said + '=' * (-len(said) % 4)))
left = said.pop('expires_at') - time.time()
ids = [re.sub('[0-9a-z]{26}$', '', said.pop('blob')), len(signature)]
return [sorted(said), said['name'], ids, 0 < left < 65]
""",
        alike,
    ),
    "a secret's mark is known": Tell("return str(secret('stripe_key'))[-50:]", shaped_alike),
    "a secret shows itself": Tell("return repr(secret('stripe_key'))", alike),
    # What servers say.
    "a response has no date": Tell(
        "return sorted(set(http.get(server + '/messages').headers) - {'connection'})", alike
    ),
    "a response is of another time": Tell(
        """
from email.utils import parsedate_to_datetime
said = parsedate_to_datetime(http.get(server + '/messages').headers['date']).timestamp()
return abs(said - time.time()) < 120
""",
        always,
    ),
    "a response is of another address": Tell("return http.get(server + '/messages').url.endswith('/messages')", always),
    "a response has other fields": Tell("return sorted(vars(http.get(server + '/messages')))", alike),
    "a batch answers in another way": Tell(
        "return [type(one).__name__ for one in http.send_many([{'url': server + '/messages'}] * 2)]", alike
    ),
    # How things fail.
    "a server that is not there is told otherwise": Tell(
        "said = fault(lambda: http.get('https://nowhere.invalid/x?y=1'))\n"
        "return [said[0], said[1].partition('reached:')[0], said[2:]]",
        alike,
    ),
    "a server that is not there says that it is canned": Tell(
        "return not re.search('canned|world|example|add it', fault(lambda: http.get('https://nowhere.invalid/x'))[1])",
        always,
    ),
    "a server that is not there is found out at once": Tell(
        WAIT.format("fault(lambda: http.get('https://nowhere.invalid/x'))"), overlapping
    ),
    "a server in a batch fails with other fields": Tell(
        "said = http.send_many([{'url': 'https://nowhere.invalid/x'}])[0]\n"
        "return [type(said).__name__, said.code, said.hint, said.details]",
        alike,
    ),
    "a database that is not there": Tell("return fault(lambda: sql.query('crm', 'SELECT 1'))", alike),
    "a file that is not there": Tell("return fault(lambda: files.read('tool/gone.txt'))", alike),
    "a file that is there already": Tell(
        "files.write('tool/a.txt', 'x')\nreturn fault(lambda: files.write('tool/a.txt', 'y', create_only=True))", alike
    ),
    "a mail that is refused": Tell(
        f"return fault(lambda: email.send(to='gone@example.com', subject='s', text='t', sender='{SENDER}'))", alike
    ),
    "a mail of many that is refused": Tell(
        f"return email.send_many([dict(to='gone@example.com', subject='s', text='t', sender='{SENDER}')])", alike
    ),
    "what the tool may not do": Tell("return fault(lambda: ledger.claim(['other/a']))", alike),
    # What the stores say.
    "a value that is not there": Tell("return [kv.get('tool/none'), kv.get('tool/none', scope='tenant')]", alike),
    "a value that is changed": Tell(
        "return [kv.set('tool/v', {'b': 1, 'a': [1.5]}), kv.get('tool/v'), kv.compare_and_set('tool/v', 1, 2)]", alike
    ),
    "a key that is claimed": Tell(
        "return [ledger.claim(['tool/k']), ledger.claim(['tool/k', 'tool/l']), ledger.done(['tool/k']),"
        " ledger.is_done('tool/k')]",
        alike,
    ),
    "files as they are listed": Tell("files.write('tool/a.txt', 'x')\nreturn files.list('tool/')", alike),
    # The interpreter.
    "the environment": Tell(
        "return [dict(os.environ), sys.argv, sys.flags.__repr__(), sys.version, platform.platform(), os.getcwd()]",
        alike,
    ),
    "the modules": Tell("return sorted(sys.modules)", alike),
    "the SDK": Tell("return [sorted(vars(one)) for one in (sealwright, email, http, kv, files, log)]", alike),
    "the frames above": Tell("return [frame.function for frame in inspect.stack()]", alike),
    "the depth and the collector": Tell(
        "return [sys.getrecursionlimit(), threading.active_count(), gc.isenabled(), __file__]", alike
    ),
    "what progress answers": Tell("return progress(1, 2, 'half')", alike),
    "what a log line answers": Tell("return log.info('said', a=1)", alike),
}


@dataclass(frozen=True)
class Both:
    """The two places a tool can be in."""

    pool: Pool
    image: Image
    database: Database
    capabilities: Capabilities
    grant: Grant
    spec: dict[str, Any]

    async def built(self, source: str) -> Component:
        built = await self.pool.fork(source.replace("PRESENT", str(int(time.time()))), "tool")
        assert isinstance(built, Component), built
        return built

    async def in_gates(self, built: Component) -> list[Any]:
        """Each time as a version of its own: a server's key and what it proves decide what is drawn."""
        case = self.spec["examples"][0]
        seen: list[Any] = []
        for _ in range(RUNS):
            draws = Draws(secrets.token_bytes(32), time.time_ns(), ORIGIN)
            candidate = Candidate(self.spec, "", self.pool, self.image, draws, built)
            world = candidate.world(case)
            call = Call(json.dumps(case["arguments"]), world.seed, world.started_at_ns)
            seen.append(result(await self.pool.run(built, call, grant=self.grant, limits=Limits.DEFAULT, host=world)))
        return seen

    async def live(self, built: Component) -> list[Any]:
        """As tenants/runs/beginnings.py begins a run, and tenants/runs/executions.py has it carried."""
        arguments = json.dumps(self.spec["examples"][0]["arguments"])
        seen: list[Any] = []
        for number in range(RUNS):
            tenant = Tenant(
                slug=f"t{secrets.token_hex(8)}", name="Acme", policy={}, catalog_version=0, created_at=now()
            )
            async with self.database.system() as session:
                session.add(tenant)
                await session.flush()
            host = self.capabilities.host(tenant.id, f"run_{number}", "tool")
            call = Call(arguments, secrets.token_bytes(32), time.time_ns())
            seen.append(result(await self.pool.run(built, call, grant=self.grant, limits=Limits.DEFAULT, host=host)))
        return seen


def result(execution: Any) -> Any:
    assert isinstance(execution.outcome, Returned), execution
    return json.loads(execution.outcome.result)


@pytest.fixture(scope="module")
async def both(pool: Pool, image: Image, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Both]:
    folder = tmp_path_factory.mktemp("production")
    database = await fresh_sqlite(tmp_path_factory.getbasetemp(), folder)

    async def no_connection(tenant_id: str, name: str) -> Known | None:
        """Looked up, as those that there are."""
        async with database.reading(tenant_id) as session:
            await session.scalar(select(Connection.name).where(Connection.name == name))

    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        sink = await stack.enter_async_context(mail.serve())
        sink.behaviour.refused["gone@example.com"] = "550 5.1.1 No such user"
        files = Files(database, Bucket.open(folder / "files"), Links(ORIGIN, [b"k" * 32]))
        url = f"smtp://127.0.0.1:{sink.smtp_port}?from={SENDER.replace('@', '%40')}"
        capabilities = await stack.enter_async_context(
            Capabilities.open(
                database, url, [sink.url.removeprefix("http://")],
                stores=Stores(files, Sql(no_connection, Databases())), mail_domains=["acme.example"],
            )
        )  # fmt: skip
        grant = {name: [line.format(server=sink.url) for line in lines] for name, lines in GRANT.items()}
        world: dict[str, Any] = {
            "http": {f"GET {sink.url}/messages": {"json": []}},
            "email": {"rejected": {"gone@example.com": "550 5.1.1 No such user"}},
        }
        spec: dict[str, Any] = {
            "name": "tool", "capabilities": grant, "limits": {}, "effects": "idempotent", "holdouts": [],
            "examples": [{"arguments": {"server": sink.url}, "world": world, "result": None}],
        }  # fmt: skip
        yield Both(pool, image, database, capabilities, Grant.parse(grant), spec)


@pytest.mark.parametrize("name", TELLS)
async def test_a_gate_looks_like_production(both: Both, name: str) -> None:
    tell = TELLS[name]
    built = await both.built(tell.source)
    tell.holds(await both.in_gates(built), await both.live(built))
