"""Copy what changed in the shop into the warehouse, page by page, going on where the last call stopped."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from sealwright import CapabilityRefused, clock, http, kv, log, progress

SOURCE = "http://source.acme.internal/v2"
WAREHOUSE = "http://warehouse.acme.internal/v1"
PAGE = 500
EARLIEST = "1970-01-01T00:00:00+00:00"
PATIENCE_S = 60  # the longest that a source may tell us to wait
TRIES = 4
PLACES = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3}  # digits after the point, where they are not two


class UnreadableError(ValueError):
    """A record that is not what its stream promises. It goes to quarantine, and the rest goes on."""


class StoppedError(Exception):
    """The sync cannot go on now. What is loaded stays loaded, and the next call goes on from there."""


@dataclass
class Checkpoint:
    """Where a stream is: pages after `cursor` of what changed since `since`; `seen` is the newest change met."""

    since: str = EARLIEST
    cursor: str | None = None
    seen: str = EARLIEST

    def as_json(self) -> dict[str, Any]:
        return {"since": self.since, "cursor": self.cursor, "seen": self.seen}


@dataclass
class Report:
    stream: str
    pages: int = 0
    extracted: int = 0
    loaded: int = 0
    unchanged: int = 0
    deleted: int = 0
    quarantined: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)


def etl_sync(stream: str, max_pages: int = 100, from_start: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002
    """Sync one stream until nothing is left, `max_pages` are done, or something does not work."""
    report = Report(stream)
    kept = kv.get(f"checkpoint/{stream}")
    at = Checkpoint(**kept) if kept and not from_start else Checkpoint()
    complete, stopped = False, None
    try:
        while not complete and report.pages < max_pages:
            kept, complete = one_page(stream, at, kept, report)
            progress(report.pages, None, f"{report.extracted} records")
    except StoppedError as reason:
        stopped = str(reason)
        log.warning("sync stopped", stream=stream, reason=stopped)
    return {
        "stream": stream,
        "complete": complete,
        "stopped_reason": stopped,
        "pages": report.pages,
        "extracted": report.extracted,
        "loaded": report.loaded,
        "unchanged": report.unchanged,
        "deleted": report.deleted,
        "quarantined": report.quarantined,
        "synced_to": at.seen,
        "totals": {currency: str(report.totals[currency]) for currency in sorted(report.totals)},
        "problems": report.problems,
    }


def one_page(stream: str, at: Checkpoint, kept: Any, report: Report) -> tuple[dict[str, Any], bool]:
    """Extract, transform and load one page, then move the checkpoint. Return it, and whether that was the last page."""
    page = extract(stream, at)
    rows, bad = transform(stream, page["items"])
    load(stream, rows, bad, report)
    report.pages += 1
    report.extracted += len(page["items"])
    at.seen = max([at.seen, *(row["version"] for row in rows)])
    at.cursor = page.get("next_cursor")
    finished = at.cursor is None
    if finished:
        at.since = at.seen  # inclusive: a change within the same instant is met again rather than missed
    if not kv.compare_and_set(f"checkpoint/{stream}", kept, at.as_json()):
        raise StoppedError("another sync of this stream moved on meanwhile")
    return at.as_json(), finished


def extract(stream: str, at: Checkpoint) -> dict[str, Any]:
    params = {"updated_since": at.since, "limit": PAGE, **({"cursor": at.cursor} if at.cursor else {})}
    response = ask("GET", f"{SOURCE}/{stream}", params=params)
    try:
        page = response.json()
        if isinstance(page["items"], list):
            return page
    except (ValueError, TypeError, KeyError):
        pass
    raise StoppedError(f"the source's answer is no page: {response.text[:80]!r}")


def ask(method: str, url: str, **options: Any) -> http.Response:
    """Make a request; wait and try again where the other side asks for that. Raises StoppedError."""
    for _ in range(TRIES):
        try:
            response = http.request(method, url, **options)
        except CapabilityRefused:
            raise
        except http.RequestFailed as failure:
            raise StoppedError(str(failure)) from failure
        if response.ok:
            return response
        if response.status != 429:
            break
        clock.sleep(wait_of(response))
    raise StoppedError(f"{method} {url} answered {response.status}")


def wait_of(response: http.Response) -> float:
    """Return how many seconds the other side wants us to wait; one, when it does not say so readably."""
    try:
        return min(max(float(response.headers.get("retry-after", "1")), 0), PATIENCE_S)
    except ValueError:
        return 1


def transform(stream: str, items: list[Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Turn records into rows; those that cannot be read come apart, with the reason."""
    rows: dict[str, dict[str, Any]] = {}
    bad: list[dict[str, Any]] = []
    for item in items:
        try:
            row = STREAMS[stream](record_of(item))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            name = str(item.get("id", "?")) if isinstance(item, dict) else "?"
            bad.append({"stream": stream, "id": name, "reason": reason_of(error), "record": item})
            continue
        if row["key"] not in rows or rows[row["key"]]["version"] <= row["version"]:
            rows[row["key"]] = row
    return list(rows.values()), bad


