"""The platform's keys: never made over what is stored, told by their fingerprints, changed under servers that run."""

import asyncio
import base64
import secrets
import shutil
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from api.cli import main
from api.keys import open_with_keys
from api.settings import Settings
from sandbox import Image
from tenants.base import key_ring
from tenants.base.db import Database, now
from tenants.base.key_ring import BadRingError, Ring, fingerprint
from tenants.models import WRAPPED, Base, OutgoingLetter, SigningKey, TenantKey, Totp
from tenants.rights.access import Actor
from tenants.stores import platform_keys
from tenants.stores.vault import Vault
from tests.makers import served, sign_up
from tests.tenants import workshop

COMMANDS = [
    ["tenant", "usage", "SLUG"],
    ["tenant", "limits", "SLUG"],
    ["tenant", "mail-domains", "SLUG"],
    ["audit", "export", "--tenant", "SLUG"],
    ["keys", "list"],
    ["keys", "rotate"],
    ["secrets", "rotate"],
    ["user", "reset-password", "ann@SLUG.example"],
]


def entry(name: str, key: bytes) -> str:
    return f"{name}:{base64.b64encode(key).decode()}"


@pytest.fixture(scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Actor]:
    """An installation with something that its key has wrapped."""
    folder = tmp_path_factory.mktemp("made")
    database = await open_with_keys(Settings(data_dir=folder))
    actor = await workshop.make_tenant(database)
    async with database.unit(actor.tenant_id) as session:
        await Vault(database, database.content_keys.ring).put(session, actor, "one", "value one", ["a.example"])
    await database.close()
    return folder, actor


@pytest.fixture
def stored(made: tuple[Path, Actor], tmp_path: Path) -> Actor:
    """A copy of it in the test's own folder, and whose it is."""
    shutil.copytree(made[0], tmp_path, dirs_exist_ok=True)
    return made[1]


async def ran(folder: Path, *arguments: str, **settings: str) -> Result:
    given = {
        "SEALWRIGHT_DATA_DIR": str(folder),
        **{f"SEALWRIGHT_{key.upper()}": value for key, value in settings.items()},
    }
    # In a thread: commands run an event loop of their own.
    return await asyncio.to_thread(CliRunner().invoke, main, list(arguments), env=given, catch_exceptions=True)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
async def test_no_command_makes_keys_over_what_is_stored(tmp_path: Path, stored: Actor, command: list[str]) -> None:
    path = tmp_path / "secrets.keys"
    name = path.read_text().partition(":")[0]
    kept = path.rename(tmp_path / "elsewhere")
    words = [word.replace("SLUG", stored.tenant_slug) for word in command]
    ended = await ran(tmp_path, *words)
    assert ended.exit_code == 1, ended.output
    assert name in ended.output
    assert "none are made over what is stored" in ended.output
    assert not path.exists()
    kept.rename(path)
    assert (await ran(tmp_path, "keys", "list")).exit_code == 0


# What is given instead of NAME:KEY.
LOST: dict[str, Callable[[str, bytes], list[tuple[str, bytes]]]] = {
    "the same id, another key": lambda name, _key: [(name, b"x" * 32)],
    "another id, the same key": lambda _name, key: [("other", key)],
    "another id, another key": lambda _name, _key: [("other", b"x" * 32)],
    "two keys that changed their names": lambda name, key: [("other", key), (name, b"x" * 32)],
    "a newer key alone": lambda _name, _key: [("k99991231-ffff", secrets.token_bytes(32))],
    "one bit": lambda name, key: [(name, bytes([key[0] ^ 1]) + key[1:])],
    "the id in capitals": lambda name, key: [(name.upper(), key)],
    "the id and a little more": lambda name, key: [(f"{name}1", key)],
    "three strangers": lambda _name, _key: [(one, one.encode() * 32) for one in "abc"],
}


