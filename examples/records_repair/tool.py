"""Repair contact records: validate, normalise, merge doubles; every change is on a trail that can be undone."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sealwright import CapabilityRefused, ToolError, http, log, progress, secret

API = "http://records.acme.internal/v1"
PAGE = 200
BATCH = 50  # changes on one trail
FIELDS = ("name", "email", "phone", "country", "birthday")

EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]]+@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
TYPOS = {"gmial.com": "gmail.com", "gmail.con": "gmail.com", "hotmial.com": "hotmail.com", "yaho.com": "yahoo.com"}
CALLING_CODES = {"DE": "49", "AT": "43", "CH": "41", "FR": "33", "GB": "44", "US": "1"}
COUNTRIES = {code.lower(): code for code in CALLING_CODES} | {
    "germany": "DE",
    "deutschland": "DE",
    "austria": "AT",
    "österreich": "AT",
    "switzerland": "CH",
    "schweiz": "CH",
    "france": "FR",
    "united kingdom": "GB",
    "uk": "GB",
    "usa": "US",
    "united states": "US",
}


class DoubtfulError(ValueError):
    """A value that cannot be repaired without a person. It stays as it is."""


@dataclass
class Record:
    """A record as it is (`before`) and as it should be (`after`)."""

    id: str
    version: int
    before: dict[str, Any]
    after: dict[str, Any]
    doubts: int = 0

    @property
    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.after.items() if value != self.before.get(name)}


@dataclass
class Report:
    """What became of every record; each is counted exactly once."""

    clean: int = 0
    fixed: int = 0
    merged: int = 0
    doubtful: int = 0
    postponed: int = 0
    failed: int = 0
    trails: list[str] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)

    def note(self, record: str, outcome: str, reason: str) -> None:
        self.problems.append({"record": record, "outcome": outcome, "reason": reason})


def records_repair(
    max_changes: int = 1000,
    dry_run: bool = False,  # noqa: FBT001, FBT002 - the schema's property
    undo: list[str] | None = None,
) -> dict[str, Any]:
    """Repair all records, or take back what the trails named in `undo` did."""
    report = Report()
    if undo:
        take_back(undo, report)
        return result(report)
    records = read_all(report)
    merge_doubles(records, report)
    for record in records:
        report.clean += not record.changes and not record.doubts
        report.doubtful += not record.changes and bool(record.doubts)
    fixes = [record for record in records if record.changes and not record.after["merged_into"]]
    doubles = [record for record in records if record.after["merged_into"]]
    log.info("records checked", records=len(records), to_fix=len(fixes), to_merge=len(doubles))
    kept_back = set(apply(fixes[:max_changes], report, dry_run=dry_run))
    kept_back |= {record.id for record in fixes[max_changes:]}
    # A double goes only after the record it is merged into has got everything that it knew.
    safe = [record for record in doubles if record.after["merged_into"] not in kept_back]
    room = max(0, max_changes - len(fixes))
    apply(safe[:room], report, dry_run=dry_run)
    report.postponed = len(fixes[max_changes:]) + len(doubles) - len(safe[:room])
    return result(report)


def result(report: Report) -> dict[str, Any]:
    return {
        "clean": report.clean,
        "fixed": report.fixed,
        "merged": report.merged,
        "doubtful": report.doubtful,
        "postponed": report.postponed,
        "failed": report.failed,
        "trails": report.trails,
        "problems": report.problems,
    }


def ask(method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> dict[str, Any]:
    identity = {"Authorization": f"Bearer {secret('records_key')}"}
    return {"method": method, "url": f"{API}{path}", "headers": identity | (headers or {}), **options}


def call(method: str, path: str, **options: Any) -> dict[str, Any]:
    """Make one request that everything after it depends on. Raises ToolError."""
    try:
        answer = http.request(**ask(method, path, **options)).raise_for_status().json()
        if isinstance(answer, dict):
            return answer
        reason = "its answer is no object"
    except CapabilityRefused:
        raise
    except (http.StatusError, http.RequestFailed, ValueError) as error:
        reason = str(error)
    raise ToolError(
        "records_unavailable",
        f"{method} {path}: {reason}",
        hint="What was changed before is on its trail. Call again: it goes on with what is not repaired yet.",
    )


def read_all(report: Report) -> list[Record]:
    records: dict[str, Record] = {}
    cursor: str | None = None
    while True:
        page = call("GET", "/contacts", params={"limit": PAGE, **({"cursor": cursor} if cursor else {})})
        items = page.get("items")
        if not isinstance(items, list):
            raise ToolError("records_unavailable", "GET /contacts: its answer has no list of items", hint="Call again.")
        for raw in items:
            try:
                record = parse(raw, report)
            except (KeyError, TypeError, AttributeError) as error:
                report.failed += 1
                report.note(str(raw.get("id", "?")) if isinstance(raw, dict) else "?", "unreadable", missing(error))
                continue
            if record:
                records[record.id] = record
        cursor = page.get("next_cursor")
        if cursor is None:
            return list(records.values())


def missing(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else "it is no contact"


def parse(raw: dict[str, Any], report: Report) -> Record | None:
    """Read and normalise one record; None when it was merged into another before."""
    if raw.get("merged_into"):
        return None
    before = {name: raw.get(name) for name in (*FIELDS, "merged_into")}
    record = Record(raw["id"], int(raw["version"]), before, dict(before))
    record.after["country"] = repaired(record, "country", country_of, report)
    for name, repair in REPAIRS.items():
        record.after[name] = repaired(record, name, repair, report)
    return record


def repaired(record: Record, name: str, repair: Callable[..., str], report: Report) -> str | None:
    value = record.before[name]
    if value is None:
        return None
    try:
        return repair(value, record.after["country"]) if repair is phone_of else repair(value)
    except DoubtfulError as doubt:
        record.doubts += 1
        report.note(record.id, "doubtful", f"{name}: {doubt}")
        return value


def name_of(value: str) -> str:
    return " ".join(value.split())


def email_of(value: str) -> str:
    address = value.strip().removeprefix("mailto:").lower()
    local, _, domain = address.rpartition("@")
    address = f"{local}@{TYPOS.get(domain, domain)}"
    if not EMAIL.fullmatch(address):
        raise DoubtfulError(f"{value!r} is no email address")
    return address


def phone_of(value: str, country: str | None) -> str:
    """Return the number as +49301234567. Without its own code it takes that of the record's country."""
    digits = re.sub(r"[\s()./-]", "", value)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif not digits.startswith("+"):
        code = CALLING_CODES.get(country or "")
        if code is None:
            raise DoubtfulError(f"{value!r} has no country code, and the record no country that tells it")
        digits = f"+{code}{digits if code == '1' else digits.removeprefix('0')}"
    if not re.fullmatch(r"\+[1-9][0-9]{7,14}", digits):
        raise DoubtfulError(f"{value!r} is no phone number")
    return digits


