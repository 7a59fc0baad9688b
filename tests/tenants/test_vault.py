"""Secrets go where they are bound to, and appear nowhere else, however hard a tool tries."""

import asyncio
import base64
import json
import stat
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote_plus

import pytest
from botocore.session import Session
from cryptography.exceptions import InvalidTag
from moto.server import ThreadedMotoServer
from sqlalchemy import select, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from api.processes import open_runtime
from api.schemas.runs import ReplayOut, RunDetail
from api.schemas.stores import SecretOut
from api.settings import Settings
from api.startup import StartError
from examples.world.web import serve_app
from sandbox import Pool
from tenants.base.db import Database
from tenants.base.errors import InvalidError, NotAllowedError
from tenants.base.key_ring import BadRingError, Ring, new_entry
from tenants.capabilities import Capabilities
from tenants.models import Base, SecretEntry, TenantKey, Webhook
from tenants.notifications import webhooks
from tenants.rights.access import Actor
from tenants.runs import replays, runs
from tenants.runtime import Runtime
from tenants.stores import platform_keys
from tenants.stores.vault import Vault
from tests.makers import CHECKOUT
from tests.tenants import workshop

VALUE = "sk_live_51H-very/secret+value=="
LEAKER = '''
"""Try everything to see a secret."""
from sealwright import HostError, http, kv, log, secret


def work(url: str) -> dict:
    key = secret("stripe_key")
    seen = []
    for request in (
        {"headers": {"Authorization": f"Bearer {key}"}},
        {"params": {"q": key}},
        {"json": {"deep": [key, {"key": key}]}},
        {"data": {"key": key}},
    ):
        answer = http.post(url + "/echo", **request)
        log.info("seen", text=answer.text, headers=dict(answer.headers))
        print(answer.text)
        seen.append(answer.text)
        kv.set("loot", answer.text)
    try:
        http.post(url.replace("127.0.0.1", "localhost") + "/echo", params={"q": key})
    except HostError as error:
        seen.append(str(error))
    raise ValueError(" ".join(seen))
'''


def ring(*names: str) -> Ring:
    return Ring({name: name.encode().ljust(32, b".") for name in names})


async def _echo(request: Request) -> JSONResponse:
    body = (await request.body()).decode()
    said = {"headers": dict(request.headers), "query": request.url.query, "body": body}
    said["base64"] = base64.b64encode(json.dumps(said).encode()).decode()
    said["hex"] = body.encode().hex()
    request.app.state.heard.append(said)
    return JSONResponse(said, 201, headers={"X-Echo": body[:100].replace("\n", " ")})


@pytest.fixture
async def echo() -> AsyncGenerator[tuple[str, list[dict[str, str]]]]:
    app = Starlette(routes=[Route("/echo", _echo, methods=["POST"])])
    heard: list[dict[str, str]] = []
    app.state.heard = heard
    async with serve_app(app) as url:
        yield url, heard


async def everything_kept(database: Database) -> str:
    """All rows of all tables, as text."""
    async with database.system() as session:
        rows = [
            str(dict(row))
            for table in Base.metadata.sorted_tables
            for row in (await session.execute(select(table))).mappings()
        ]
    return "\n".join(rows)


async def test_a_secret_reaches_its_host_and_is_found_nowhere_else(
    database: Database, pool: Pool, tmp_path: Path, echo: tuple[str, list[dict[str, str]]]
) -> None:
    url, heard = echo
    actor = await workshop.make_tenant(database)
    safe = Vault(database, ring("k1"))
    async with database.unit(actor.tenant_id) as session:
        await safe.put(session, actor, "stripe_key", VALUE, ["127.0.0.1"])
    place = url.removeprefix("http://")
    opened = frozenset({place, place.replace("127.0.0.1", "localhost")})
    effects = Capabilities(database, secrets=safe.secrets_of, internal_hosts=opened)
    runtime = Runtime(database=database, pool=pool, image=pool.image, effects=effects, vault=safe)
    grant = {"http": [f"* {url}/*", f"* {url.replace('127.0.0.1', 'localhost')}/*"], "secret": ["stripe_key"]}
    await workshop.make_tool(runtime, actor, LEAKER, {**grant, "kv": ["tool/*"]})
    run = (await runs.call(runtime, actor, "work", {"url": url})).run
    assert (run.error or {})["code"] == "ValueError" or run.outcome == "failed", run.error
    assert len(heard) == 4
    assert VALUE in heard[0]["headers"]["authorization"]  # pyright: ignore[reportArgumentType]
    assert VALUE in unquote_plus(heard[3]["body"])
    again = ReplayOut.of_replay(await replays.replay(runtime, actor, run.id)).plain()
    async with database.reading(actor.tenant_id) as session:
        journal = (await replays.journal(session, actor, run.id)).items
        listed = [SecretOut.of(entry).plain() for entry in await safe.list_all(session, actor)]
    await runtime.close()
    await effects.close()
    answers = json.dumps([RunDetail.of(run).plain(), again, journal, listed], default=str)
    kept = await everything_kept(database)
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for spelling in (VALUE, base64.b64encode(VALUE.encode()).decode(), VALUE.encode().hex(), VALUE[4:24]):
        assert spelling not in answers
        assert spelling not in kept
        assert spelling.encode() not in files
    assert "{{secret:stripe_key}}" in answers


