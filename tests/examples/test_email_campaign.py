"""The campaign tool through the real sandbox, a real database and a real SMTP server."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from examples.world import mail
from sandbox import Component, Pool
from tenants.base.db import Database
from tenants.capabilities import Capabilities
from tests.examples.packages import PACKAGES, answer_of

PACKAGE = PACKAGES["email_campaign"]


@pytest.fixture(scope="module")
async def component(pool: Pool) -> Component:
    return await PACKAGE.build(pool)


@dataclass
class Campaign:
    """The tool as a tenant's agent calls it; each call is a run of its own."""

    pool: Pool
    component: Component
    capabilities: Capabilities
    mailbox: mail.Sink
    numbers: Any

    async def send(self, recipients: list[Any], **changes: Any) -> dict[str, Any]:
        arguments = {
            "template_id": "welcome",
            "campaign_id": "spring",
            "variables": {"product": "Ledgerly", "first_name": "there"},
            "recipients": recipients,
        } | changes
        host = self.capabilities.host("tenant_acme", f"run_{next(self.numbers)}", PACKAGE.spec["name"])
        execution = await PACKAGE.run(self.pool, self.component, arguments, host)
        return answer_of(execution)["result"]


@pytest.fixture
async def campaign(pool: Pool, component: Component, database: Database) -> AsyncGenerator[Campaign]:
    async with (
        mail.serve() as mailbox,
        Capabilities.open(
            database, f"smtp://127.0.0.1:{mailbox.smtp_port}", mail_domains=["acme.example"]
        ) as capabilities,
    ):
        yield Campaign(pool, component, capabilities, mailbox, count(1))


def people(number: int) -> list[Any]:
    return [{"email": f"p{n}@example.com", "variables": {"first_name": f"P{n}"}} for n in range(number)]


async def test_two_hundred_recipients_are_counted_right_and_a_second_call_sends_none(campaign: Campaign):
    campaign.mailbox.behaviour.refused = {f"gone{n}@example.com": "550 5.1.1 No such user" for n in range(2)}
    malformed = ["no-at-sign", "two@@example.com", "spaces in@example.com"]
    duplicates = ["p0@example.com", "P1@EXAMPLE.com", " p2@example.com ", "p3@Example.com", "p4@example.com"]
    recipients = [*people(190), *malformed, *duplicates, "gone0@example.com", "gone1@example.com"]
    assert len(recipients) == 200

    first = await campaign.send(recipients)
    arrived = [message.recipient for message in campaign.mailbox.messages]
    second = await campaign.send(recipients)

    assert (first["sent"], first["skipped"], first["failed"], first["retry_queue"]) == (190, 5, 5, [])
    assert [problem["outcome"] for problem in first["problems"]] == ["malformed"] * 3 + ["rejected"] * 2
    assert sorted(arrived) == sorted(f"p{n}@example.com" for n in range(190))
    assert (second["sent"], second["skipped"], second["failed"]) == (0, 195, 5)
    assert len(campaign.mailbox.messages) == 190


async def test_each_message_is_written_for_its_recipient(campaign: Campaign):
    await campaign.send([{"email": "ann@example.com", "variables": {"first_name": "<b>Änn</b>"}}])

    (message,) = campaign.mailbox.messages
    assert message.subject == "Welcome to Ledgerly, <b>Änn</b>"
    assert "Hello <b>Änn</b>," in message.text
    assert "Hello &lt;b&gt;Änn&lt;/b&gt;," in message.html
    assert message.parsed["From"] == "Acme <news@acme.example>"


async def test_who_could_not_be_reached_for_now_is_sent_to_by_passing_the_queue_back(campaign: Campaign):
    campaign.mailbox.behaviour.deferred = {"p1@example.com": "452 4.2.2 Mailbox full"}
    first = await campaign.send(people(3))
    campaign.mailbox.behaviour.deferred.clear()

    second = await campaign.send(first["retry_queue"])

    assert (first["sent"], first["retry_queue"]) == (2, [people(3)[1]])
    assert second["sent"] == 1
    assert campaign.mailbox.to("p1@example.com")[0].subject == "Welcome to Ledgerly, P1"


async def test_when_the_mail_server_is_down_everybody_is_queued_and_it_is_not_hammered(campaign: Campaign):
    campaign.mailbox.behaviour.closed = True
    down = await campaign.send(people(350))
    campaign.mailbox.behaviour.closed = False

    up = await campaign.send(down["retry_queue"])

    assert (down["sent"], len(down["retry_queue"])) == (0, 350)
    assert [problem["reason"][:10] for problem in down["problems"]] == ["the mail s"] * 100 + ["not tried:"] * 250
    assert (up["sent"], up["skipped"]) == (350, 0)


async def test_what_nobody_knows_is_reported_and_never_sent_again(campaign: Campaign):
    campaign.mailbox.behaviour.hang_up = ["p1@example.com"]  # it arrives, and we do not hear so
    first = await campaign.send(people(3))
    campaign.mailbox.behaviour.hang_up = []

    second = await campaign.send(people(3))

    assert (first["sent"], first["uncertain"]) == (2, 1)
    assert (second["sent"], second["skipped"]) == (0, 3)
    assert [problem["outcome"] for problem in second["problems"]] == ["in_flight"]
    assert len(campaign.mailbox.to("p1@example.com")) == 1


async def test_another_campaign_and_another_mailing_have_ledgers_of_their_own(campaign: Campaign):
    news = {"template_id": "product_update", "variables": {"product": "L", "headline": "h", "summary": "s"}}

    counts = [
        (await campaign.send(["ann@example.com"]))["sent"],
        (await campaign.send(["ann@example.com"], campaign_id="autumn"))["sent"],
        (await campaign.send(["ann@example.com"], **news))["sent"],
        (await campaign.send(["ann@example.com"], **news))["sent"],
    ]

    assert counts == [1, 1, 1, 0]
