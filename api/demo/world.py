"""The local services that the example tools talk to in the demo: real servers, on loopback."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from api.settings import Settings
from examples.world import mail

# Two of the demo's recipients have mailboxes that do not exist, so that a refusal can be seen.
REFUSED = {
    "closed-1@example.com": "550 5.1.1 This mailbox is closed",
    "closed-2@example.com": "550 5.1.1 This mailbox is closed",
}


@dataclass(frozen=True, slots=True)
class World:
    mailbox: mail.Sink

    @property
    def mailbox_url(self) -> str:
        return self.mailbox.url

    def settings(self, settings: Settings) -> Settings:
        """Return the settings with the tools' mail going to the local mailbox."""
        return settings.model_copy(update={"smtp_url": SecretStr(f"smtp://127.0.0.1:{self.mailbox.smtp_port}")})


@asynccontextmanager
async def open_world(folder: Path, say: Callable[[str], None]) -> AsyncGenerator[World]:
    """Start the local services; what they hold is kept in `folder`."""
    async with mail.serve(folder=folder / "mail") as mailbox:
        mailbox.behaviour.refused.update(REFUSED)
        say(f"A local mail server takes the tools' mail; its mailbox page is {mailbox.url}")
        yield World(mailbox)
