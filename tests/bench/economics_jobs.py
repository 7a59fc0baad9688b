"""The six examples as jobs of any size: their services seeded with so many items, the call, and the state it leaves."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from examples.world import crm, documents, etl, invoicing, mail, records

TODAY = date(2026, 6, 5)
PLACES = (invoicing.PLACE, crm.PLACE, records.PLACE, documents.PLACE, etl.SOURCE, etl.WAREHOUSE)
SECRETS = {
    "invoicing_api_key": ("inv_test_0123456789", "invoicing.acme.internal"),
    "crm_token": (crm.TEST_KEY, "crm.acme.internal"),
    "records_key": (records.TEST_KEY, "records.acme.internal"),
    "documents_key": (documents.TEST_KEY, "documents.acme.internal"),
}
Ports = Mapping[str, int]
# What the services hold once the work is done, in an order that does not depend on who did it.
State = Callable[[mail.Sink], Any]


@dataclass(frozen=True)
class Job:
    """`opened` serves so many items; `arguments` is the one call of the compiled tool; `first` is what an agent that
    works by hand has to ask for before it begins."""

    folder: str
    items: str
    arguments: Callable[[int], dict[str, Any]]
    opened: Callable[[int, Ports], AbstractAsyncContextManager[State]]
    first: tuple[tuple[str, dict[str, Any]], ...] = ()


def own(items: Sequence[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """The items under names that no other size has, so that no ledger remembers them."""
    return [{**one, "id": f"{one['id']}-{number}"} for one in items]


def letters(mailbox: mail.Sink) -> list[tuple[str, ...]]:
    """What arrived. Blank lines at the end of a part are the mail library's, not the sender's."""
    return sorted(
        (one.recipient, one.sender, one.subject, one.text.strip(), one.html.strip()) for one in mailbox.messages
    )


def by_text(items: Sequence[Any]) -> list[Any]:
    return sorted(items, key=str)


def recipients(number: int) -> list[dict[str, Any]]:
    """One in fifty is there twice, and one in a hundred is no address."""
    return [_recipient(index) for index in range(number)]


def _recipient(index: int) -> dict[str, Any]:
    known = index - 1 if index % 50 == 49 else index
    address = f"reader-{known:05}{'.' if index % 100 == 25 else '@'}example.com"
    return {"email": address, "variables": {"first_name": f"Reader {known}"}}


def campaign(number: int) -> dict[str, Any]:
    return {
        "template_id": "welcome",
        "campaign_id": f"spring-{number}",
        "variables": {"product": "Ledgerly"},
        "recipients": recipients(number),
    }


@asynccontextmanager
async def mailing(number: int, ports: Ports) -> AsyncGenerator[State]:
    del number, ports
    yield letters


@asynccontextmanager
async def invoices(number: int, ports: Ports) -> AsyncGenerator[State]:
    async with invoicing.serve(own(invoicing.make(number, TODAY), number), ports[invoicing.PLACE]) as books:

        def state(mailbox: mail.Sink) -> Any:
            reminders = {name: by_text(one["reminders"]) for name, one in books.invoices.items()}
            return letters(mailbox), reminders, by_text(books.escalations)

        yield state


@asynccontextmanager
async def deals(number: int, ports: Ports) -> AsyncGenerator[State]:
    async with crm.serve(own(crm.make(number, TODAY), number), ports[crm.PLACE]) as (sales, _):
        yield lambda _: by_text(list(sales.tasks.values()))


@asynccontextmanager
async def contacts(number: int, ports: Ports) -> AsyncGenerator[State]:
    async with records.serve(own(records.make(number), number), ports[records.PLACE]) as (kept, _):
        yield lambda _: (kept.contacts, kept.trails)


@asynccontextmanager
async def contracts(number: int, ports: Ports) -> AsyncGenerator[State]:
    async with documents.serve(own(documents.make(number, TODAY), number), ports[documents.PLACE]):
        yield letters


@asynccontextmanager
async def orders(number: int, ports: Ports) -> AsyncGenerator[State]:
    made = own(etl.make_orders(number), number)
    async with etl.serve({"orders": made}, (ports[etl.SOURCE], ports[etl.WAREHOUSE])) as plant:
        yield lambda _: (plant.warehouse.tables, plant.warehouse.quarantine)


JOBS = (
    Job("email_campaign", "recipients", campaign, mailing, (("get_template", {"template_id": "welcome"}),)),
    Job("invoices_chase", "invoices", lambda _: {"as_of": str(TODAY)}, invoices),
    Job("crm_follow_up", "deals", lambda _: {"as_of": str(TODAY), "manager": "boss", "per_owner": 100}, deals),
    Job("records_repair", "contacts", lambda _: {"max_changes": 5000}, contacts),
    Job("contracts_watch", "contracts", lambda _: {"as_of": str(TODAY)}, contracts),
    Job("etl", "orders", lambda _: {"stream": "orders", "from_start": True}, orders),
)