@pytest.mark.parametrize("lost", LOST)
async def test_keys_that_do_not_open_it_are_refused_with_their_fingerprints(
    tmp_path: Path, stored: Actor, lost: str
) -> None:
    given_by = ("setting", "file", "file of ours")[list(LOST).index(lost) % 3]
    path = tmp_path / "secrets.keys"
    name, _, text = path.read_text().strip().partition(":")
    given = ",".join(entry(*one) for one in LOST[lost](name, base64.b64decode(text)))
    settings = {}
    if given_by == "setting":
        settings = {"secrets_keys": given}
    elif given_by == "file":
        (tmp_path / "given").write_text(given)
        settings = {"secrets_keys_file": str(tmp_path / "given")}
    else:
        path.write_text(given)
    ended = await ran(tmp_path, "tenant", "usage", stored.tenant_slug, **settings)
    assert ended.exit_code == 1, ended.output
    assert repr(name) in ended.output
    for one in Ring.parse(given).keys.values():
        assert fingerprint(one) in ended.output
        assert base64.b64encode(one).decode() not in ended.output
    told = await ran(tmp_path, "doctor", **settings)
    assert told.exit_code == 1
    assert name in told.output


async def fill(database: Database) -> Actor:
    """A row in each table that the keys wrap."""
    ring = database.content_keys.ring
    actor = await workshop.make_tenant(database)
    await database.ensure_content_keys(actor.tenant_id)
    rows: list[Any] = [
        TenantKey(tenant_id=actor.tenant_id, number=1),
        SigningKey(kid=secrets.token_hex(4), created_at=now()),
        Totp(user_id=actor.id),
        OutgoingLetter(id=secrets.token_hex(4), email="a@b.example", subject="s"),
    ]
    async with database.system() as session:
        for row in rows:
            row.wrapped_by, row.wrapped = ring.wrap(b"something", row.wrap_context)
            session.add(row)
    return actor


def test_every_table_with_something_wrapped_is_tried_and_wrapped_anew() -> None:
    wrapped = {mapper.class_ for mapper in Base.registry.mappers if "wrapped_by" in mapper.columns}
    assert wrapped == set(WRAPPED)


@pytest.mark.parametrize("table", WRAPPED, ids=lambda table: table.__tablename__)
async def test_one_row_that_does_not_open_is_enough(database: Database, table: Any) -> None:
    await fill(database)
    ring = database.content_keys.ring
    await platform_keys.check(database, ring)
    stranger = Ring({"lost": b"l" * 32})
    async with database.system() as session:
        row: Any = (await session.scalars(select(table).limit(1))).one()
        row.wrapped_by, row.wrapped = stranger.wrap(b"something", row.wrap_context)
    with pytest.raises(BadRingError, match=r"'lost' is missing.*k1 \([0-9a-f]{16}\)"):
        await platform_keys.check(database, ring)
    with pytest.raises(BadRingError, match="'lost' is not the one"):
        await platform_keys.check(database, Ring({**ring.keys, "lost": b"m" * 32}))
    uses = {use.key_id: use for use in await platform_keys.uses_of(database, ring)}
    assert (uses["lost"].fingerprint, dict(uses["lost"].rows)) == (None, {table.__tablename__: 1})
    assert (uses["k1"].fault, uses["k1"].fingerprint) == (None, fingerprint(ring.keys["k1"]))


@pytest.mark.parametrize("ends_after", [0, 1, 2, 5, 7, 11])
async def test_wrapping_anew_goes_on_where_it_was_ended(
    database: Database, monkeypatch: pytest.MonkeyPatch, ends_after: int
) -> None:
    monkeypatch.setattr(platform_keys, "_AT_ONCE", 2)
    for _ in range(3):
        await fill(database)
    before = database.content_keys.ring
    ring = Ring({"new": b"n" * 32, **before.keys})
    whole = await platform_keys.left_to_wrap(database, ring)
    assert whole == 15
    count, seal = 0, key_ring.seal

    def dying(*given: Any) -> bytes:
        nonlocal count
        if count == ends_after:
            raise KeyboardInterrupt
        count += 1
        return seal(*given)

    with monkeypatch.context() as ending:
        ending.setattr(key_ring, "seal", dying)
        with pytest.raises(KeyboardInterrupt):
            await platform_keys.wrap_anew(database, ring)
    # Both keys are needed in the middle, and each row opens with one of them.
    await platform_keys.check(database, ring)
    left = await platform_keys.left_to_wrap(database, ring)
    assert whole - ends_after <= left <= whole
    assert await platform_keys.wrap_anew(database, ring) == left
    await platform_keys.check(database, Ring({"new": b"n" * 32}))


