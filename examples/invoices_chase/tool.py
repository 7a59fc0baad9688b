"""Chase overdue invoices: a reminder that fits how late each is, one message a customer, then a person."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sealwright import CapabilityRefused, ToolError, clock, email, http, ledger, log, progress, secret

API = "http://invoicing.acme.internal/v1"
SENDER = "Acme Billing <billing@acme.example>"
PAGE = 200
BATCH = 50  # customers written to at a time
REST_DAYS = 5  # between two reminders for the same invoice
PLACES = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3}  # digits after the point, where they are not two


@dataclass(frozen=True)
class Stage:
    """What a reminder says once an invoice is so many days late."""

    name: str
    days: int
    subject: str
    opening: str


STAGES = [
    Stage("friendly", 3, "A reminder from Acme", "perhaps it escaped your attention: this is still open."),
    Stage("firm", 14, "Payment overdue", "in spite of our reminder this is still open. Please pay within 7 days."),
    Stage("final", 30, "Final notice", "this is our last notice. Please pay within 7 days, or we pass this on."),
]
ESCALATE_DAYS = 45
NOTICE_DAYS = 7  # what the final notice promised


@dataclass
class Invoice:
    """An open invoice, read once and strictly: what cannot be read is never chased."""

    id: str
    number: str
    currency: str
    amount: Decimal
    days_late: int
    disputed: bool
    customer: dict[str, Any]
    reminders: dict[str, date]

    def key(self, step: str) -> str:
        return f"invoices/{self.id}/{step}"

    @property
    def money(self) -> str:
        return f"{self.currency} {self.amount:,}"


@dataclass
class Report:
    """What became of every invoice that is overdue; each is counted exactly once."""

    reminded: dict[str, int] = field(default_factory=lambda: {stage.name: 0 for stage in STAGES})
    escalated: int = 0
    waiting: int = 0
    failed: int = 0
    uncertain: int = 0
    messages: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)

    def fail(self, invoice: str, outcome: str, reason: str) -> None:
        self.failed += 1
        self.problems.append({"invoice": invoice, "outcome": outcome, "reason": reason})

    def owe(self, invoice: Invoice) -> None:
        self.totals[invoice.currency] = self.totals.get(invoice.currency, Decimal(0)) + invoice.amount


def invoices_chase_overdue(
    as_of: str | None = None,
    time_zone: str = "Europe/Berlin",
    minimum: str = "1",
    dry_run: bool = False,  # noqa: FBT001, FBT002 - the schema's property
) -> dict[str, Any]:
    """Remind every customer with overdue invoices as far as it is time, and pass the hopeless ones to a person."""
    today = day(as_of, time_zone)
    report = Report()
    due: list[tuple[Invoice, Stage]] = []
    hopeless: list[Invoice] = []
    for invoice in overdue(today, report):
        report.owe(invoice)
        step = next_step(invoice, amount_of(minimum, "minimum"), today, report)
        if isinstance(step, Stage):
            due.append((invoice, step))
        elif step == "escalate":
            hopeless.append(invoice)
    log.info("invoices sorted", as_of=str(today), to_remind=len(due), to_escalate=len(hopeless))
    if dry_run:
        for _, stage in due:
            report.reminded[stage.name] += 1
        report.escalated = len(hopeless)
    else:
        remind(due, today, report)
        escalate(hopeless, today, report)
    return result(today, report)


def day(as_of: str | None, time_zone: str) -> date:
    """Return the business's own date: an invoice is late when its day is over there."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ToolError(
            "unknown_time_zone", f"There is no time zone {time_zone!r}.", hint="Such as Europe/Berlin."
        ) from error
    try:
        return date.fromisoformat(as_of) if as_of else clock.now().astimezone(zone).date()
    except ValueError as error:
        raise ToolError("invalid_date", f"{as_of!r} is no date.", hint="Write it as 2026-06-01.") from error


def amount_of(given: Any, what: str) -> Decimal:
    """Read an amount of money, which is always text in JSON."""
    try:
        amount = Decimal(given)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise ToolError(
            "invalid_amount", f"{what} is {given!r}, which is no amount.", hint='Such as "1.50".'
        ) from error
    if not amount.is_finite():
        raise ToolError("invalid_amount", f"{what} is {given!r}, which is no amount.", hint='Such as "1.50".')
    return amount


def ask(method: str, path: str, **options: Any) -> dict[str, Any]:
    """Return the request for one call of the invoicing service."""
    headers = {"Authorization": f"Bearer {secret('invoicing_api_key')}"}
    return {"method": method, "url": f"{API}{path}", "headers": headers, **options}


