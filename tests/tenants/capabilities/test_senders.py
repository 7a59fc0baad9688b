"""Who may send as whom, to how many: nobody by its own word."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from examples.world import mail
from sandbox import CAPABILITIES, Grant, HostCall, Mailbox, Malformed, mail_domain
from tenants.base.db import Database
from tenants.base.errors import InvalidError
from tenants.capabilities import Bound, Email, MailServer, Unable
from tenants.capabilities.email.smtp import Smtp
from tenants.models import Tenant
from tenants.rules import allotments
from tenants.rules.allotments import Domains
from tests.tenants.capabilities.mailing import email_of

ACME = Grant.parse({"email": ["from billing@acme.com", "to anyone", "at most 1 a run", "at most 500 a day"]})


def send(**message: Any) -> HostCall:
    return HostCall(0, "email", "send", {"to": "ann@b.example", "subject": "s", "text": "t", **message})


def send_many(*messages: dict[str, Any]) -> HostCall:
    usual = {"to": "ann@b.example", "subject": "s", "text": "t"}
    return HostCall(0, "email", "send_many", {"messages": [{**usual, **one} for one in messages]})


@pytest.fixture
async def sink() -> AsyncGenerator[mail.Sink]:
    async with mail.serve() as sink:
        yield sink


@pytest.fixture
async def email(sink: mail.Sink) -> AsyncGenerator[Email]:
    server = MailServer("127.0.0.1", sink.smtp_port, "no-reply@platform.example", "none", timeout_s=5)
    email = email_of(Smtp(server), domains=("acme.com", "*.shops.acme.com"))
    yield email
    await email.close()


MANY = [f"p{number}@b.example" for number in range(300)]
OVER: list[HostCall] = [
    send(to=MANY),
    send(to=MANY[:2]),
    send(to=["ann@b.example"] * 2),
    send(to=["Ann <ann@b.example>", "ann@b.example"]),
    send_many({}, {}),
    send_many({"to": MANY[:2]}),
    send_many({"to": MANY[:1]}, {"to": MANY[1:3]}),
]


@pytest.mark.parametrize("call", OVER)
def test_a_permit_for_one_is_for_one_recipient_in_whatever_form(call: HostCall) -> None:
    fault = ACME.allowance().admit(call)
    assert not isinstance(fault, HostCall)
    assert fault.code == "capability_refused"
    assert "at most 1 recipient in a run" in fault.message


def test_recipients_add_up_over_a_run() -> None:
    allowance = Grant.parse({"email": ["from @acme.com", "at most 3 a run"]}).allowance()
    assert isinstance(allowance.admit(send(to=MANY[:2])), HostCall)
    assert isinstance(allowance.admit(send()), HostCall)
    assert not isinstance(allowance.admit(send()), HostCall)
    assert CAPABILITIES["email"].read("send_many", send_many({"to": MANY}, {}).payload).weight == 301


def test_a_message_to_nobody_is_no_free_message() -> None:
    fault = ACME.allowance().admit(send(to=[]))
    assert not isinstance(fault, HostCall)
    assert fault.code == "malformed_request"


# Each by one who may send from billing@acme.com alone.
ELSEWHERE = [
    "mallory@evil.example", "Help <help@evil.example>", "help@acme.com.evil.example", "help@xacme.com",
    "help@sub.acme.com", "help@acme.co", "help@acme.com@evil.example", '"help@acme.com" <help@evil.example>',
    "help@\u0430cme.com", "help@acm\u0435.com",
]  # fmt: skip


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize("field", ["reply_to", "sender"])
def test_neither_sender_nor_answers_are_outside_the_grant(field: str, address: str) -> None:
    assert not isinstance(ACME.allowance().admit(send(**{field: address})), HostCall)


@pytest.mark.parametrize("address", ["help@acme.com", "Acme Help <help@acme.com>", "help@ACME.com", "b@\uff41cme.com"])
def test_answers_may_go_to_the_domain_of_a_permitted_sender(address: str) -> None:
    assert isinstance(ACME.allowance().admit(send(reply_to=address)), HostCall)


DISHONEST = [
    '"ceo@bank.example" <billing@acme.com>', '"ceo\uff20bank.example" <billing@acme.com>',
    '"ceo\ufe6bbank.example" <billing@acme.com>', "PayPal.com <billing@acme.com>",
    "paypal.COM Support <billing@acme.com>",
    '"www.my-bank.co.uk" <billing@acme.com>', '"pay\uff0eexample.com" <billing@acme.com>',
    "\u202eknaB <billing@acme.com>",
    "Ba\u200bnk <billing@acme.com>", "Bank\u2066 <billing@acme.com>", "Bank\u00ad <billing@acme.com>",
    "Bank\u2028Bcc <billing@acme.com>", "Ba\u0085nk <billing@acme.com>", "Bank\ue000 <billing@acme.com>",
    "=?utf-8?q?ceo=40bank=2Eexample?= <billing@acme.com>", "x" * 101 + " <billing@acme.com>",
]  # fmt: skip


@pytest.mark.parametrize("name", DISHONEST)
@pytest.mark.parametrize("field", ["reply_to", "sender"])
def test_a_senders_name_does_not_show_another_sender(field: str, name: str) -> None:
    fault = ACME.allowance().admit(send(**{field: name}))
    assert not isinstance(fault, HostCall)
    assert fault.code in {"malformed_request", "capability_refused"}


HONEST = [
    "Acme Billing <billing@acme.com>", '"Doe, Ann" <billing@acme.com>', "J. R. Doe <billing@acme.com>",
    "Müller & Söhne <billing@acme.com>", "acme.com <billing@acme.com>", "Acme Inc. <billing@acme.com>",
    "St.Gallen <billing@acme.com>", "アクメ <billing@acme.com>", "Team 🚀 <billing@acme.com>", "<billing@acme.com>",
]  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_name_passes(name: str) -> None:
    assert isinstance(ACME.allowance().admit(send(sender=name)), HostCall)


def test_a_grant_compares_addresses_as_they_leave() -> None:
    """The Kelvin sign is a k in lower case, and another letter in an address."""
    grant = Grant.parse({"email": ["from kim@acme.com", "to kim@acme.com"]})
    assert isinstance(grant.allowance().admit(send(sender="KIM@Acme.Com", to="Kim@acme.com")), HostCall)
    for field in ("sender", "to"):
        assert not isinstance(
            grant.allowance().admit(send(**{"to": "kim@acme.com", field: "\u212aim@acme.com"})), HostCall
        )


FOREIGN = [
    None, "billing@bolt.example", "x@sub.acme.com", "x@acme.com.evil.example", "x@xacme.com", "x@shops.acme.com",
    "x@platform.example", "x@com", "x@localhost", "x@127.0.0.1", "x@xn--cme-5cd.com", "x@\u0430cme.com",
]  # fmt: skip


@pytest.mark.parametrize("sender", FOREIGN)
async def test_the_real_sender_asks_the_operators_word_whatever_the_grant_says(
    email: Email, bound: Bound, sink: mail.Sink, sender: str | None
) -> None:
    """A grant is written by the tenant's own people; without a sender it is the platform's address."""
    with pytest.raises(Unable) as refused:
        await email.send(send(sender=sender), bound)
    assert refused.value.fault.code == "sender_not_allowed"
    assert "mail-domains" in (refused.value.fault.hint or "")
    (answer,) = await email.send_many(send_many({"sender": sender}), bound)
    assert answer["status"] == "rejected"
    assert not sink.messages


@pytest.mark.parametrize("sender", ["a@acme.com", "A <a@ACME.COM>", "a@one.shops.acme.com", "a@b.c.shops.acme.com"])
async def test_what_the_operator_allows_leaves(email: Email, bound: Bound, sink: mail.Sink, sender: str) -> None:
    await email.send(send(sender=sender), bound)
    assert len(sink.messages) == 1


def test_no_domains_allow_nothing() -> None:
    assert not Domains().allow("acme.com")
    assert Domains.parse(["*"]).allow("acme.com")
    assert mail_domain("ＡＣＭＥ.com") == "acme.com"


@pytest.mark.parametrize("given", ["", "*.", "acme..com", "*acme.com\x00..", ".com.", "a" * 300])
def test_what_is_no_domain_is_not_allotted(given: str) -> None:
    with pytest.raises(InvalidError):
        Domains.parse([given])


@pytest.mark.parametrize(
    "given", ["x@y@acme.com", "x@", "@acme.com", "x@acme.com, y@b.example", "x\r\n@acme.com", 5, None]
)
def test_one_reader_reads_addresses(given: object) -> None:
    with pytest.raises(Malformed):
        Mailbox.parse(given)


async def test_the_operator_gives_and_takes_domains_and_it_is_on_record(database: Database) -> None:
    async with database.system() as session:
        session.add(Tenant(slug="evil", name="Evil", policy={"mail_domains": ["acme.com"], "allotted": {"limits": {}}}))
    async with database.system() as session:
        tenant_id = (await allotments.operator(session, "evil")).tenant_id
    ask = allotments.domains_of(database, Domains())
    assert not (await ask(tenant_id)).names, "what a policy says of it counts for nothing"
    assert not (await ask("nobody")).names
    async with database.system() as session:
        actor = await allotments.operator(session, "evil")
        await allotments.allow(session, actor, "evil", Domains.parse(["Evil.Example", "*.evil.example"]))
    assert (await ask(tenant_id)).names == {"evil.example", "*.evil.example"}
    async with database.system() as session:
        await allotments.forbid(session, actor, "evil", Domains.parse(["*.evil.example"]))
    assert (await ask(tenant_id)).names == {"evil.example"}
