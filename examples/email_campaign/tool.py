"""Send one campaign mailing to a list of recipients, each at most once, however often it is called."""

import re
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, UndefinedError
from sealwright import CapabilityRefused, ToolError, email, ledger, log, progress

SENDER = "Acme <news@acme.example>"
BATCH = 100  # small enough that a crash leaves few in doubt, large enough to keep the connections busy

LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")

PLAIN = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701 - no markup
HTML = Environment(undefined=StrictUndefined, autoescape=True)


@dataclass(frozen=True)
class Mailing:
    """One template: its subject and its body, as text and as HTML."""

    subject: Template
    text: Template
    html: Template


def mailing(subject: str, *paragraphs: str) -> Mailing:
    """Make the text and the HTML body from the same paragraphs, so that they cannot say different things."""
    body = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    return Mailing(
        PLAIN.from_string(subject),
        PLAIN.from_string("\n\n".join(paragraphs) + "\n"),
        HTML.from_string(f'<div style="font-family:sans-serif;max-width:36rem">\n{body}</div>\n'),
    )


TEMPLATES = {
    "welcome": mailing(
        "Welcome to {{ product }}, {{ first_name }}",
        "Hello {{ first_name }},",
        "your {{ product }} account is ready. Sign in, and invite the colleagues you work with.",
        "The team at Acme",
    ),
    "renewal": mailing(
        "Your {{ product }} plan renews on {{ renewal_date }}",
        "Hello {{ first_name }},",
        "your {{ product }} plan renews on {{ renewal_date }} for {{ price }}. You need not do anything.",
        "To change or cancel it before that day, open Billing in your account.",
        "The team at Acme",
    ),
    "product_update": mailing(
        "New in {{ product }}: {{ headline }}",
        "Hello{% if first_name is defined %} {{ first_name }}{% endif %},",
        "{{ headline }}: {{ summary }}",
        "The team at Acme",
    ),
}


@dataclass(frozen=True)
class Letter:
    """One message that is ready to go, its ledger key, and the recipient as the caller gave it."""

    key: str
    recipient: Any
    message: dict[str, str]


@dataclass
class Report:
    """What became of every recipient; each is counted exactly once."""

    sent: int = 0
    skipped: int = 0
    failed: int = 0
    uncertain: int = 0
    retry_queue: list[Any] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)

    def note(self, recipient: Any, outcome: str, reason: str) -> None:
        self.problems.append({"recipient": address_of(recipient), "outcome": outcome, "reason": reason})

    def fail(self, recipient: Any, outcome: str, reason: str) -> None:
        self.failed += 1
        self.note(recipient, outcome, reason)

    def queue(self, recipient: Any, reason: str) -> None:
        self.retry_queue.append(recipient)
        self.note(recipient, "unavailable", reason)

    def result(self) -> dict[str, Any]:
        return {
            "sent": self.sent,
            "skipped": self.skipped,
            "failed": self.failed,
            "retry_queue": self.retry_queue,
            "uncertain": self.uncertain,
            "problems": self.problems,
        }