def overdue(today: date, report: Report) -> list[Invoice]:
    """Read every page before anything is sent: half a list would chase half the customers."""
    found, cursor = [], None
    while True:
        page = read_page(today, cursor)
        for raw in page["items"]:
            try:
                found.append(parse(raw, today))
            except (ToolError, KeyError, TypeError, ValueError, ArithmeticError) as error:
                name = raw.get("id") if isinstance(raw, dict) else None
                report.fail(str(name), "unreadable", f"{type(error).__name__}: {error}")
        cursor = page.get("next_cursor")
        if cursor is None:
            return found


def read_page(today: date, cursor: str | None) -> dict[str, Any]:
    params = {"status": "open", "due_before": str(today), "limit": PAGE, **({"cursor": cursor} if cursor else {})}
    try:
        page = http.request(**ask("GET", "/invoices", params=params)).raise_for_status().json()
        if isinstance(page.get("items"), list):
            return page
        reason = "its answer has no list of invoices"
    except CapabilityRefused:
        raise
    except (http.StatusError, http.RequestFailed, ValueError, AttributeError) as error:
        reason = str(error)
    raise ToolError(
        "invoicing_unavailable",
        f"The invoices could not be read: {reason}",
        hint="Nothing was sent. Call again when the invoicing service works.",
    )


def parse(raw: dict[str, Any], today: date) -> Invoice:
    currency = raw["currency"]
    places = Decimal(1).scaleb(-PLACES.get(currency, 2))
    return Invoice(
        id=raw["id"],
        number=raw["number"],
        currency=currency,
        amount=amount_of(raw["amount_due"], "amount_due").quantize(places, ROUND_HALF_UP),
        days_late=(today - date.fromisoformat(raw["due_date"])).days,
        disputed=bool(raw.get("disputed")),
        customer=raw["customer"],
        reminders={one["stage"]: date.fromisoformat(one["sent_on"]) for one in raw.get("reminders") or []},
    )


def next_step(invoice: Invoice, minimum: Decimal, today: date, report: Report) -> Stage | str | None:
    """Return the stage that is due, "escalate", or None when it is not time, or not for us to chase."""
    due = [stage for stage in STAGES if invoice.days_late >= stage.days]
    final = invoice.reminders.get("final")
    last = max(invoice.reminders.values(), default=None)
    if final and invoice.days_late >= ESCALATE_DAYS and (today - final).days >= NOTICE_DAYS:
        return "escalate"
    unsaid = due and due[-1].name not in invoice.reminders
    rested = last is None or (today - last).days >= REST_DAYS
    if invoice.disputed or invoice.amount < minimum or not unsaid or not rested:
        report.waiting += 1
        return None
    if not invoice.customer.get("email"):
        report.fail(invoice.id, "no_address", f"{invoice.customer.get('name')} has no email address")
        return None
    return due[-1]


def remind(due: list[tuple[Invoice, Stage]], today: date, report: Report) -> None:
    """Write once to each customer, about all that is due there, in the tone of the latest stage."""
    customers: dict[str, list[tuple[Invoice, Stage]]] = {}
    for invoice, stage in due:
        customers.setdefault(invoice.customer["id"], []).append((invoice, stage))
    groups = list(customers.values())
    for start in range(0, len(groups), BATCH):
        send(groups[start : start + BATCH], today, report)
        progress(min(start + BATCH, len(groups)), len(groups), f"{report.messages} customers reminded")


def send(groups: list[list[tuple[Invoice, Stage]]], today: date, report: Report) -> None:
    """Claim, send, settle and record one batch of customers."""
    mine, sent = claim(groups, report)
    if mine:
        try:
            answers = email.send_many([letter(group) for group in mine])
        except CapabilityRefused:
            ledger.release([invoice.key(stage.name) for group in mine for invoice, stage in group])
            raise
        sent += settle(mine, answers, report)
    record(sent, today, report)


def claim(
    groups: list[list[tuple[Invoice, Stage]]], report: Report
) -> tuple[list[list[tuple[Invoice, Stage]]], list[tuple[Invoice, Stage]]]:
    """Return what is ours to send, and what was sent before without the invoicing service knowing it."""
    states = iter(ledger.claim([invoice.key(stage.name) for group in groups for invoice, stage in group]))
    mine: list[list[tuple[Invoice, Stage]]] = []
    sent_before: list[tuple[Invoice, Stage]] = []
    for group in groups:
        claimed = []
        for one in group:
            state = next(states)
            if state == "claimed":
                claimed.append(one)
            elif state == "done":
                report.waiting += 1
                sent_before.append(one)
            else:
                report.uncertain += 1
                note(report, one[0], "in_flight", "another run is sending this, or could not tell whether it was sent")
        if claimed:
            mine.append(claimed)
    return mine, sent_before


