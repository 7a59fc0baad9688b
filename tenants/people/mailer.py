"""The product's own letters: confirm an address, choose a new password, what was changed in an account.

A letter is written in the unit it is about, so that none leaves for what was never committed, and sent afterwards by
whichever process comes first. It holds no words that somebody chose, such as a name: whoever can have a letter sent to
any address must not write it. Tools' mail is another thing: see tenants/capabilities/email/email.py.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import ids
from tenants.base.db import Database, now, wake
from tenants.base.key_ring import Ring
from tenants.capabilities.email.messages import Carrier, Letter, Mailbox
from tenants.models import OutgoingLetter

log = logging.getLogger(__name__)
QUEUE = "letters"
_LOOK_EVERY_S = 5.0
_AT_ONCE = 20
_HELD = timedelta(minutes=2)  # a letter under way is nobody else's for so long
# How long to wait before each further attempt. What is older than the last is of no use to anybody.
_WAITS_S = (5, 30, 120, 600)


@dataclass(frozen=True, slots=True)
class Mailer:
    """`origin` begins the links in letters. `ring` seals what waits: a link in it is as good as a password."""

    database: Database
    ring: Ring
    carrier: Carrier
    sender: Mailbox
    origin: str

    async def write(self, session: AsyncSession, email: str, subject: str, text: str) -> None:
        """Send a letter when this unit has committed."""
        letter = OutgoingLetter(id=ids.new("let"), email=email, subject=subject)
        letter.wrapped_by, letter.wrapped = self.ring.wrap(text.encode(), letter.wrap_context)
        session.add(letter)
        wake(session, QUEUE)

    async def work(self) -> None:
        """Go on until cancelled."""
        while True:
            try:
                while await self.deliver():
                    pass
            except Exception:
                log.exception("sending letters stumbled")
            await self.database.events.sleep(QUEUE, _LOOK_EVERY_S)

    async def deliver(self) -> int:
        """Attempt what is due; return how many that was."""
        async with self.database.system() as session:
            due = (
                select(OutgoingLetter.id)
                .where(OutgoingLetter.next_at <= now())
                .order_by(OutgoingLetter.next_at)
                .limit(_AT_ONCE)
                .with_for_update(skip_locked=True)
            )
            taken = (
                await session.scalars(
                    update(OutgoingLetter)
                    .where(OutgoingLetter.id.in_(due))
                    .values(next_at=now() + _HELD, attempts=OutgoingLetter.attempts + 1)
                    .returning(OutgoingLetter)
                    .execution_options(synchronize_session=False)
                )
            ).all()
        for letter in taken:
            await self._attempt(letter)
        return len(taken)

    async def _attempt(self, row: OutgoingLetter) -> None:
        text = self.ring.unwrap(row.wrapped_by, row.wrapped, row.wrap_context).decode()
        letter = Letter(None, row.id, self.sender, (row.email,), row.subject, text, None, None, ())
        delivery = await self.carrier.deliver(letter)
        # Whoever gets it twice loses nothing; whoever never gets it cannot sign in.
        again = delivery.status in ("failed", "uncertain") and row.attempts <= len(_WAITS_S)
        if delivery.status != "sent":
            log.warning("the letter %s was not sent: %s %s", row.id, delivery.status, delivery.reply)
        async with self.database.system() as session:
            found = await session.get_one(OutgoingLetter, row.id)
            if again:
                found.next_at = now() + timedelta(seconds=_WAITS_S[row.attempts - 1])
            else:
                await session.delete(found)
