"""Read contracts, find their dates and clauses, and tell each owner in time what needs a decision."""

import hashlib
import re
from calendar import month_name, monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sealwright import CapabilityRefused, ToolError, clock, email, http, ledger, log, progress, secret

API = "http://documents.acme.internal/v1"
SENDER = "Acme Contracts <contracts@acme.example>"
PAGE = 100
WARNINGS = (60, 30, 7)  # days before the last day to give notice
MOST_RENEWALS = 2_000  # so that no odd contract keeps us busy

MONTHS = {name.lower(): number for number, name in enumerate(month_name) if name}
NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "fourteen": 14,
    "eighteen": 18,
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
}
DAY = r"(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2}) ([A-Z][a-z]+) (\d{4})|([A-Z][a-z]+) (\d{1,2}), (\d{4}))"
SPAN = r"(?:[a-z-]+\s*\((\d+)\)|(?<![\w-])([a-z]+|\d+))\s*(day|week|month|year)s?"
START = re.compile(rf"(?:effective (?:date|as of|from)|commenc\w+ on|starts on)[:\s]*{DAY}", re.IGNORECASE)
END = re.compile(rf"(?:expires on|ends on|until|expiry date:?)\s+{DAY}", re.IGNORECASE)
TERM = re.compile(rf"(?:initial term|for a (?:term|period)) of\s+{SPAN}", re.IGNORECASE)
RENEWAL = re.compile(rf"(?:automatically renew\w*|renews? automatically)[^.]{{0,80}}?{SPAN}", re.IGNORECASE)
NO_RENEWAL = re.compile(r"(?:not|never) (?:be )?(?:automatically )?renew", re.IGNORECASE)
NOTICE = re.compile(rf"{SPAN}['’]?\s*(?:prior\s+)?(?:written\s+)?notice|notice of (?:at least )?{SPAN}", re.IGNORECASE)
CLAUSES = {
    "price_increase": re.compile(r"increase (?:the |its )?(?:price|fee|charge)s?|price adjustment", re.IGNORECASE),
    "exclusivity": re.compile(r"\bexclusiv", re.IGNORECASE),
    "liability_cap": re.compile(r"liability[^.]{0,120}(?:limited|not exceed)", re.IGNORECASE),
    "data_processing": re.compile(r"data processing agreement|personal data", re.IGNORECASE),
    "assignment": re.compile(r"\bassign\w*[^.]{0,60}without[^.]{0,30}consent", re.IGNORECASE),
}


class UnclearError(ValueError):
    """A contract that does not say, in words we know, what is needed. A person has to read it."""


@dataclass
class Terms:
    """What a contract says about its time. `renews` is None where it just ends; `notice` counts back from the end."""

    end: date
    renews: tuple[int, str] | None
    notice: tuple[int, str]
    clauses: list[str]

    @property
    def decide_by(self) -> date:
        return shifted(self.end, (-self.notice[0], self.notice[1]))


@dataclass
class Report:
    """What became of every contract; each is counted exactly once."""

    contracts: list[dict[str, Any]] = field(default_factory=list)
    notified: int = 0
    quiet: int = 0
    told_before: int = 0
    unclear: int = 0
    failed: int = 0
    uncertain: int = 0
    problems: list[dict[str, str]] = field(default_factory=list)

    def note(self, contract: str, outcome: str, reason: str) -> None:
        self.problems.append({"contract": contract, "outcome": outcome, "reason": reason})