def campaign_send_bulk(
    template_id: str, recipients: list[Any], campaign_id: str, variables: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Send `template_id` to every recipient who has not had it in this campaign yet."""
    if template_id not in TEMPLATES:
        raise ToolError(
            "unknown_template",
            f"There is no template {template_id!r}.",
            hint=f"Use one of: {', '.join(sorted(TEMPLATES))}.",
        )
    report = Report()
    letters = prepare(
        f"campaign/{campaign_id}/{template_id}", TEMPLATES[template_id], recipients, variables or {}, report
    )
    log.info("campaign prepared", campaign=campaign_id, template=template_id, letters=len(letters))
    for start in range(0, len(letters), BATCH):
        if not deliver(letters[start : start + BATCH], report):
            for letter in letters[start + BATCH :]:
                report.queue(letter.recipient, "not tried: the mail server was not taking messages")
            break
        progress(min(start + BATCH, len(letters)), len(letters), f"{report.sent} sent")
    return report.result()


def prepare(
    prefix: str, template: Mailing, recipients: list[Any], shared: dict[str, Any], report: Report
) -> list[Letter]:
    """Turn recipients into letters; those who cannot get one are reported, and repeats are skipped."""
    letters: dict[str, Letter] = {}
    for recipient in recipients:
        address = normalise(address_of(recipient))
        if address is None:
            report.fail(recipient, "malformed", "this is not an email address")
            continue
        # Strictly, Ann@ and ann@ may be two mailboxes. In practice they are one person, who wants one copy.
        key = f"{prefix}/{address.lower()}"
        if key in letters:
            report.skipped += 1
            continue
        own = recipient.get("variables", {}) if isinstance(recipient, dict) else {}
        try:
            message = render(template, address, {**shared, **own})
        except UndefinedError as missing:
            report.fail(recipient, "missing_variable", str(missing))
            continue
        letters[key] = Letter(key, recipient, {**message, "key": key})
    return list(letters.values())


def address_of(recipient: Any) -> str:
    return recipient["email"] if isinstance(recipient, dict) else recipient


def normalise(address: str) -> str | None:
    """Return the address as a mail server wants it, the domain in ASCII, or None when it cannot be one."""
    local, at, domain = address.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    labels = domain.split(".")
    valid = (
        at
        and len(local) <= 64
        and len(domain) <= 253
        and len(labels) >= 2
        and LOCAL_PART.fullmatch(local)
        and all(DOMAIN_LABEL.fullmatch(label) for label in labels)
    )
    return f"{local}@{domain.lower()}" if valid else None


def render(template: Mailing, address: str, variables: dict[str, Any]) -> dict[str, str]:
    """Return the message for one recipient. A subject is one line, whatever a variable holds."""
    return {
        "to": address,
        "sender": SENDER,
        "subject": " ".join(template.subject.render(variables).split()),
        "text": template.text.render(variables),
        "html": template.html.render(variables),
    }


def deliver(letters: list[Letter], report: Report) -> bool:
    """Claim, send and settle one batch. Return False when the mail server takes nothing any more."""
    claimed = claim(letters, report)
    if not claimed:
        return True
    try:
        answers = email.send_many([letter.message for letter in claimed])
    except CapabilityRefused:
        ledger.release([letter.key for letter in claimed])  # nothing left: a later call may still send these
        raise
    settle(claimed, answers, report)
    return any(answer["status"] != "failed" for answer in answers)


def claim(letters: list[Letter], report: Report) -> list[Letter]:
    """Return the letters that are ours to send; the others went out before, or another run has them."""
    states = ledger.claim([letter.key for letter in letters])
    mine = []
    for letter, state in zip(letters, states, strict=True):
        if state == "claimed":
            mine.append(letter)
            continue
        report.skipped += 1
        if state == "in_flight":
            report.note(
                letter.recipient,
                "in_flight",
                "another run is sending this, or could not tell whether it was sent",
            )
    return mine


def settle(letters: list[Letter], answers: list[dict[str, Any]], report: Report) -> None:
    """Record what happened. An uncertain letter keeps its claim: only a person may have it sent again."""
    done, released = [], []
    for letter, answer in zip(letters, answers, strict=True):
        reason = str(answer.get("error") or answer["status"])
        if answer["status"] == "sent":
            report.sent += 1
            done.append(letter.key)
        elif answer["status"] == "rejected":
            report.fail(letter.recipient, "rejected", reason)
            released.append(letter.key)
        elif answer["status"] == "failed":
            report.queue(letter.recipient, reason)
            released.append(letter.key)
        else:
            report.uncertain += 1
            report.note(letter.recipient, "uncertain", reason)
    if done:
        ledger.done(done)
    if released:
        ledger.release(released)
