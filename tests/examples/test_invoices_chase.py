"""The invoice tool through the real sandbox, a real database, a real SMTP server and a real invoicing service."""

from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest

from examples.world import invoicing, mail
from examples.world.web import Trouble
from sandbox import Component, Pool
from tenants.base.db import Database
from tenants.capabilities import Capabilities, Http, MailServer
from tenants.capabilities.secrets import Secret
from tests.examples.packages import PACKAGES, answer_of

PACKAGE = PACKAGES["invoices_chase"]
TODAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
async def component(pool: Pool) -> Component:
    return await PACKAGE.build(pool)


class Vault:
    async def all(self) -> dict[str, Secret]:
        return {"invoicing_api_key": Secret("invoicing_api_key", "inv_test_0123456789", ("invoicing.acme.internal",))}


def vault(*run: str) -> Vault:
    del run
    return Vault()


@dataclass
class Office:
    """The tool as a scheduler calls it, day by day, with what it reaches."""

    pool: Pool
    component: Component
    capabilities: Capabilities
    mailbox: mail.Sink
    books: invoicing.Books
    _numbers: Any = field(default_factory=lambda: count(1))

    async def chase(self, day: date = TODAY) -> dict[str, Any]:
        host = self.capabilities.host("tenant_acme", f"run_{next(self._numbers)}", PACKAGE.spec["name"])
        execution = await PACKAGE.run(self.pool, self.component, {"as_of": str(day)}, host)
        return answer_of(execution)


@pytest.fixture
async def office(pool: Pool, component: Component, database: Database) -> AsyncGenerator[Office]:
    async with mail.serve() as mailbox, invoicing.serve(invoicing.make(450, TODAY)) as books:
        capabilities = Capabilities(
            database,
            mail=MailServer.parse(f"smtp://127.0.0.1:{mailbox.smtp_port}"),
            mail_domains=["acme.example"],
            http=Http(detours={invoicing.PLACE: books.url.removeprefix("http://")}),
            secrets=vault,
            internal_hosts=frozenset({invoicing.PLACE}),
        )
        yield Office(pool, component, capabilities, mailbox, books)
        await capabilities.close()


def overdue(books: invoicing.Books) -> list[dict[str, Any]]:
    return books.open_before(str(TODAY))


def recorded(books: invoicing.Books) -> Counter[str]:
    return Counter(one["stage"] for invoice in books.invoices.values() for one in invoice["reminders"])


async def test_a_morning_of_450_invoices_adds_up_and_the_second_call_does_nothing(office: Office):
    first = (await office.chase())["result"]
    arrived = len(office.mailbox.messages)
    requests = office.books.served.requests
    second = (await office.chase())["result"]

    counted = sum(first["reminded"].values()) + sum(
        first[name] for name in ("escalated", "waiting", "failed", "uncertain")
    )
    assert counted == len(overdue(office.books)) > 200
    assert first["messages"] == arrived < sum(first["reminded"].values())
    assert recorded(office.books) == {name: number for name, number in first["reminded"].items() if number}
    assert {problem["outcome"] for problem in first["problems"]} == {"no_address"}
    assert (second["reminded"], second["messages"]) == ({"friendly": 0, "firm": 0, "final": 0}, 0)
    assert len(office.mailbox.messages) == arrived
    assert office.books.served.requests == requests + 2  # the two pages, and not one thing written


async def test_no_customer_gets_two_messages_and_each_names_all_that_is_due(office: Office):
    await office.chase()

    assert max(Counter(message.recipient for message in office.mailbox.messages).values()) == 1
    named = [number for message in office.mailbox.messages for number in message.text.split() if number[:5] == "2026-"]
    assert len(named) == len(set(named)) == recorded(office.books).total()


async def test_what_stays_open_is_passed_to_a_person_in_the_end_and_once(office: Office):
    for days in (0, 5, 10, 15, 16):
        await office.chase(TODAY + timedelta(days=days))

    escalated = [one["invoice"] for one in office.books.escalations]
    assert escalated
    assert len(set(escalated)) == len(escalated)
    for name in escalated:
        assert "final" in {one["stage"] for one in office.books.invoices[name]["reminders"]}


async def test_a_service_that_fails_while_it_records_is_told_later_and_nobody_is_reminded_twice(office: Office):
    office.books.served.trouble = Trouble(status=400, times=30, path="/reminders")
    first = (await office.chase())["result"]
    arrived = len(office.mailbox.messages)
    missing = sum(first["reminded"].values()) - recorded(office.books).total()

    second = (await office.chase())["result"]

    assert missing == 30
    assert Counter(problem["outcome"] for problem in first["problems"])["not_recorded"] == 30
    assert second["messages"] == 0
    assert len(office.mailbox.messages) == arrived
    assert recorded(office.books) == {name: number for name, number in first["reminded"].items() if number}


async def test_a_recording_whose_answer_is_lost_is_recorded_once(office: Office):
    office.books.served.trouble = Trouble(status=500, times=10, path="/reminders", after=True)
    first = (await office.chase())["result"]
    await office.chase()

    assert recorded(office.books).total() == sum(first["reminded"].values())


@pytest.mark.parametrize("trouble", [Trouble(status=500, times=9), Trouble(truncate=True, times=9)])
async def test_when_the_list_cannot_be_read_nobody_is_written_to(office: Office, trouble: Trouble):
    office.books.served.trouble = trouble

    answer = await office.chase()

    assert answer["error"]["code"] == "invoicing_unavailable"
    assert office.mailbox.messages == []


async def test_the_service_is_asked_with_the_secret_and_the_tool_never_sees_it(office: Office):
    office.books.api_key = "another"

    answer = await office.chase()

    assert "401" in answer["message"]
    assert "inv_test" not in str(answer)