def country_of(value: str) -> str:
    code = COUNTRIES.get(value.strip().lower())
    if code is None:
        raise DoubtfulError(f"{value!r} is no country we know")
    return code


def birthday_of(value: str) -> str:
    """Return the day as 1990-12-31."""
    text = value.strip()
    found = re.fullmatch(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})", text)
    try:
        if found is None:
            return str(date.fromisoformat(text))
        day, month = day_and_month(int(found[1]), int(found[3]), found[2])
        return str(date(int(found[4]), month, day))
    except DoubtfulError:
        raise
    except ValueError as error:
        raise DoubtfulError(f"{value!r} is no day") from error


def day_and_month(first: int, second: int, separator: str) -> tuple[int, int]:
    """With dots the day comes first. With slashes either may, and where both fit only a person knows."""
    if separator == "." or first > 12:
        return first, second
    if second > 12 or first == second:
        return second, first
    raise DoubtfulError(f"{first} and {second} could each be the day")


REPAIRS: dict[str, Callable[..., str]] = {
    "name": name_of,
    "email": email_of,
    "phone": phone_of,
    "birthday": birthday_of,
}


def merge_doubles(records: list[Record], report: Report) -> None:
    """Merge records with the same email into the first of them, where nothing contradicts."""
    first: dict[str, Record] = {}
    for record in records:
        email = record.after["email"]
        if not email or "@" not in email:
            continue
        keeper = first.setdefault(email, record)
        if keeper is record:
            continue
        clash = [name for name in FIELDS if both_differ(keeper.after[name], record.after[name])]
        if clash:
            record.doubts += 1
            report.note(record.id, "possible_double", f"of {keeper.id}, but {' and '.join(clash)} differ")
            continue
        for name in FIELDS:
            keeper.after[name] = keeper.after[name] or record.after[name]
        record.after = {**record.before, "merged_into": keeper.id}