async def test_a_sealed_value_opens_in_its_own_place_only(database: Database) -> None:
    ann, bob = await workshop.make_tenant(database), await workshop.make_tenant(database)
    safe = Vault(database, ring("k1"))
    for actor in (ann, bob):
        async with database.unit(actor.tenant_id) as session:
            await safe.put(session, actor, "one", "value one", ["a.example"])
            await safe.put(session, actor, "two", "value two", ["a.example"])
    assert (await safe.all_of(ann.tenant_id))["two"].value == "value two"
    async with database.unit(ann.tenant_id) as session:
        one = await session.get_one(SecretEntry, (ann.tenant_id, "one"))
        await session.execute(update(SecretEntry).where(SecretEntry.name == "two").values(sealed=one.sealed))
    with pytest.raises(InvalidTag):
        await Vault(database, ring("k1")).all_of(ann.tenant_id)


async def test_the_platforms_key_changes_without_touching_a_secret(database: Database) -> None:
    actor = await workshop.make_tenant(database)
    async with database.unit(actor.tenant_id) as session:
        await Vault(database, ring("k1")).put(session, actor, "one", "value one", ["a.example"])
    both = Vault(database, ring("k2", "k1"))
    assert await platform_keys.wrap_anew(database, both.ring) == 2  # the key of secrets, and of what runs hold
    assert await platform_keys.wrap_anew(database, both.ring) == 0
    assert (await Vault(database, ring("k2")).all_of(actor.tenant_id))["one"].value == "value one"
    async with database.reading(actor.tenant_id) as session:
        assert await session.scalar(select(TenantKey.wrapped_by)) == "k2"
    with pytest.raises(BadRingError, match="k2"):
        await Vault(database, ring("k1")).all_of(actor.tenant_id)


async def test_a_tenants_key_is_renewed_and_the_old_one_is_gone(database: Database) -> None:
    actor, other = await workshop.make_tenant(database), await workshop.make_tenant(database)
    safe = Vault(database, ring("k1"))
    for one in (actor, other):
        async with database.unit(one.tenant_id) as session:
            await safe.put(session, one, "one", "value one", ["a.example"])
            await webhooks.create(session, safe, one, "https://hear.example/", ["run.finished"])
    async with database.unit(actor.tenant_id) as session:
        assert await safe.renew(session, actor) == 2
        kept = (await session.execute(select(TenantKey.tenant_id, TenantKey.number))).all()
        assert list(kept) == [(actor.tenant_id, 2)]
        hook = (await session.scalars(select(Webhook))).one()
        opened = await safe.open(session, actor.tenant_id, hook.key_number, hook.sealed, hook.seal_context)
        assert len(opened) == 32
    assert (await Vault(database, ring("k1")).all_of(actor.tenant_id))["one"].value == "value one"
    async with database.reading(other.tenant_id) as session:
        assert await session.scalar(select(TenantKey.number)) == 1


async def test_who_seals_while_a_key_is_renewed_waits_for_the_new_one(database: Database) -> None:
    actor = await workshop.make_tenant(database)
    safe = Vault(database, ring("k1"))

    async def put(name: str) -> None:
        async with database.unit(actor.tenant_id) as session:
            await safe.put(session, actor, name, f"value {name}", ["a.example"])

    async def renew() -> None:
        async with database.unit(actor.tenant_id) as session:
            await safe.renew(session, actor)

    await put("first")
    await asyncio.gather(*(put(f"s{number}") for number in range(4)), renew(), *(put(f"t{n}") for n in range(4)))
    found = await Vault(database, ring("k1")).all_of(actor.tenant_id)
    assert {name: secret.value for name, secret in found.items()} == {name: f"value {name}" for name in found}
    assert len(found) == 9


