"""The whole of a run's reach, as the sandbox sees it: calls in, replies out, and a fault for what fails."""

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from examples.world import mail
from sandbox import CAPABILITIES, Host, HostCall
from tenants.base.db import Database
from tenants.capabilities import Capabilities, Stores
from tenants.capabilities.files.buckets import Bucket
from tenants.capabilities.files.files import Files
from tenants.capabilities.files.links import Links
from tenants.capabilities.secrets import Scrubber, Secret
from tenants.capabilities.sql.databases import Databases, Known
from tenants.capabilities.sql.sql import Sql

Call = Callable[..., HostCall]


async def no_connections(tenant_id: str, name: str) -> Known | None:
    del tenant_id, name


@pytest.fixture
async def capabilities(database: Database, sink: mail.Sink, tmp_path: Path) -> AsyncGenerator[Capabilities]:
    files = Files(database, Bucket.open(tmp_path / "files"), Links("http://sealwright.example", [b"k" * 32]))
    stores = Stores(files, Sql(no_connections, Databases()))
    url = f"smtp://127.0.0.1:{sink.smtp_port}?from=hello%40acme.example"
    async with Capabilities.open(
        database, url, [sink.url.removeprefix("http://")], stores=stores, mail_domains=["acme.example"]
    ) as opened:
        yield opened


@pytest.fixture
def host(capabilities: Capabilities) -> Host:
    return capabilities.host("tenant_acme", "run_1", "campaign_send_bulk")


async def test_each_capability_answers_by_its_name(host: Host, sink: mail.Sink, call: Call):
    claimed = await host.answer(call("ledger.claim", keys=["a"]))
    sent = await host.answer(call("email.send", to="ann@example.com", subject="Hi", text="Hello"))
    await host.answer(call("kv.set", key="k", value=7))
    kept = await host.answer(call("kv.get", key="k"))
    seen = await host.answer(call("http.request", method="GET", url=f"{sink.url}/messages"))
    slept = await host.answer(call("clock.sleep", seconds=0.01))

    assert claimed.value == ["claimed"]
    assert sent.value == {"status": "sent", "id": sink.messages[0].message_id}
    assert kept.value == 7
    assert "ann@example.com" in seen.value["text"]
    assert slept.elapsed_ns >= 10_000_000


async def test_what_fails_is_a_fault_with_a_code(host: Host, sink: mail.Sink, call: Call):
    sink.behaviour.refused["gone@example.com"] = "550 5.1.1 No such user"

    refused = await host.answer(call("email.send", to="gone@example.com", subject="Hi", text="Hello"))
    inside = await host.answer(call("http.request", method="GET", url="http://169.254.169.254/"))
    nonsense = await host.answer(call("ledger.claim", keys="a"))
    missing = await host.answer(call("approvals.ask", question="?"))

    faults = [reply.fault.code for reply in (refused, inside, nonsense, missing) if reply.fault]
    assert faults == ["rejected", "address_refused", "malformed_request", "not_set_up"]
    assert all(reply.value is None for reply in (refused, inside, nonsense, missing))


async def test_without_a_mail_server_a_tool_is_told_so(database: Database, call: Call):
    async with Capabilities.open(database) as capabilities:
        host = capabilities.host("tenant_acme", "run_1", "t")
        reply = await host.answer(call("email.send", to="a@b.example", subject="s", text="t"))
        stored = await host.answer(call("files.list"))
        asked = await host.answer(call("sql.query", database="crm", statement="select 1"))

    assert [one.fault.code for one in (stored, asked) if one.fault] == ["not_set_up"] * 2

    assert reply.fault is not None
    assert reply.fault.code == "not_set_up"
    assert "no mail server" in reply.fault.message


async def test_a_call_that_the_grant_let_through_is_understood_here(host: Host, sink: mail.Sink):
    """What the sandbox rewrites to its one form arrives in a form that is read the same way here."""
    asked = {"method": "GET", "url": f"{sink.url}/./x/../messages"}
    rewritten = CAPABILITIES["http"].read("request", asked).payload

    reply = await host.answer(HostCall(0, "http", "request", rewritten))

    assert reply.value["url"] == f"{sink.url}/messages"


async def test_every_operation_that_can_be_granted_is_offered_or_named_here_as_missing(host: Host):
    # Tools and approvals are answered where runs are carried, by tenants/runs/inner_runs.py and suspensions.py.
    missing = {"tools", "approvals"}
    for name, capability in CAPABILITIES.items():
        for operation in capability.operations:
            reply = await host.answer(HostCall(0, name, operation, {}))
            not_set_up = reply.fault is not None and reply.fault.code == "not_set_up"
            assert not_set_up == (name in missing), (name, operation)


def test_a_secret_is_found_in_every_usual_spelling():
    secret = Secret("key", "p@ss wörd/+=", ())
    scrub = Scrubber([secret, Secret("short", "abc", ())])

    assert scrub.text("it is p@ss wörd/+= indeed") == "it is {{secret:key}} indeed"
    assert scrub.text("p%40ss%20w%C3%B6rd%2F%2B%3D") == "{{secret:key}}"
    assert scrub.text("p%40ss+w%C3%B6rd%2F%2B%3D") == "{{secret:key}}"
    assert scrub.content("p@ss wörd/+=".encode()) == b"{{secret:key}}"
    assert scrub.data({"p@ss wörd/+=": ["p@ss wörd/+=", 1, None]}) == {"{{secret:key}}": ["{{secret:key}}", 1, None]}
    assert scrub.text("abc") == "abc"