async def test_servers_go_on_while_their_key_is_changed(image: Image, tmp_path: Path) -> None:
    del image
    async with served(tmp_path) as product:
        tenant = await sign_up(product)
        secret = {"value": "some value", "hosts": ["a.example"]}
        assert (await tenant.api.put("/secrets/one", json=secret)).status_code < 300
        path = product.settings.keys_made_here
        old = path.read_text().partition(":")[0]
        ended = await ran(tmp_path, "keys", "rotate")
        assert ended.exit_code == 0, ended.output
        new = path.read_text().partition(":")[0]
        assert new != old
        assert old in path.read_text()
        # The server knows only the old key; what the new one wraps it opens all the same.
        assert (await tenant.api.put("/secrets/two", json=secret)).status_code < 300
        later = await sign_up(product)
        assert (await later.api.put("/secrets/one", json=secret)).status_code < 300
        refused = await ran(tmp_path, "keys", "forget", old)
        assert refused.exit_code == 1, refused.output  # the server went on wrapping with it
    again = await ran(tmp_path, "keys", "rotate")
    assert again.exit_code == 0
    assert path.read_text().partition(":")[0] == new  # there was something left: no third key for that
    assert (await ran(tmp_path, "keys", "forget", old)).exit_code == 0
    assert old not in path.read_text()


async def test_a_key_is_forgotten_only_when_nothing_needs_it(tmp_path: Path, stored: Actor) -> None:
    del stored
    path = tmp_path / "secrets.keys"
    first = path.read_text().partition(":")[0]
    for name in (first, "nobody", ""):
        assert (await ran(tmp_path, "keys", "forget", name)).exit_code == 1
    key_ring.put_first(path, entry("newer", b"n" * 32))
    assert (await ran(tmp_path, "keys", "forget", first)).exit_code == 1
    assert (await ran(tmp_path, "keys", "forget", "newer")).exit_code == 1
    assert (await ran(tmp_path, "secrets", "rotate")).exit_code == 0
    assert (await ran(tmp_path, "keys", "forget", first)).exit_code == 0
    assert path.read_text() == entry("newer", b"n" * 32) + "\n"
    assert (await ran(tmp_path, "keys", "rotate", secrets_keys=entry("newer", b"n" * 32))).exit_code == 1


async def test_a_doctor_tells_keys_by_their_fingerprints_and_changes_nothing(
    tmp_path: Path, made: tuple[Path, Actor]
) -> None:
    told = await ran(tmp_path, "doctor")
    assert (told.exit_code, list(tmp_path.iterdir())) == (0, [])
    shutil.copytree(made[0], tmp_path, dirs_exist_ok=True)
    told = await ran(tmp_path, "doctor")
    assert told.exit_code == 0, told.output
    [(name, mark)] = Ring.read(tmp_path / "secrets.keys").fingerprints.items()
    assert f"{name}  {mark}  wraps tenant_keys 1, content_keys 1, and opens it" in told.output
    (tmp_path / "secrets.keys").unlink()
    told = await ran(tmp_path, "doctor")
    assert told.exit_code == 1
    assert f"{name}  not given" in told.output
    assert not (tmp_path / "secrets.keys").exists()


def test_processes_that_start_together_make_one_key(tmp_path: Path) -> None:
    path, made = tmp_path / "secrets.keys", list[Ring]()
    threads = [threading.Thread(target=lambda: made.append(Ring.kept_in(path))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [Ring.read(path)] * 20
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
@pytest.mark.parametrize("before", ["old:KEY\n", "old:KEY", "old:KEY,older:KEX\n", "\nold:KEY\nolder:KEX\n\n"])
def test_a_key_is_put_first_and_the_file_stays_as_it_was(tmp_path: Path, before: str, mode: int) -> None:
    path = tmp_path / "keys"
    path.write_text(before.replace("KEY", entry("", b"o" * 32)[1:]).replace("KEX", entry("", b"p" * 32)[1:]))
    path.chmod(mode)
    kept = Ring.read(path)
    key_ring.put_first(path, entry("new", b"n" * 32))
    after = Ring.read(path)
    assert (after.first, list(after.keys)[1:]) == ("new", list(kept.keys))
    assert stat.S_IMODE(path.stat().st_mode) == mode
    # A process that read it before finds the new key when something names it, and goes on wrapping with its own.
    assert kept.unwrap(*after.wrap(b"key", "context"), "context") == b"key"
    assert kept.wrap(b"key", "context")[0] == "old"
    key_ring.leave_out(path, "old")
    assert "old" not in Ring.read(path).keys
    with pytest.raises(BadRingError, match="'nobody' is missing"):
        kept.unwrap("nobody", b"", "context")