def contracts_watch(as_of: str | None = None, time_zone: str = "Europe/Berlin") -> dict[str, Any]:
    """Tell the owners of contracts whose notice period is about to close; list what each contract says."""
    today = day(as_of, time_zone)
    report = Report()
    due: list[dict[str, Any]] = []
    contracts = read_all()
    for number, contract in enumerate(contracts, 1):
        found = look_at(contract, today, report)
        if found:
            due.append(found)
        if number % PAGE == 0:
            progress(number, len(contracts), "contracts read")
    log.info("contracts read", contracts=len(contracts), due=len(due))
    tell(due, report)
    return {
        "as_of": str(today),
        "notified": report.notified,
        "quiet": report.quiet,
        "told_before": report.told_before,
        "unclear": report.unclear,
        "failed": report.failed,
        "uncertain": report.uncertain,
        "due": sorted(report.contracts, key=lambda one: (one["decide_by"], one["contract"])),
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


def read_all() -> list[Any]:
    """Read every page before anybody is written to."""
    found: list[Any] = []
    cursor: str | None = None
    while True:
        page = read_page(cursor)
        found += page["items"]
        cursor = page.get("next_cursor")
        if cursor is None:
            return found


def read_page(cursor: str | None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {secret('documents_key')}"}
    params = {"kind": "contract", "limit": PAGE, **({"cursor": cursor} if cursor else {})}
    try:
        page = http.get(f"{API}/documents", headers=headers, params=params).raise_for_status().json()
        if isinstance(page["items"], list):
            return page
        reason = "its answer has no list of items"
    except CapabilityRefused:
        raise
    except (http.StatusError, http.RequestFailed, ValueError, TypeError, KeyError) as error:
        reason = str(error)
    raise ToolError(
        "documents_unavailable", f"The contracts could not be read: {reason}", hint="Nobody was written to. Call again."
    )


def look_at(contract: Any, today: date, report: Report) -> dict[str, Any] | None:
    """Return what its owner should hear now, or None when there is nothing to say."""
    try:
        name, title, owner = contract["id"], contract["title"], contract["owner_email"]
        terms = next_terms(contract["text"], today)
    except (KeyError, TypeError, AttributeError) as error:
        report.failed += 1
        report.note(contract.get("id", "?") if isinstance(contract, dict) else "?", "unreadable", reason_of(error))
        return None
    except UnclearError as error:
        report.unclear += 1
        report.note(name, "unclear", str(error))
        return None
    left = (terms.decide_by - today).days
    warning = min((limit for limit in WARNINGS if left <= limit), default=None)
    if warning is None or left < 0:
        report.quiet += 1
        return None
    found = {
        "contract": name,
        "title": title,
        "decide_by": str(terms.decide_by),
        "end": str(terms.end),
        "renews_for": f"{terms.renews[0]} {terms.renews[1]}" if terms.renews else None,
        "clauses": terms.clauses,
    }
    report.contracts.append(found)
    return {**found, "owner": owner, "days_left": left, "key": f"contracts/{name}/{terms.decide_by}/{warning}"}


def reason_of(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else "it is no document with a text"


def next_terms(text: str, today: date) -> Terms:
    """Read a contract's terms, and roll them on to the period in which `today` falls."""
    text = " ".join(text.split())
    renewal = None if NO_RENEWAL.search(text) else RENEWAL.search(text)
    renews = span_of(renewal) if renewal else None
    notice = NOTICE.search(text)
    if notice is None and renews:
        raise UnclearError("it renews by itself, and no period of notice was found")
    terms = Terms(
        end=end_of(text),
        renews=renews,
        notice=span_of(notice) if notice else (0, "day"),
        clauses=sorted(name for name, pattern in CLAUSES.items() if pattern.search(text)),
    )
    first, rolled = terms.end, 0
    while terms.renews and terms.decide_by < today:
        rolled += 1
        if rolled > MOST_RENEWALS:
            raise UnclearError(f"it would have renewed more than {MOST_RENEWALS} times")
        terms.end = shifted(first, (rolled * terms.renews[0], terms.renews[1]))
    return terms


def end_of(text: str) -> date:
    """The last day: said outright, or counted from the start by the term."""
    if found := END.search(text):
        return day_of(found.groups())
    start, term = START.search(text), TERM.search(text)
    if start is None or term is None:
        raise UnclearError("neither an end nor a start with a term was found")
    return shifted(day_of(start.groups()), span_of(term)) - timedelta(days=1)


def day_of(groups: tuple[str | None, ...]) -> date:
    """Read a day in one of three spellings: 2026-06-30, 30 June 2026, June 30, 2026."""
    given = " ".join(part for part in groups if part)
    try:
        if groups[0]:
            return date(int(groups[0]), int(groups[1]), int(groups[2]))
        number, month, year = groups[3:6] if groups[4] else (groups[7], groups[6], groups[8])
        return date(int(year), MONTHS[month.lower()], int(number))
    except (KeyError, ValueError) as error:
        raise UnclearError(f"{given!r} is no day") from error


def span_of(found: re.Match[str]) -> tuple[int, str]:
    """Read a span such as "ninety (90) days": the digits, where there are both."""
    number, unit = [part for part in found.groups() if part]
    count = int(number) if number.isdigit() else NUMBERS.get(number.lower())
    if not count or count > 1000:
        raise UnclearError(f"{number!r} {unit}s is no span of time that we know")
    return count, unit.lower()


def shifted(start: date, span: tuple[int, str]) -> date:
    """Move a day; a month later than the 31st is the last day of a shorter month."""
    count, unit = span
    if unit in ("day", "week"):
        return start + timedelta(days=count * (7 if unit == "week" else 1))
    months = start.year * 12 + start.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def tell(due: list[dict[str, Any]], report: Report) -> None:
    """Write one message to each owner, about all of theirs, once for each warning."""
    states = ledger.claim([one["key"] for one in due]) if due else []
    owners: dict[str, list[dict[str, Any]]] = {}
    for one, state in zip(due, states, strict=True):
        if state == "claimed":
            owners.setdefault(one["owner"].strip().lower(), []).append(one)
        else:
            report.told_before += 1
    if not owners:
        return
    groups = list(owners.items())
    try:
        answers = email.send_many([letter(owner, contracts) for owner, contracts in groups])
    except CapabilityRefused:
        ledger.release([one["key"] for contracts in owners.values() for one in contracts])
        raise
    settle(groups, answers, report)


def letter(owner: str, contracts: list[dict[str, Any]]) -> dict[str, str]:
    keys = "\n".join(sorted(one["key"] for one in contracts))
    lines = [
        f"{one['title']}: decide by {one['decide_by']} ({one['days_left']} days left)\n"
        f"  ends {one['end']}, {'then renews for ' + one['renews_for'] if one['renews_for'] else 'and does not renew'}"
        + (f"\n  mind: {', '.join(one['clauses'])}" if one["clauses"] else "")
        for one in sorted(contracts, key=lambda one: one["decide_by"])
    ]
    return {
        "to": owner,
        "sender": SENDER,
        "subject": f"{len(contracts)} contract{'s' if len(contracts) > 1 else ''} to decide on",
        "text": "\n\n".join(lines) + "\n",
        "key": f"contracts/{hashlib.sha256(keys.encode()).hexdigest()[:32]}",
    }


def settle(groups: list[tuple[str, list[dict[str, Any]]]], answers: list[dict[str, Any]], report: Report) -> None:
    """Write the outcomes into the ledger. What may have been sent keeps its claim."""
    done: list[str] = []
    released: list[str] = []
    for (_, contracts), answer in zip(groups, answers, strict=True):
        keys = [one["key"] for one in contracts]
        if answer["status"] == "sent":
            report.notified += len(keys)
            done += keys
            continue
        certain = answer["status"] != "uncertain"
        if certain:
            report.failed += len(keys)
            released += keys
        else:
            report.uncertain += len(keys)
        for one in contracts:
            report.note(one["contract"], "not_told" if certain else "uncertain", str(answer.get("error")))
    ledger.done(done)
    ledger.release(released)