def letter(group: list[tuple[Invoice, Stage]]) -> dict[str, str]:
    stage = max((stage for _, stage in group), key=lambda stage: stage.days)
    customer = group[0][0].customer
    numbers = ", ".join(one.number for one, _ in group[:3]) + ("" if len(group) <= 3 else " ...")
    lines = [f"  {one.number}   {one.money}   {one.days_late} days late" for one, _ in group]
    text = f"Dear {customer['name']},\n\n{stage.opening}\n\n" + "\n".join(lines) + "\n\nAcme Billing\n"
    keys = ",".join(sorted(one.key(step.name) for one, step in group))
    return {
        "to": customer["email"],
        "sender": SENDER,
        "subject": f"{stage.subject}: {numbers}",
        "text": text,
        "key": f"reminder/{hashlib.sha256(keys.encode()).hexdigest()[:32]}",
    }


def settle(
    groups: list[list[tuple[Invoice, Stage]]], answers: list[dict[str, Any]], report: Report
) -> list[tuple[Invoice, Stage]]:
    """Write the outcomes into the ledger; return the invoices that were reminded of."""
    sent: list[tuple[Invoice, Stage]] = []
    unsent: list[str] = []
    for group, answer in zip(groups, answers, strict=True):
        if answer["status"] == "sent":
            report.messages += 1
            sent += group
        elif answer["status"] != "uncertain":
            unsent += [invoice.key(stage.name) for invoice, stage in group]
        for invoice, stage in group:
            count(report, invoice, stage, answer)
    ledger.done([invoice.key(stage.name) for invoice, stage in sent])
    ledger.release(unsent)
    return sent


def count(report: Report, invoice: Invoice, stage: Stage, answer: dict[str, Any]) -> None:
    """Count one invoice by what became of the message that named it."""
    status, reason = answer["status"], str(answer.get("error") or answer["status"])
    if status == "sent":
        report.reminded[stage.name] += 1
    elif status == "uncertain":
        report.uncertain += 1
        note(report, invoice, "uncertain", reason)
    else:
        report.fail(invoice.id, "rejected" if status == "rejected" else "unavailable", reason)


def record(reminded: list[tuple[Invoice, Stage]], today: date, report: Report) -> None:
    """Tell the invoicing service. What it does not take now, the next call tells it: the ledger knows."""
    requests = {
        invoice.key(f"{stage.name}/recorded"): ask(
            "POST",
            f"/invoices/{invoice.id}/reminders",
            json={"stage": stage.name, "sent_on": str(today)},
            key=invoice.key(stage.name),
        )
        for invoice, stage in reminded
    }
    reasons = post_once(requests)
    for invoice, stage in reminded:
        if reason := reasons.get(invoice.key(f"{stage.name}/recorded")):
            note(report, invoice, "not_recorded", reason)


def escalate(hopeless: list[Invoice], today: date, report: Report) -> None:
    """Hand over to a person what the final notice did not move."""
    requests = {
        invoice.key("escalated"): ask(
            "POST",
            "/escalations",
            json={"invoice": invoice.id, "amount": str(invoice.amount), "currency": invoice.currency, "on": str(today)},
            key=invoice.key("escalated"),
        )
        for invoice in hopeless
    }
    reasons = post_once(requests)
    for invoice in hopeless:
        if invoice.key("escalated") not in reasons:
            report.waiting += 1  # escalated before; a person has it
        elif reason := reasons[invoice.key("escalated")]:
            report.fail(invoice.id, "not_escalated", reason)
        else:
            report.escalated += 1


def post_once(requests: dict[str, dict[str, Any]]) -> dict[str, str | None]:
    """Make the requests whose ledger key nobody has; for each that was made, why it failed, or None.

    The service honours the idempotency key, so one that failed in whatever way may be asked for again.
    """
    keys = list(requests)
    mine = [key for key, state in zip(keys, ledger.claim(keys), strict=True) if state == "claimed"] if keys else []
    answers = http.send_many([requests[key] for key in mine]) if mine else []
    reasons = {key: failure(answer) for key, answer in zip(mine, answers, strict=True)}
    ledger.done([key for key, reason in reasons.items() if not reason])
    ledger.release([key for key, reason in reasons.items() if reason])
    return reasons


def failure(answer: Any) -> str | None:
    if isinstance(answer, http.RequestFailed):
        return str(answer)
    return None if answer.ok else f"the invoicing service answered {answer.status}"


def note(report: Report, invoice: Invoice, outcome: str, reason: str) -> None:
    report.problems.append({"invoice": invoice.id, "outcome": outcome, "reason": reason})


def result(today: date, report: Report) -> dict[str, Any]:
    return {
        "as_of": str(today),
        "reminded": report.reminded,
        "messages": report.messages,
        "escalated": report.escalated,
        "waiting": report.waiting,
        "failed": report.failed,
        "uncertain": report.uncertain,
        "overdue_totals": {currency: str(report.totals[currency]) for currency in sorted(report.totals)},
        "problems": report.problems,
    }
