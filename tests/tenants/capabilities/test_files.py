"""Files in a folder and in a bucket of a real S3 API; and a tool that works with them."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path
from time import time
from typing import Any

import httpx2
import pytest

from sandbox import HostCall
from tenants.base.db import Database
from tenants.capabilities import Bound, Capabilities, Stores, Unable
from tenants.capabilities.files import files as storing
from tenants.capabilities.files.buckets import Bucket, GoneError, StoreAwayError
from tenants.capabilities.files.files import Files
from tenants.capabilities.files.links import Link, Links
from tenants.rights.access import Actor
from tenants.runs import replays, runs
from tenants.runtime import Runtime
from tests import object_storage
from tests.makers import unused_port
from tests.tenants.workshop import make_tenant, make_tool

Call = Callable[..., HostCall]
LINKS = Links("http://sealwright.example", [b"k" * 32])


def b64(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.fixture(params=["folder", "s3"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    if request.param == "folder":
        return Bucket.open(tmp_path / "files")
    object_storage.grant(monkeypatch)
    return Bucket.open(object_storage.url(request.getfixturevalue("s3"), "some/prefix"))


@pytest.fixture
async def actor(database: Database) -> Actor:
    return await make_tenant(database)


@pytest.fixture
def bound(actor: Actor) -> Bound:
    return Bound(actor.tenant_id, "run_1", "reporter")


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(database, Bucket.open(tmp_path / "files"), LINKS)


# --- the bucket


async def test_a_bucket_keeps_gives_back_and_forgets(bucket: Bucket) -> None:
    content = bytes(range(256)) * 4000
    await bucket.put("ten_1/files/blb_1", content, "text/csv", "may ü.csv")
    # The store repeats a write whose answer was lost, and meets its own.
    await bucket.put("ten_1/files/blb_1", content, "text/csv", "may ü.csv")
    assert await bucket.get("ten_1/files/blb_1") == content
    await bucket.delete("ten_1/files/blb_1")
    await bucket.delete("ten_1/files/blb_1")
    with pytest.raises(GoneError):
        await bucket.get("ten_1/files/blb_1")


@pytest.mark.parametrize("bucket", ["s3"], indirect=True)
async def test_a_bucket_of_s3_answers_a_link_itself_with_name_and_type(bucket: Bucket) -> None:
    await bucket.put("ten_1/files/blb_2", b"a,b", "text/csv", "may ü.csv")
    link = await bucket.link("ten_1/files/blb_2", 60)
    assert link is not None
    async with httpx2.AsyncClient() as anybody:
        answer = await anybody.get(link)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"a,b", "text/csv")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''may%20%C3%BC.csv"
    assert "X-Amz-Expires=60" in link


async def test_a_store_that_is_away_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "for-a-test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "for-a-test")
    away = Bucket.open(f"s3://bucket?endpoint=http://127.0.0.1:{unused_port()}")
    with pytest.raises(StoreAwayError):
        await away.get("k")


@pytest.mark.parametrize("url", ["http://bucket", "s3://", "s3://bucket?secret=x", "gs://bucket"])
def test_a_storage_url_that_cannot_be_read_says_what_can(url: str) -> None:
    with pytest.raises(ValueError, match="The storage URL is s3://BUCKET"):
        Bucket.open(url)


# --- the capability


async def test_a_file_comes_back_as_it_was_written(
    database: Database, bucket: Bucket, call: Call, bound: Bound
) -> None:
    files = Files(database, bucket, LINKS)
    await files.write(call("files.write", path="out/a.txt", base64=b64("before")), bound)
    await files.write(call("files.write", path="out/a.txt", base64=b64("äfter")), bound)
    await files.write(call("files.write", path="out/b.txt", base64=""), bound)
    await files.write(call("files.write", path="Out/c.txt", base64=""), bound)

    assert await files.read(call("files.read", path="out/a.txt"), bound) == {"base64": b64("äfter")}
    assert await files.list(call("files.list", prefix="out/"), bound) == [
        {"path": "out/a.txt", "size": 6},
        {"path": "out/b.txt", "size": 0},
    ]
    await files.delete(call("files.delete", path="out/a.txt"), bound)
    assert not await files.exists(call("files.exists", path="out/a.txt"), bound)
    assert await files.exists(call("files.exists", path="out/b.txt"), bound)
    with pytest.raises(Unable, match=r"There is no file 'out/a.txt'"):
        await files.read(call("files.read", path="out/a.txt"), bound)


async def test_a_replaced_content_is_removed(files: Files, call: Call, bound: Bound, tmp_path: Path) -> None:
    for text in ("one", "two", "three"):
        await files.write(call("files.write", path="a", base64=b64(text)), bound)
    assert [path.read_text() for path in (tmp_path / "files").rglob("blb*")] == ["three"]
    await files.delete(call("files.delete", path="a"), bound)
    assert list((tmp_path / "files").rglob("blb*")) == []


async def test_a_file_that_must_be_new_is_written_once_and_a_repeat_of_the_call_knows_itself(
    files: Files, call: Call, bound: Bound
) -> None:
    first = call("files.write", path="a", base64=b64("mine"), create_only=True)
    await files.write(first, bound)
    await files.write(first, bound)  # after a crash, with the same run and place
    with pytest.raises(Unable) as exists:
        await files.write(call("files.write", path="a", base64=b64("other"), create_only=True), bound)
    with pytest.raises(Unable):
        await files.write(first, replace(bound, run_id="run_2"))
    assert exists.value.fault.code == "exists"
    assert await files.read(call("files.read", path="a"), bound) == {"base64": b64("mine")}


async def test_a_tenant_sees_its_own_files_only(files: Files, call: Call, bound: Bound, database: Database) -> None:
    other = replace(bound, tenant_id=(await make_tenant(database)).tenant_id)
    await files.write(call("files.write", path="a", base64=b64("mine")), bound)
    await files.write(call("files.write", path="a", base64=b64("theirs")), other)
    assert await files.read(call("files.read", path="a"), bound) == {"base64": b64("mine")}
    await files.delete(call("files.delete", path="a"), other)
    assert await files.list(call("files.list"), other) == []
    assert await files.read(call("files.read", path="a"), bound) == {"base64": b64("mine")}


async def test_what_is_too_much_is_refused_and_leaves_nothing(
    files: Files, call: Call, bound: Bound, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(storing, "FILE_BYTES_MAX", 10)
    monkeypatch.setattr(storing, "TENANT_BYTES_MAX", 15)
    monkeypatch.setattr(storing, "LISTED_MAX", 1)
    await files.write(call("files.write", path="a", base64=b64("0123456789")), bound)
    for path, text, code in (("b", "0" * 11, "too_large"), ("b", "012345", "over_quota")):
        with pytest.raises(Unable) as refused:
            await files.write(call("files.write", path=path, base64=b64(text)), bound)
        assert refused.value.fault.code == code
    await files.write(call("files.write", path="a", base64=b64("01234")), bound)
    await files.write(call("files.write", path="b", base64=b64("0123456789")), bound)
    assert len(list((tmp_path / "files").rglob("blb*"))) == 2
    with pytest.raises(Unable, match="more than 1 files"):
        await files.list(call("files.list"), bound)


async def test_writers_at_once_do_not_go_over_what_the_tenant_has(
    files: Files, bound: Bound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "TENANT_BYTES_MAX", 50)
    calls = [HostCall(n, "files", "write", {"path": f"f{n}", "base64": b64("0123456789")}) for n in range(12)]
    ended = await asyncio.gather(*(files.write(one, bound) for one in calls), return_exceptions=True)
    assert sum(result is None for result in ended) == 5


@pytest.mark.parametrize("path", ["", "/a", "a/../b", "a//b", "a\\b", "a\nb", "a" * 501, 7, "./a"])
async def test_what_is_no_plain_path_is_refused(files: Files, call: Call, bound: Bound, path: Any) -> None:
    with pytest.raises(Unable) as refused:
        await files.write(call("files.write", path=path, base64=""), bound)
    assert refused.value.fault.code == "malformed_request"


@pytest.mark.parametrize(
    "payload",
    [
        {"base64": "!"},
        {"base64": 1},
        {"base64": "", "content_type": "text"},
        {"base64": "", "content_type": "a/b\r\nx: y"},
    ],
)
async def test_what_is_no_content_is_refused(files: Files, call: Call, bound: Bound, payload: dict[str, Any]) -> None:
    with pytest.raises(Unable) as refused:
        await files.write(call("files.write", path="a", **payload), bound)
    assert refused.value.fault.code == "malformed_request"


async def test_a_store_that_fails_is_a_fault_that_may_be_tried_again(
    database: Database, call: Call, bound: Bound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "for-a-test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-for-a-test")
    away = Files(database, Bucket.open(f"s3://bucket?endpoint=http://127.0.0.1:{unused_port()}"), LINKS)
    with pytest.raises(Unable) as failed:
        await away.write(call("files.write", path="a", base64=""), bound)
    fault = failed.value.fault
    assert (fault.code, fault.details) == ("unavailable", {"retryable": True})
    assert "bucket" not in fault.message
    assert not await away.exists(call("files.exists", path="a"), bound)


# --- links


async def test_a_link_of_our_own_leads_to_the_file_until_it_ends(files: Files, call: Call, bound: Bound) -> None:
    write = call("files.write", path="out/a.csv", base64=b64("a,b"), content_type="text/csv")
    await files.write(write, bound)
    url = (await files.link(call("files.link", path="out/a.csv", expires_s=60), bound))["url"]
    origin, _, token = url.rpartition("/")
    assert origin == "http://sealwright.example/api/v1/files"
    found = await files.download(token)
    assert found is not None
    assert (found.content, found.link.name, found.link.content_type) == (b"a,b", "a.csv", "text/csv")
    await files.write(call("files.write", path="out/a.csv", base64=b64("new")), bound)
    assert await files.download(token) is None
    with pytest.raises(Unable, match="'expires_s'"):
        await files.link(call("files.link", path="out/a.csv", expires_s=8 * 86_400), bound)


def test_a_link_that_was_changed_or_is_over_leads_nowhere() -> None:
    link = Link("ten_1", "blb_1", "a", "text/plain", int(time()) + 60)
    token = LINKS.url(link).rpartition("/")[2]
    said, _, signature = token.partition(".")
    over = LINKS.url(replace(link, expires_at=int(time()) - 1)).rpartition("/")[2]
    assert LINKS.read(token) == link
    assert Links("", [b"n" * 32, b"k" * 32]).read(token) == link  # the ring has a new first key
    for bad in (over, f"{said[:-2]}AA.{signature}", f"{said}.", said, "", "é.ü", f"{said}.{signature[:-4]}"):
        assert LINKS.read(bad) is None
    assert Links("", [b"n" * 32]).read(token) is None


# --- a tool

REPORT = """
from sealwright import HostError, files

