"""Runs that wait for days: put aside with no instance and no memory held, and gone on with by replay.

A run waits for a time (`clock.sleep`) or for a person (`approvals.ask`). While it waits its lease names the
moment at which it is due, and no owner; whoever looks for work takes it then.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import HostReply
from tenants.base import canonical, pages
from tenants.base.db import announce, now, wake
from tenants.base.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from tenants.journal.journals import Asked, Journal
from tenants.journal.writer import FencedError
from tenants.journal.writes import Change
from tenants.models import Question, Run, RunStatus
from tenants.rights import audience
from tenants.rights.access import Actor, ActorKind, Permission
from tenants.rules import audit
from tenants.runtime import Runtime

# Shorter sleeps keep their instance: waking by replay would cost more than it saves.
SLEEP_KEPT_S = 5.0
QUEUE = "runs"
# What somebody must be allowed to do to answer for a role.
_ANSWERS = {
    "approver": Permission.VERSIONS_APPROVE, "owner": Permission.TENANT_MANAGE, "caller": Permission.TOOLS_CALL,
}  # fmt: skip
_COMMENT_CHARACTERS = 10_000


class SuspendedError(Exception):
    """The run waits. `due` is when it goes on at the latest; None: when somebody has answered."""

    def __init__(self, due: datetime | None) -> None:
        super().__init__("suspended")
        self.due = due


class GivenAwayError(Exception):
    """This process ends; another one goes on with the run."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Answers the calls for which a run can be put aside; raises SuspendedError to have it put aside.

    Raises GivenAwayError for any call of a process that ends.
    """

    runtime: Runtime
    run: Run
    journal: Journal

    async def answer(self, asked: Asked, intended_at_ns: int | None) -> HostReply | None:
        """Raises GivenAwayError."""
        if self.runtime.draining:
            raise GivenAwayError
        match asked.capability, asked.operation:
            case "clock", "sleep":
                return await self._sleep(asked, intended_at_ns)
            case "approvals", "ask":
                return await self._ask(asked, intended_at_ns)
            case _:
                return None

    async def _sleep(self, asked: Asked, intended_at_ns: int | None) -> HostReply | None:
        wanted_ns = int(float(asked.payload["seconds"]) * 1e9)
        if wanted_ns <= SLEEP_KEPT_S * 1e9 and intended_at_ns is None:
            return None
        if intended_at_ns is None:
            await self.journal.intend(asked)
        due_ns = (intended_at_ns or time.time_ns()) + wanted_ns
        if time.time_ns() >= due_ns:
            return HostReply(elapsed_ns=wanted_ns)
        raise SuspendedError(_instant(due_ns))

    async def _ask(self, asked: Asked, intended_at_ns: int | None) -> HostReply | None:
        if intended_at_ns is None:
            await self.journal.intend(asked)
        async with self.runtime.database.unit(self.run.tenant_id) as session:
            question = await _pose(session, self.run, asked, intended_at_ns or time.time_ns())
        if question.answer is None and (question.deadline is None or question.deadline > now()):
            raise SuspendedError(question.deadline)
        answer = question.answer or {
            "approved": False, "by": "nobody", "comment": "Nobody answered before the deadline.",
        }  # fmt: skip
        waited = (question.answered_at or question.deadline or now()) - question.created_at
        return HostReply(answer, elapsed_ns=max(0, int(waited.total_seconds() * 1e9)))


async def put_aside(runtime: Runtime, run: Run, suspended: SuspendedError) -> None:
    """Record that a run waits; its progress and log so far come again by replay."""
    run.status, run.lease_owner, run.lease_until = RunStatus.SUSPENDED, None, suspended.due
    run.entries_at_takeover = -1  # no takeover has been in vain
    kept = ("status", "lease_owner", "lease_until", "progress", "entries_at_takeover", "executions")
    values = {name: getattr(run, name) for name in kept}
    try:
        await runtime.records.writer.submit(Change(run.tenant_id, run.id, run.fence, values))
    except FencedError:
        return
    about = {"run": run.id, "tool": run.tool_name, audience.PRINCIPAL: run.principal}
    runtime.events.publish(run.tenant_id, "run.suspended", about)
    # The answer may have come between the question and this line, when there was nothing to wake yet.
    async with runtime.database.unit(run.tenant_id) as session:
        answered = await session.scalar(
            select(Question.id).where(Question.run_id == run.id, Question.answered_at.is_not(None)).limit(1)
        )
        if answered is not None:
            await rouse(session, run.id)


async def questions(
    session: AsyncSession, actor: Actor, *, is_open: bool | None = None, cursor: str | None = None, limit: int = 50
) -> pages.Page[Question]:
    """What runs of this tenant have asked, or still ask."""
    actor.require(Permission.RUNS_READ)
    query = select(Question)
    if is_open is not None:
        query = query.where(Question.answered_at.is_(None) if is_open else Question.answered_at.is_not(None))
    return await pages.page(session, query, Question.id, cursor, limit)


async def answer(
    session: AsyncSession, actor: Actor, question_id: str, *, approved: bool, comment: str = ""
) -> Question:
    """Answer for a person: the run goes on. Raises ConflictError when somebody else did already.

    What is asked of its caller is answered by that caller: the same key or agent, or the person who is signed in and
    answers for it.
    """
    query = select(Question).where(Question.id == question_id).with_for_update()
    question = await session.scalar(query)
    if question is None:
        raise NotFoundError(f"There is no question {question_id} here.")
    actor.require(_ANSWERS[question.asked_of])
    if question.asked_of == "caller" and not await _is_asked(session, actor, question):
        raise NotAllowedError(
            "This is asked of whoever called the tool.", hint="They answer it where they called, or signed in here."
        )
    if question.asked_of != "caller" and actor.kind is ActorKind.AGENT:
        raise NotAllowedError("A person answers this.", hint="Answer it in the dashboard.")
    if len(comment) > _COMMENT_CHARACTERS or "\0" in comment:
        problem = {"path": "/comment", "message": f"A comment has up to {_COMMENT_CHARACTERS:,} characters."}
        raise InvalidError(problems=[problem])
    if question.answer is not None or (question.deadline is not None and question.deadline <= now()):
        raise ConflictError("This question has been answered, or its deadline has passed.")
    question.answer = {"approved": approved, "by": actor.label, "comment": comment}
    question.answered_by, question.answered_at = actor.who(), now()
    await rouse(session, question.run_id)
    await audit.record(session, actor, "question.answered", question.id, run=question.run_id, approved=approved)
    principal = await session.scalar(select(Run.principal).where(Run.id == question.run_id))
    about = {"question": question.id, "run": question.run_id, audience.PRINCIPAL: principal}
    announce(session, question.tenant_id, "question.answered", about)
    return question


async def asked_of_caller(session: AsyncSession, run_id: str) -> Question | None:
    """Return what a run asks whoever called it, if it waits for that now."""
    query = select(Question).where(
        Question.run_id == run_id, Question.asked_of == "caller", Question.answered_at.is_(None)
    )
    question = await session.scalar(query.order_by(Question.seq.desc()).limit(1))
    is_open = question is not None and (question.deadline is None or question.deadline > now())
    return question if is_open else None


async def _is_asked(session: AsyncSession, actor: Actor, question: Question) -> bool:
    caller = await session.scalar(select(Run.caller).where(Run.id == question.run_id))
    return caller is not None and actor.is_caller(caller)


async def _pose(session: AsyncSession, run: Run, asked: Asked, asked_at_ns: int) -> Question:
    found = await session.scalar(select(Question).where(Question.run_id == run.id, Question.seq == asked.seq))
    if found is not None:
        return found
    seconds, details = asked.payload.get("deadline_seconds"), asked.payload.get("details")
    question = Question(
        run_id=run.id,
        seq=asked.seq,
        tool_name=run.tool_name,
        asked_of=str(asked.payload.get("of") or "approver"),
        question=asked.payload["question"],
        details=None if details is None else canonical.plain(details),
        created_at=_instant(asked_at_ns),
        deadline=None if seconds is None else _instant(asked_at_ns) + timedelta(seconds=float(seconds)),
    )
    session.add(question)
    await session.flush()
    about = {"question": question.id, "run": run.id, audience.PRINCIPAL: run.principal}
    announce(session, run.tenant_id, "question.asked", about)
    return question


async def rouse(session: AsyncSession, run_id: str) -> None:
    """Have a run that was put aside gone on with now; any other one is left as it is."""
    await session.execute(
        update(Run).where(Run.id == run_id, Run.status == RunStatus.SUSPENDED).values(lease_until=now())
    )
    wake(session, QUEUE)


def _instant(at_ns: int) -> datetime:
    return datetime.fromtimestamp(at_ns / 1e9, UTC)
