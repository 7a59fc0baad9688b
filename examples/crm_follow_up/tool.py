"""Find deals that have gone quiet and give each one its next action, once, to somebody who can take it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sealwright import CapabilityRefused, ToolError, clock, http, ledger, log, progress, secret

API = "http://crm.acme.internal/v3"
PAGE = 200
BATCH = 50
AGAIN_DAYS = 14  # how long a touch may stay without an answer before the next one


@dataclass(frozen=True)
class Rule:
    """What to do about a deal in a stage that nobody has touched for so many days."""

    quiet_days: int
    kind: str
    note: str


RULES = {
    "lead": Rule(14, "email", "Send a short check-in; offer a call."),
    "qualified": Rule(7, "call", "Call: is the need still there, and who decides?"),
    "proposal": Rule(5, "call", "Call about the proposal: what is missing to say yes?"),
    "negotiation": Rule(3, "call", "Call: agree on the open points and a signing date."),
}
PAST_CLOSE = Rule(0, "review", "The closing date has passed: set a real one, or close the deal as lost.")


@dataclass
class Deal:
    id: str
    name: str
    stage: str
    tier: str
    owner: str
    contact: str
    last_touch: date
    quiet_days: int
    planned: date | None
    closes_on: date | None

    def key(self, kind: str) -> str:
        """Name this touch: the same silence gives the same name, and a new one after AGAIN_DAYS."""
        return f"crm/{self.id}/{kind}/{self.last_touch}/{self.quiet_days // AGAIN_DAYS}"


@dataclass
class Touch:
    deal: Deal
    rule: Rule
    owner: str

    @property
    def urgency(self) -> tuple[bool, float, str]:
        """Key accounts first, then by how far beyond its limit the silence is."""
        return (self.deal.tier != "key", -self.deal.quiet_days / max(self.rule.quiet_days, 1), self.deal.id)


@dataclass
class Report:
    """What became of every open deal; each is counted exactly once."""

    created: dict[str, int] = field(default_factory=lambda: {"email": 0, "call": 0, "review": 0})
    fresh: int = 0
    planned: int = 0
    touched: int = 0
    postponed: int = 0
    failed: int = 0
    problems: list[dict[str, str]] = field(default_factory=list)

    def fail(self, deal: str, outcome: str, reason: str) -> None:
        self.failed += 1
        self.problems.append({"deal": deal, "outcome": outcome, "reason": reason})


def crm_follow_up(
    as_of: str | None = None, time_zone: str = "Europe/Berlin", per_owner: int = 10, manager: str | None = None
) -> dict[str, Any]:
    """Create the next task for every deal that has gone quiet; at most `per_owner` for each person."""
    today = day(as_of, time_zone)
    report = Report()
    active = people()
    deals = [deal for deal in open_deals(today, report) if is_quiet(deal, today, report)]
    touches = [touch for deal in deals if (touch := touch_of(deal, today, active, manager, report))]
    chosen = choose(touches, per_owner, report)
    log.info("deals sorted", quiet=len(deals), touches=len(touches), chosen=len(chosen))
    for start in range(0, len(chosen), BATCH):
        create(chosen[start : start + BATCH], today, report)
        progress(min(start + BATCH, len(chosen)), len(chosen), "tasks created")
    return {
        "as_of": str(today),
        "created": report.created,
        "fresh": report.fresh,
        "planned": report.planned,
        "touched": report.touched,
        "postponed": report.postponed,
        "failed": report.failed,
        "problems": report.problems,
    }


def day(as_of: str | None, time_zone: str) -> date:
    try:
        zone = ZoneInfo(time_zone)
        return date.fromisoformat(as_of) if as_of else clock.now().astimezone(zone).date()
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ToolError(
            "invalid_day", f"{as_of or 'today'} in {time_zone!r} is no day.", hint="Such as 2026-06-01, Europe/Berlin."
        ) from error


def ask(method: str, path: str, **options: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {secret('crm_token')}"}
    return {"method": method, "url": f"{API}{path}", "headers": headers, **options}


def read(path: str, **params: Any) -> dict[str, Any]:
    """Read one answer that has a list of items. Nothing has been created yet, so any trouble ends the call."""
    try:
        page = http.request(**ask("GET", path, params=params)).raise_for_status().json()
        if isinstance(page["items"], list):
            return page
        reason = "its answer has no list of items"
    except CapabilityRefused:
        raise
    except (http.StatusError, http.RequestFailed, ValueError, TypeError, KeyError) as error:
        reason = str(error)
    raise ToolError("crm_unavailable", f"The CRM could not be read: {reason}", hint="No task was made. Call again.")


def people() -> set[str]:
    """Return the identifiers of those who still work here."""
    items = read("/people")["items"]
    return {str(one.get("id")) for one in items if isinstance(one, dict) and one.get("active")}


def open_deals(today: date, report: Report) -> list[Deal]:
    deals: dict[str, Deal] = {}
    cursor: str | None = None
    while True:
        page = read("/deals", status="open", limit=PAGE, **({"cursor": cursor} if cursor else {}))
        for raw in page["items"]:
            try:
                deal = parse(raw, today)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                name = raw.get("id") if isinstance(raw, dict) else None
                report.fail(str(name or "?"), "unreadable", f"{type(error).__name__}: {error}")
                continue
            deals[deal.id] = deal  # a deal that moved between pages while we read is there twice
        cursor = page.get("next_cursor")
        if cursor is None:
            return list(deals.values())


def parse(raw: dict[str, Any], today: date) -> Deal:
    if raw["stage"] not in RULES:
        raise ValueError(f"there is no stage {raw['stage']!r}")
    touched = datetime.fromisoformat(raw["last_activity_at"]).date()
    return Deal(
        id=raw["id"],
        name=raw["name"],
        stage=raw["stage"],
        tier=raw.get("tier", "standard"),
        owner=raw["owner"],
        contact=raw["contact"].strip().lower(),
        last_touch=touched,
        quiet_days=(today - touched).days,
        planned=date.fromisoformat(raw["next_task_on"]) if raw.get("next_task_on") else None,
        closes_on=date.fromisoformat(raw["closes_on"]) if raw.get("closes_on") else None,
    )


def is_quiet(deal: Deal, today: date, report: Report) -> bool:
    if deal.planned and deal.planned >= today:
        report.planned += 1
        return False
    overdue = deal.closes_on is not None and deal.closes_on < today
    if deal.quiet_days < RULES[deal.stage].quiet_days and not overdue:
        report.fresh += 1
        return False
    return True


def touch_of(deal: Deal, today: date, active: set[str], manager: str | None, report: Report) -> Touch | None:
    """Decide what is to be done, and by whom: not by somebody who has left."""
    overdue = deal.closes_on is not None and deal.closes_on < today
    owner = deal.owner if deal.owner in active else manager
    if owner is None:
        report.fail(deal.id, "no_owner", f"{deal.owner} has left, and no manager is named")
        return None
    return Touch(deal, PAST_CLOSE if overdue else RULES[deal.stage], owner)


def choose(touches: list[Touch], per_owner: int, report: Report) -> list[Touch]:
    """The most urgent first; one for each contact, and no more for each owner than can be done."""
    chosen: list[Touch] = []
    contacts: set[str] = set()
    load: dict[str, int] = {}
    for touch in sorted(touches, key=lambda touch: touch.urgency):
        if touch.deal.contact in contacts or load.get(touch.owner, 0) >= per_owner:
            report.postponed += 1
            continue
        contacts.add(touch.deal.contact)
        load[touch.owner] = load.get(touch.owner, 0) + 1
        chosen.append(touch)
    return chosen


def create(touches: list[Touch], today: date, report: Report) -> None:
    """Create the tasks that nobody has created yet. The CRM honours the key, so a failed one may be tried again."""
    keys = [touch.deal.key(touch.rule.kind) for touch in touches]
    mine = []
    for touch, state in zip(touches, ledger.claim(keys), strict=True):
        if state == "claimed":
            mine.append(touch)
        else:
            report.touched += 1
    due = next_workday(today)
    answers = http.send_many([task(touch, due) for touch in mine]) if mine else []
    done, failed = [], []
    for touch, answer in zip(mine, answers, strict=True):
        key = touch.deal.key(touch.rule.kind)
        if isinstance(answer, http.RequestFailed) or not answer.ok:
            failed.append(key)
            status = str(answer) if isinstance(answer, http.RequestFailed) else f"the CRM answered {answer.status}"
            report.fail(touch.deal.id, "not_created", status)
        else:
            done.append(key)
            report.created[touch.rule.kind] += 1
    ledger.done(done)
    ledger.release(failed)


def task(touch: Touch, due: date) -> dict[str, Any]:
    deal, rule = touch.deal, touch.rule
    body = {
        "deal": deal.id,
        "owner": touch.owner,
        "kind": rule.kind,
        "due_on": str(due),
        "note": f"{deal.name}: quiet for {deal.quiet_days} days. {rule.note}",
    }
    return ask("POST", "/tasks", json=body, key=deal.key(rule.kind))


def next_workday(today: date) -> date:
    due = today + timedelta(days=1)
    while due.weekday() >= 5:
        due += timedelta(days=1)
    return due