def report(day):
    path = f"reports/{day}.csv"
    files.write(path, "id,total\\n", content_type="text/csv", create_only=True)
    try:
        files.write(path, "again", create_only=True)
    except HostError as error:
        return {"code": error.code, "files": files.list("reports/"), "text": files.read_text(path),
                "shared": files.link(path).startswith("http"), "there": files.exists(path)}
"""


@pytest.fixture
async def runtime(database: Database, files: Files, pool: Any) -> AsyncGenerator[Runtime]:
    async with Capabilities.open(database, stores=Stores(files)) as effects:
        opened = Runtime(database=database, pool=pool, image=pool.image, effects=effects)
        yield opened
        await opened.close()


async def test_a_tool_writes_lists_reads_and_shares_and_a_replay_touches_nothing(
    runtime: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await make_tool(runtime, actor, REPORT, {"files": ["reports/*", "share reports/*"]}, name="report")
    run = (await runs.call(runtime, actor, "report", {"day": "2026-06-01"})).run
    assert json.loads(run.result or "") == {
        "code": "exists",
        "files": [{"path": "reports/2026-06-01.csv", "size": 9}],
        "text": "id,total\n",
        "shared": True,
        "there": True,
    }
    (content,) = (tmp_path / "files").rglob("blb*")
    content.unlink()
    assert (await replays.replay(runtime, actor, run.id)).identical
    assert list((tmp_path / "files").rglob("blb*")) == []


async def test_what_the_grant_does_not_name_is_refused(runtime: Runtime, actor: Actor) -> None:
    await make_tool(runtime, actor, REPORT, {"files": ["read reports/*"]}, name="report")
    run = (await runs.call(runtime, actor, "report", {"day": "2026-06-01"})).run
    assert (run.outcome, (run.error or {})["details"]["permit"]) == ("refused", "reports/2026-06-01.csv")
