"""Alerts: each begins once and is told to be over once, by a real letter and a real webhook, on both databases."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from examples.world import mail
from sandbox import Pool
from tenants.alerts import alert_rules, measures
from tenants.alerts.alert_rules import KINDS, Wanted
from tenants.alerts.watch import look_at_rules
from tenants.base.db import Database, now
from tenants.base.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from tenants.base.key_ring import Ring
from tenants.capabilities import Http
from tenants.capabilities.email.messages import Mailbox
from tenants.capabilities.email.smtp import MailServer, Smtp
from tenants.models import AlertRule, Exchange, Membership, Run, Schedule, Tenant
from tenants.notifications import webhooks
from tenants.notifications.deliveries import Messenger
from tenants.people.mailer import Mailer
from tenants.rights.access import Actor, Permission
from tenants.runs import runs
from tenants.runtime import Runtime
from tenants.stores.vault import Vault
from tests.tenants import workshop
from tests.tenants.test_webhooks import Receiver, receiver

__all__ = ["receiver"]
BREAKS = '''
"""Break."""


def work() -> str:
    return {}["nothing"]
'''


@dataclass
class Scene:
    runtime: Runtime
    actor: Actor
    messenger: Messenger
    mailer: Mailer
    sink: mail.Sink
    receiver: Receiver

    async def add(self, kind: str, threshold: int, **more: Any) -> AlertRule:
        async with self.runtime.database.unit(self.actor.tenant_id) as session:
            wanted = Wanted(kind, threshold, **more)
            return await alert_rules.add_rule(session, self.actor, wanted, self.mailer, by_letter=True)

    async def call(self, tool: str = "work") -> None:
        await runs.call(self.runtime, self.actor, tool, {})

    async def look(self) -> int:
        """How many rules began or ended; whatever that told has been sent."""
        changed = await look_at_rules(self.runtime)
        await self.messenger.collect()
        await self.messenger.deliver()
        await self.mailer.deliver()
        return changed

    async def fires(self) -> list[bool]:
        async with self.runtime.database.reading(self.actor.tenant_id) as session:
            return [rule.fired_at is not None for rule in await alert_rules.list_rules(session, self.actor)]

    def heard(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.receiver.heard]

    def letters(self) -> list[str]:
        return [letter.subject for letter in self.sink.messages]

    async def change(self, rule: AlertRule, **changes: Any) -> None:
        async with self.runtime.database.unit(self.actor.tenant_id) as session:
            await alert_rules.change_rule(session, self.actor, rule.id, changes)


@pytest.fixture
async def scene(database: Database, pool: Pool, receiver: Receiver) -> AsyncGenerator[Scene]:
    actor = await workshop.make_tenant(database)
    ring = Ring({"k1": bytes(32)})
    vault = Vault(database, ring)
    async with mail.serve() as sink:
        carrier = Smtp(MailServer.parse(f"smtp://127.0.0.1:{sink.smtp_port}"))
        sender = Mailbox("Sealwright", "no-reply@host.example")
        mailer = Mailer(database, ring, carrier, sender, "https://seal.example")
        runtime = Runtime(
            database=database, pool=pool, image=pool.image, effects=workshop.World(), vault=vault, mailer=mailer
        )
        await workshop.make_tool(runtime, actor, BREAKS)
        await workshop.make_tool(
            runtime, actor, BREAKS.replace('{}["nothing"]', '"well"').replace("work", "well"), name="well"
        )
        async with database.unit(actor.tenant_id) as session:
            await webhooks.create(session, vault, actor, receiver.url, ["alert.fired", "alert.over"])
        http = Http()
        place = frozenset({receiver.url.removeprefix("http://").removesuffix("/hook")})
        yield Scene(runtime, actor, Messenger(runtime, vault, http, place), mailer, sink, receiver)
        await runtime.close()
        await http.close()


async def test_failures_of_a_tool_are_told_once_and_so_is_their_end(scene: Scene) -> None:
    rule = await scene.add("failures", 2, tool_name="work")
    await scene.call()
    await scene.call("well")
    assert (await scene.look(), scene.letters(), scene.heard()) == (0, [], [])
    await scene.call()
    assert (await scene.look(), await scene.fires()) == (1, [True])
    await scene.call()
    assert await scene.look() == 0  # it goes on: told once
    (letter,) = scene.sink.messages
    assert (letter.subject, letter.recipient) == ("Alert: work: runs fail", f"ann@{scene.actor.tenant_slug}.example")
    assert "2 runs that failed, ran out of something or died (work) in the last 60 minutes" in letter.text
    assert f"https://seal.example/tenants/{scene.actor.tenant_slug}/settings/alerts" in letter.text
    (told,) = scene.heard()
    assert (told["type"], told["data"]["alert"], told["data"]["value"]) == ("alert.fired", rule.id, 2)
    async with scene.runtime.database.system() as session:  # two hours pass
        long_ago = now() - timedelta(hours=2)
        await session.execute(update(Run).where(Run.tool_name == "work").values(finished_at=long_ago))
    assert (await scene.look(), await scene.fires()) == (1, [False])
    assert scene.letters()[1:] == ["Over: work: runs fail"]
    assert [one["type"] for one in scene.heard()] == ["alert.fired", "alert.over"]
    assert await scene.look() == 0


async def test_two_processes_that_look_at_once_tell_it_once(scene: Scene) -> None:
    await scene.add("failures", 1)
    await scene.call()
    stale = await scene.fires()
    assert stale == [False]
    counts = [await look_at_rules(scene.runtime), await look_at_rules(scene.runtime)]
    await scene.look()
    assert (counts, len(scene.letters()), len(scene.heard())) == ([1, 0], 1, 1)


async def test_slow_tools_failing_schedules_full_stores_and_spent_budgets_are_told(scene: Scene) -> None:
    for kind, threshold in (("slow", 5_000), ("schedules", 1), ("storage", 90), ("budget", 80), ("uncertain", 1)):
        await scene.add(kind, threshold)
    for _ in range(3):
        await scene.call("well")
    assert await scene.look() == 0
    database, tenant_id = scene.runtime.database, scene.actor.tenant_id
    async with database.unit(tenant_id) as session:
        await session.execute(update(Run).values(wall_ms=6_000.0))
        session.add(_schedule(scene.actor))
        session.add(_exchange())
        await session.execute(
            update(Tenant).where(Tenant.id == tenant_id).values(policy={"limits": {"stored_bytes": 1}})
        )
    await scene.runtime.records.count()
    assert await scene.look() == 4
    assert sorted(one["data"]["about"] for one in scene.heard()) == ["budget", "schedules", "slow", "storage"]
    async with database.unit(tenant_id) as session:
        await session.execute(update(Schedule).values(paused=True))
    assert (await scene.look(), scene.letters()[-1]) == (1, "Over: a schedule fails")


def _schedule(actor: Actor) -> Schedule:
    return Schedule(
        tool_name="well", arguments={}, cron="0 9 * * *", zone="UTC", missed="skip", created_by=actor.who(),
        last_error="It could not be called.",
    )  # fmt: skip


def _exchange() -> Exchange:
    return Exchange(
        version_id="ver_x", tool_name="well", purpose="write", prompt_digest="0" * 64, model="m", request=[],
        cost_microusd=45_000_000,
    )  # fmt: skip


async def test_a_rule_that_is_paused_is_quiet_and_one_that_is_changed_is_judged_anew(scene: Scene) -> None:
    rule = await scene.add("failures", 1)
    await scene.call()
    await scene.look()
    await scene.change(rule, active=False)
    assert (await scene.look(), await scene.fires()) == (0, [False])
    await scene.change(rule, active=True, threshold=9)
    assert (await scene.look(), await scene.fires()) == (0, [False])
    await scene.change(rule, threshold=1)
    assert (await scene.look(), len(scene.letters())) == (1, 2)
    async with scene.runtime.database.unit(scene.actor.tenant_id) as session:
        await alert_rules.ask_for_letters(session, scene.actor, rule.id, scene.mailer, wanted=False)
    await scene.change(rule, threshold=9)
    assert (await scene.look(), len(scene.letters()), len(scene.heard())) == (1, 2, 3)


@pytest.mark.parametrize(
    ("wanted", "path"),
    [(Wanted("nothing", 1), "/kind"), (Wanted("failures", 0), "/threshold"), (Wanted("budget", 101), "/threshold"),
     (Wanted("failures", 1, 0), "/span_minutes"), (Wanted("failures", 1, 10_081), "/span_minutes"),
     (Wanted("failures", 1, 60, "nobody"), "/tool"), (Wanted("uncertain", 1, 60, "work"), "/tool")],
    ids=range(7),
)  # fmt: skip
async def test_what_is_no_alert_is_refused(scene: Scene, wanted: Wanted, path: str) -> None:
    with pytest.raises(InvalidError) as told:
        async with scene.runtime.database.unit(scene.actor.tenant_id) as session:
            await alert_rules.add_rule(session, scene.actor, wanted, scene.mailer, by_letter=False)
    assert [problem["path"] for problem in told.value.problems] == [path]


async def test_alerts_are_set_by_owners_and_letters_go_to_whoever_asks_and_still_belongs(scene: Scene) -> None:
    rule = await scene.add("failures", 1)
    viewer = replace(scene.actor, permissions=frozenset({Permission.RUNS_READ}))
    stranger = await workshop.make_tenant(scene.runtime.database)
    with pytest.raises(NotAllowedError):
        async with scene.runtime.database.unit(scene.actor.tenant_id) as session:
            await alert_rules.change_rule(session, viewer, rule.id, {"active": False})
    with pytest.raises(NotFoundError):
        async with scene.runtime.database.unit(stranger.tenant_id) as session:
            await alert_rules.drop_rule(session, stranger, rule.id)
    with pytest.raises(ConflictError, match="no letters"):
        async with scene.runtime.database.unit(scene.actor.tenant_id) as session:
            await alert_rules.ask_for_letters(session, viewer, rule.id, None, wanted=True)
    async with scene.runtime.database.unit(scene.actor.tenant_id) as session:
        await session.execute(delete(Membership))
    await scene.call()
    assert (await scene.look(), scene.letters()) == (1, [])
    assert set(KINDS) == set(measures.MEASURES)