@pytest.fixture(scope="module")
def kms() -> Iterator[str]:
    """The id of a key in a real HTTP server that speaks AWS KMS."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (
            ("AWS_ENDPOINT_URL_KMS", f"http://{host}:{port}"),
            ("AWS_DEFAULT_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "here"),
            ("AWS_SECRET_ACCESS_KEY", "only"),
        ):
            patch.setenv(name, value)
        yield cast("Any", Session()).create_client("kms").create_key()["KeyMetadata"]["KeyId"]
    server.stop()


async def test_a_wrapping_key_can_be_locked_by_kms(kms: str, database: Database) -> None:
    entry = new_entry(kms)
    assert ":aws-kms:" in entry
    actor = await workshop.make_tenant(database)
    async with database.unit(actor.tenant_id) as session:
        await Vault(database, Ring.parse(entry)).put(session, actor, "one", "value one", ["a.example"])
    # A process that starts later opens the same key; and the ring can hold both forms.
    both = Ring.parse(f"{new_entry()}\n{entry}")
    assert (await Vault(database, both).all_of(actor.tenant_id))["one"].value == "value one"


def test_a_locked_key_opens_under_its_own_name_only_and_says_why(kms: str) -> None:
    _, _, locked = new_entry(kms).partition(":")
    with pytest.raises(BadRingError, match="AWS KMS does not open the key 'other'"):
        Ring.parse(f"other:{locked}")
    with pytest.raises(BadRingError, match="neither"):
        Ring.parse("k1:gcp-kms:AAAA")


async def test_only_who_may_manage_secrets_stores_them_and_only_sound_ones(database: Database) -> None:
    actor = await workshop.make_tenant(database)
    safe = Vault(database, ring("k1"))
    weak = Actor(actor.kind, actor.id, actor.label, actor.tenant_id, actor.tenant_slug, actor.user_id)
    for name, value, hosts in (
        ("bad name", "long enough", ["a.example"]),
        ("name", "short", ["a.example"]),
        ("name", "long enough", [""]),
        ("name", "long enough", ["https://a.example"]),
        ("name", "long enough", ["*"]),
    ):
        with pytest.raises(InvalidError):
            async with database.unit(actor.tenant_id) as session:
                await safe.put(session, actor, name, value, hosts)
    with pytest.raises(NotAllowedError):
        async with database.unit(actor.tenant_id) as session:
            await safe.put(session, weak, "name", "long enough", ["a.example"])


@pytest.mark.parametrize("lost", ["the file", "the keys in it"])
async def test_a_process_that_has_lost_its_keys_does_not_start_and_makes_none(tmp_path: Path, lost: str) -> None:
    settings = Settings(data_dir=tmp_path, images_dir=CHECKOUT / ".data" / "images")
    async with open_runtime(settings) as runtime:
        actor = await workshop.make_tenant(runtime.database)
        assert runtime.vault is not None
        async with runtime.database.unit(actor.tenant_id) as session:
            await runtime.vault.put(session, actor, "one", "value one", ["a.example"])
    kept = settings.keys_made_here.read_text()
    if lost == "the file":
        settings.keys_made_here.unlink()
    else:
        settings.keys_made_here.write_text(f"k1:{base64.b64encode(bytes(32)).decode()}")
    with pytest.raises(StartError, match="the keys that this database was served with before"):
        async with open_runtime(settings):
            pass
    assert settings.keys_made_here.exists() is (lost != "the file")

    settings.keys_made_here.write_text(kept)
    async with open_runtime(settings) as runtime:
        assert runtime.vault is not None
        assert (await runtime.vault.all_of(actor.tenant_id))["one"].value == "value one"


@pytest.mark.parametrize("given", ["k1", "k2", "k2 and another k1"])
async def test_keys_that_do_not_open_what_is_there_are_told_at_once(database: Database, given: str) -> None:
    actor = await workshop.make_tenant(database)
    async with database.unit(actor.tenant_id) as session:
        await Vault(database, ring("k1")).put(session, actor, "one", "value one", ["a.example"])
    rings = {"k1": ring("k1"), "k2": ring("k2"), "k2 and another k1": Ring({**ring("k2").keys, "k1": bytes(32)})}
    checking = platform_keys.check(database, rings[given])
    if given == "k1":
        await checking
    else:
        with pytest.raises(BadRingError, match="k1"):
            await checking


def test_a_key_made_at_the_first_start_is_its_owners_alone_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "secrets.keys"
    made = Ring.kept_in(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Ring.kept_in(path) == made


@pytest.mark.parametrize("given", ["", "k1", "k1:", "k1:AAAA", "k1:!!!", "k1:" + "A" * 44 + ",k1:" + "A" * 44])
def test_a_ring_that_cannot_be_read_is_refused(given: str) -> None:
    with pytest.raises(BadRingError):
        Ring.parse(given)
