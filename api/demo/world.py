"""The local services that the example tools talk to in the demo: real servers, on loopback."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from api.settings import Settings
from examples.world import crm, documents, etl, invoicing, mail, records

# Two of the demo's recipients have mailboxes that do not exist, so that a refusal can be seen.
REFUSED = {
    "closed-1@example.com": "550 5.1.1 This mailbox is closed",
    "closed-2@example.com": "550 5.1.1 This mailbox is closed",
}
# The made-up books, deals and contracts are those of one day, so that every start tells the same story.
TODAY = date(2026, 6, 5)
CALLS: dict[str, dict[str, Any]] = {
    "invoices_chase_overdue": {"as_of": str(TODAY)},
    "crm_follow_up": {"as_of": str(TODAY), "manager": "boss"},
    "records_repair": {},
    "contracts_watch": {"as_of": str(TODAY)},
    "etl_sync": {"stream": "orders"},
}


@dataclass(frozen=True, slots=True)
class World:
    """`places` says where each name that a tool knows leads; `secrets` are name -> (value, host)."""

    mailbox: mail.Sink
    places: dict[str, str]
    secrets: dict[str, tuple[str, str]]

    @property
    def mailbox_url(self) -> str:
        return self.mailbox.url

    def settings(self, settings: Settings) -> Settings:
        """Return the settings with the tools' mail and requests going to the local services."""
        return settings.model_copy(
            update={
                "smtp_url": SecretStr(f"smtp://127.0.0.1:{self.mailbox.smtp_port}"),
                "allowed_internal_hosts": tuple(f"{name}={place}" for name, place in self.places.items()),
            }
        )


@asynccontextmanager
async def open_world(folder: Path, say: Callable[[str], None]) -> AsyncGenerator[World]:
    """Start the local services. Mail is kept in `folder`; the others begin anew."""
    async with AsyncExitStack() as stack:
        mailbox = await stack.enter_async_context(mail.serve(folder=folder / "mail"))
        mailbox.behaviour.refused.update(REFUSED)
        books = await stack.enter_async_context(invoicing.serve(invoicing.make(400, TODAY)))
        sales, _ = await stack.enter_async_context(crm.serve(crm.make(450, TODAY)))
        contacts, _ = await stack.enter_async_context(records.serve(records.make(320)))
        store, _ = await stack.enter_async_context(documents.serve(documents.make(240, TODAY)))
        plant = await stack.enter_async_context(etl.serve({"orders": etl.make_orders(1100)}))
        urls = {
            invoicing.PLACE: books.url,
            crm.PLACE: sales.url,
            records.PLACE: contacts.url,
            documents.PLACE: store,
        }
        say(f"A local mail server takes the tools' mail; its mailbox page is {mailbox.url}")
        say(f"Local services: {', '.join(name.partition('.')[0] for name in (*urls, *plant.detours))}")
        yield World(
            mailbox, {name: url.removeprefix("http://") for name, url in urls.items()} | plant.detours, _SECRETS
        )


_SECRETS = {
    "invoicing_api_key": ("inv_test_0123456789", "invoicing.acme.internal"),
    "crm_token": (crm.TEST_KEY, "crm.acme.internal"),
    "records_key": (records.TEST_KEY, "records.acme.internal"),
    "documents_key": (documents.TEST_KEY, "documents.acme.internal"),
}
