"""The contract tool through the real sandbox, a real database, a real mail server and a real document store."""

from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest

from examples.world import documents, mail
from examples.world.web import Trouble, Troubled
from sandbox import Component, Pool
from tenants.base.db import Database
from tenants.capabilities import Capabilities, Http, MailServer
from tenants.capabilities.secrets import Secret
from tests.examples.packages import PACKAGES, answer_of

PACKAGE = PACKAGES["contracts_watch"]
TODAY = date(2026, 6, 1)
CONTRACTS = 240


@pytest.fixture(scope="module")
async def component(pool: Pool) -> Component:
    return await PACKAGE.build(pool)


class Vault:
    async def all(self) -> dict[str, Secret]:
        return {"documents_key": Secret("documents_key", documents.TEST_KEY, ("documents.acme.internal",))}


def vault(*run: str) -> Vault:
    del run
    return Vault()


@dataclass
class Legal:
    pool: Pool
    component: Component
    capabilities: Capabilities
    mailbox: mail.Sink
    served: Troubled
    _numbers: Any = field(default_factory=lambda: count(1))

    async def watch(self, day: date = TODAY) -> dict[str, Any]:
        host = self.capabilities.host("tenant_acme", f"run_{next(self._numbers)}", PACKAGE.spec["name"])
        return answer_of(await PACKAGE.run(self.pool, self.component, {"as_of": str(day)}, host))


@pytest.fixture
async def legal(pool: Pool, component: Component, database: Database) -> AsyncGenerator[Legal]:
    async with mail.serve() as mailbox, documents.serve(documents.make(CONTRACTS, TODAY)) as (url, served):
        capabilities = Capabilities(
            database,
            mail=MailServer.parse(f"smtp://127.0.0.1:{mailbox.smtp_port}"),
            mail_domains=["acme.example"],
            http=Http(detours={documents.PLACE: url.removeprefix("http://")}),
            secrets=vault,
            internal_hosts=frozenset({documents.PLACE}),
        )
        yield Legal(pool, component, capabilities, mailbox, served)
        await capabilities.close()


async def test_every_contract_is_counted_and_each_owner_hears_once(legal: Legal):
    first = (await legal.watch())["result"]
    second = (await legal.watch())["result"]

    names = ("notified", "quiet", "told_before", "unclear", "failed", "uncertain")
    assert sum(first[name] for name in names) == CONTRACTS
    assert first["unclear"] == CONTRACTS // 12
    assert first["notified"] == len(first["due"]) > 20
    assert max(Counter(message.recipient for message in legal.mailbox.messages).values()) == 1
    named = sum(message.text.count("decide by") for message in legal.mailbox.messages)
    assert named == first["notified"]
    assert (second["notified"], second["told_before"]) == (0, first["notified"])


async def test_over_a_season_no_warning_is_lost_and_none_comes_twice(legal: Legal):
    days = [TODAY + timedelta(days=number) for number in range(0, 70, 10)]
    reports = [(await legal.watch(day))["result"] for day in days]

    told = Counter(
        (one["contract"], one["decide_by"], warning(one["decide_by"], day))
        for day, report in zip(days, reports, strict=True)
        for one in report["due"]
    )
    assert sum(report["notified"] for report in reports) == len(told)
    assert sum(report["told_before"] for report in reports) == told.total() - len(told)


def warning(decide_by: str, day: date) -> int:
    left = (date.fromisoformat(decide_by) - day).days
    return min(limit for limit in (60, 30, 7) if left <= limit)


async def test_whom_the_mail_server_refuses_for_now_hears_the_next_time(legal: Legal):
    legal.mailbox.behaviour.deferred["*"] = "451 4.3.0 Not now"
    away = (await legal.watch())["result"]
    legal.mailbox.behaviour.deferred.clear()

    back = (await legal.watch())["result"]

    assert (away["notified"], back["notified"]) == (0, away["failed"])


async def test_when_the_contracts_cannot_be_read_to_the_end_nobody_is_written_to(legal: Legal):
    legal.served.trouble = Trouble(truncate=True, times=9, path="/documents")

    answer = await legal.watch()

    assert answer["error"]["code"] == "documents_unavailable"
    assert legal.mailbox.messages == []