def both_differ(one: str | None, other: str | None) -> bool:
    return bool(one) and bool(other) and str(one).casefold() != str(other).casefold()


def apply(records: list[Record], report: Report, *, dry_run: bool) -> list[str]:
    """Make the changes, batch by batch; return the records that could not be changed."""
    failed: list[str] = []
    for start in range(0, len(records), BATCH):
        batch = records[start : start + BATCH]
        reasons = [None] * len(batch) if dry_run else write([entry_of(record) for record in batch], report)
        for record, reason in zip(batch, reasons, strict=True):
            if reason:
                failed.append(record.id)
                report.failed += 1
                report.note(record.id, "not_changed", reason)
            elif record.after["merged_into"]:
                report.merged += 1
            else:
                report.fixed += 1
        progress(min(start + BATCH, len(records)), len(records), "records repaired")
    return failed


def write(entries: list[dict[str, Any]], report: Report) -> list[str | None]:
    """Keep the trail, then make its changes: what is on no trail is not changed. For each, why not, or None."""
    report.trails.append(str(call("POST", "/trails", json={"entries": entries}, key=key_of(entries)).get("id")))
    answers = http.send_many([patch(entry, entry["after"], entry["version"]) for entry in entries])
    return [failure(answer) for answer in answers]


def entry_of(record: Record) -> dict[str, Any]:
    changes = record.changes
    before = {name: record.before[name] for name in changes}
    return {"record": record.id, "version": record.version, "before": before, "after": changes}


def patch(entry: dict[str, Any], values: dict[str, Any], version: int) -> dict[str, Any]:
    """Return the request for one change, made only if nobody changed the record since we read it."""
    key = key_of([entry["record"], version, values])
    return ask("PATCH", f"/contacts/{entry['record']}", headers={"If-Match": str(version)}, json=values, key=key)


def key_of(content: Any) -> str:
    return f"repair/{hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]}"


def failure(answer: Any) -> str | None:
    if isinstance(answer, http.RequestFailed):
        return str(answer)
    if answer.status == 412:
        return "somebody changed it meanwhile"
    return None if answer.ok else f"the service answered {answer.status}"


def take_back(trails: list[str], report: Report) -> None:
    """Give every record on the trails its old values, the latest trail first, unless it was changed since."""
    for trail in dict.fromkeys(reversed(trails)):
        entries = call("GET", f"/trails/{trail}").get("entries")
        if not isinstance(entries, list):
            raise ToolError("records_unavailable", f"The trail {trail!r} cannot be read.", hint="Call again.")
        answers = http.send_many([patch(entry, entry["before"], entry["version"] + 1) for entry in entries])
        for entry, answer in zip(entries, answers, strict=True):
            if reason := failure(answer):
                report.failed += 1
                report.note(entry["record"], "not_changed", reason)
            else:
                report.fixed += 1