def record_of(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise UnreadableError(f"{item!r} is no record")
    return item


def reason_of(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)


def load(stream: str, rows: list[dict[str, Any]], bad: list[dict[str, Any]], report: Report) -> None:
    """Load a page. The same page under the same key again changes nothing, so a lost answer does no harm."""
    if rows:
        answer = ask("POST", f"{WAREHOUSE}/tables/{stream}/rows", json={"rows": rows}, key=key_of(stream, rows))
        changed, unchanged = counts_of(answer)
        report.loaded += changed
        report.unchanged += unchanged
        reconcile(rows, report)
    if bad:
        ask("POST", f"{WAREHOUSE}/quarantine", json={"records": bad}, key=key_of(f"{stream}/quarantine", bad))
        report.quarantined += len(bad)
        report.problems += [{"id": one["id"], "reason": one["reason"]} for one in bad]


def counts_of(answer: http.Response) -> tuple[int, int]:
    """Read what the warehouse says it did. When it says nothing readable, the page is loaded again next time."""
    try:
        said = answer.json()
        return whole(said["changed"]), whole(said["unchanged"])
    except (ValueError, TypeError, KeyError) as error:
        raise StoppedError(f"the warehouse's answer cannot be read: {answer.text[:80]!r}") from error


def reconcile(rows: list[dict[str, Any]], report: Report) -> None:
    """Add up what was loaded, so that somebody can hold it against the shop's own figures."""
    for row in rows:
        if row["deleted"]:
            report.deleted += 1
        elif "gross" in row:
            before = report.totals.get(row["currency"], Decimal(0))
            report.totals[row["currency"]] = before + Decimal(row["gross"])


def key_of(what: str, content: Any) -> str:
    written = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"{what}/{hashlib.sha256(written.encode()).hexdigest()[:32]}"


def order_row(order: dict[str, Any]) -> dict[str, Any]:
    """Return one order as a row: money added up line by line, rounded as a receipt rounds it."""
    currency = order["currency"]
    net = tax = Decimal(0)
    for line in order["lines"]:
        amount = rounded(decimal_of(line["unit_price"]) * whole(line["quantity"]), currency)
        net += amount
        tax += rounded(amount * decimal_of(line["tax_rate"]), currency)
    version = moment_of(order["updated_at"])
    return {
        "key": order["id"],
        "version": version,
        "deleted": bool(order.get("deleted")),
        "customer": email_of(order["customer"]["email"]),
        "currency": currency,
        "net": str(net),
        "tax": str(tax),
        "gross": str(net + tax),
        "lines": len(order["lines"]),
        "day": version[:10],
    }


def customer_row(customer: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": customer["id"],
        "version": moment_of(customer["updated_at"]),
        "deleted": bool(customer.get("deleted")),
        "email": email_of(customer["email"]),
        "name": " ".join(str(customer.get("name") or "").split()),
        "country": str(customer.get("country") or "").upper() or None,
    }


STREAMS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"orders": order_row, "customers": customer_row}


def moment_of(text: str) -> str:
    """Return a moment in UTC, in the one spelling in which texts sort as moments do."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise UnreadableError(f"{text!r} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def email_of(text: str) -> str:
    address = text.strip().lower()
    if address.count("@") != 1 or address.startswith("@") or address.endswith("@"):
        raise UnreadableError(f"{text!r} is no email address")
    return address


def decimal_of(given: Any) -> Decimal:
    try:
        number = Decimal(given)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise UnreadableError(f"{given!r} is no amount") from error
    if isinstance(given, float) or not number.is_finite() or number < 0:
        raise UnreadableError(f"{given!r} is no amount")
    return number


def whole(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise UnreadableError(f"{given!r} is no quantity")
    return given


def rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-PLACES.get(currency, 2)), ROUND_HALF_UP)
