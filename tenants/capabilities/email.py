"""email: one message or many through the tenant's mail server, each answered for by itself."""

import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, cast
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
import anyio

from sandbox import HostCall
from tenants.capabilities import messages
from tenants.capabilities.bound import Bound, Unable, mappings
from tenants.capabilities.ledger import Ledger
from tenants.capabilities.messages import Letter

Security = Literal["none", "starttls", "tls"]
_OURSELVES = frozenset({"127.0.0.1", "::1", "localhost"})
_PORTS: Mapping[Security, int] = {"none": 25, "starttls": 587, "tls": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail leaves. `sender` is who it is from when a tool does not say; `connections` are kept open."""

    host: str
    port: int
    sender: str
    security: Security = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    connections: int = 8
    timeout_s: float = 30
    tls: ssl.SSLContext | None = None

    @classmethod
    def parse(cls, url: str) -> "MailServer":
        """From `smtp://user:password@host:587?from=hello%40acme.com`, or `smtps://` for TLS from the start.

        Over `smtp://` STARTTLS is demanded, except of this machine itself; `?security=` says `none`, `starttls`
        or `tls` outright. Raises ValueError.
        """
        parts = urlsplit(url)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or set(asked) - {"security", "from"}:
            raise ValueError("A mail server is written smtp://[user:password@]host[:port][?from=ADDRESS].")
        usual = "tls" if parts.scheme == "smtps" else "none" if parts.hostname in _OURSELVES else "starttls"
        security = cast(Security, asked.get("security", usual))
        if security not in _PORTS:
            raise ValueError(f"security={security} is none of {', '.join(_PORTS)}.")
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        sender = asked.get("from", f"no-reply@{parts.hostname}")
        return cls(parts.hostname, parts.port or _PORTS[security], sender, security, user, password)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one letter. `reply` is what the server said, or what went wrong.

    failed: certainly not sent, and trying later may help. uncertain: nobody knows whether it was sent.
    """

    status: Literal["sent", "rejected", "failed", "uncertain"]
    reply: str = ""
    code: int | None = None
    refused: Mapping[str, str] = field(default_factory=dict[str, str])


class Email:
    """Sends for every run of this process through one set of open connections.

    With a ledger, a message whose key was sent before, by whatever run, is not sent again.
    """

    def __init__(self, server: MailServer, ledger: Ledger | None = None) -> None:
        self._server = server
        self._ledger = ledger
        self._idle: list[aiosmtplib.SMTP] = []
        self._places = anyio.CapacityLimiter(server.connections)

    async def send(self, call: HostCall, bound: Bound) -> Mapping[str, Any]:
        letter = messages.write(call.payload, bound, str(call.seq), self._server.sender)
        (delivery,) = await self._send_all(call, bound, [letter])
        if delivery.status == "sent":
            return _answer(letter, delivery)
        code, hint = _FAULTS[delivery.status]
        raise Unable(code, delivery.reply, hint, {"code": delivery.code, "message": delivery.reply})

    async def send_many(self, call: HostCall, bound: Bound) -> list[Mapping[str, Any]]:
        """Each message's outcome, in order. One message that cannot be written harms no other."""
        requests = mappings(call.payload, "messages")
        written = [
            _written(request, bound, f"{call.seq}.{index}", self._server.sender)
            for index, request in enumerate(requests)
        ]
        deliveries = await self._send_all(call, bound, written)
        return [_answer(letter, delivery) for letter, delivery in zip(written, deliveries, strict=True)]

    async def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    async def _send_all(self, call: HostCall, bound: Bound, letters: Sequence[Letter | Delivery]) -> list[Delivery]:
        """What became of each letter, in order. A delivery among them is one that was decided before."""
        keys = {f"{_PREFIX}{one.key}" for one in letters if isinstance(one, Letter) and one.key}
        known = await self._ledger.happened(bound, keys) if self._ledger else set[str]()
        deliveries = [Delivery("uncertain")] * len(letters)
        waiting = iter(enumerate(letters))

        async def work() -> None:
            for part, letter in waiting:
                if isinstance(letter, Delivery):
                    deliveries[part] = letter
                elif f"{_PREFIX}{letter.key}" in known:
                    deliveries[part] = Delivery("sent", "sent before")
                else:
                    deliveries[part] = await self._deliver_once(call, bound, part, letter)

        # As many workers as connections, and each queues for every message: no run can crowd out the others.
        async with anyio.create_task_group() as tasks:
            for _ in range(min(self._server.connections, len(letters))):
                tasks.start_soon(work)
        if self._ledger:
            await self._ledger.record(call, bound, _sent_keys(letters, deliveries) - known)
        return deliveries

    async def _deliver_once(self, call: HostCall, bound: Bound, part: int, letter: Letter) -> Delivery:
        async def deliver() -> dict[str, Any]:
            return asdict(await self._deliver(letter))

        in_doubt = Delivery("uncertain", "the run was interrupted while this was being sent")
        return Delivery(**await bound.parts.once(call, part, deliver, asdict(in_doubt)))

    async def _deliver(self, letter: Letter) -> Delivery:
        async with self._places:
            while self._idle:
                smtp = self._idle.pop()
                with suppress(_Lost):  # the server closed it while it lay idle: the next one, or a new one
                    return await self._use(smtp, letter)
            try:
                return await self._use(await self._connect(), letter)
            except _Lost as lost:
                return Delivery("failed", f"the mail server was lost before it took the message: {lost}")
            except _NoConnection as missing:
                return Delivery("failed", str(missing))

    async def _use(self, smtp: aiosmtplib.SMTP, letter: Letter) -> Delivery:
        """Hand the letter over, and keep the connection if it is still in a known state."""
        settled = False
        try:
            delivery = await _hand_over(smtp, letter)
            settled = delivery.status == "sent" or await _reset(smtp)
        finally:
            # A cancelled or lost conversation is never continued: its next reply could be read as another's.
            if settled:
                self._idle.append(smtp)
            else:
                smtp.close()
        return delivery

    async def _connect(self) -> aiosmtplib.SMTP:
        server = self._server
        smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            # The default would ask the DNS for our own name, at every connection.
            local_hostname=socket.gethostname(),
            timeout=server.timeout_s,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=server.tls,
        )
        try:
            await smtp.connect()
            if smtp.is_ehlo_or_helo_needed:
                await smtp.ehlo()  # what the server can do is needed before the first message
        except aiosmtplib.SMTPAuthenticationError as error:
            raise _NoConnection(f"the mail server refused our login: {error.code} {error.message}") from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            smtp.close()
            raise _NoConnection(f"the mail server could not be reached: {_said(error)}") from error
        return smtp


class _NoConnection(Exception):  # noqa: N818
    """The mail server takes no connection now."""


class _Lost(Exception):  # noqa: N818
    """The connection ended before the message itself was sent, so certainly nothing was delivered."""


_PREFIX = "@email/"  # of the keys that the ledger keeps for us
_FAULTS: Mapping[str, tuple[str, str]] = {
    "rejected": ("rejected", "The mail server refused this for good; sending it again will not help."),
    "failed": ("unavailable", "Certainly not sent. Try again later."),
    "uncertain": ("uncertain", "It may have been sent. Do not send it again unasked; tell a person."),
}


async def _hand_over(smtp: aiosmtplib.SMTP, letter: Letter) -> Delivery:
    options = ["SMTPUTF8"] if letter.international else []
    encoding = "utf-8" if letter.international else "ascii"
    try:
        if letter.international and not smtp.supports_extension("smtputf8"):
            return Delivery("rejected", "the mail server takes no international addresses")
        await smtp.mail(letter.sender, options=options, encoding=encoding)
        refused = await _name_recipients(smtp, letter, encoding)
    except aiosmtplib.SMTPResponseException as error:
        return _refusal(error)
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _Lost(_said(error)) from error
    try:
        reply = await smtp.data(letter.content)
    except aiosmtplib.SMTPResponseException as error:
        return _refusal(error)
    except aiosmtplib.SMTPTimeoutError:
        return Delivery("uncertain", "the server did not answer in time")
    except (aiosmtplib.SMTPException, OSError):
        return Delivery("uncertain", "the connection was lost before the server answered")
    return Delivery("sent", f"{reply.code} {reply.message}", reply.code, refused)


async def _name_recipients(smtp: aiosmtplib.SMTP, letter: Letter, encoding: str) -> Mapping[str, str]:
    """Return those the server refused. When it refused all of them, raise the last refusal."""
    refused: dict[str, str] = {}
    for recipient in letter.recipients:
        try:
            await smtp.rcpt(recipient, encoding=encoding)
        except aiosmtplib.SMTPRecipientRefused as error:
            refused[recipient] = _said(error)
            if len(refused) == len(letter.recipients):
                raise
    return refused


async def _reset(smtp: aiosmtplib.SMTP) -> bool:
    """Bring the conversation back to its start after a refusal. Return whether that worked."""
    try:
        await smtp.rset()
    except (aiosmtplib.SMTPException, OSError):
        return False
    return True


def _refusal(error: aiosmtplib.SMTPResponseException) -> Delivery:
    return Delivery("rejected" if error.code >= 500 else "failed", _said(error), error.code)


def _said(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return " ".join(f"{error.code} {error.message}".split())
    return " ".join(str(error).split()) or type(error).__name__


def _written(request: Mapping[str, Any], bound: Bound, place: str, sender: str) -> Letter | Delivery:
    try:
        return messages.write(request, bound, place, sender)
    except Unable as unable:
        return Delivery("rejected", str(unable))


def _sent_keys(letters: Sequence[Letter | Delivery], deliveries: Sequence[Delivery]) -> set[str]:
    return {
        f"{_PREFIX}{letter.key}"
        for letter, delivery in zip(letters, deliveries, strict=True)
        if isinstance(letter, Letter) and letter.key and delivery.status == "sent"
    }


def _answer(letter: Letter | Delivery, delivery: Delivery) -> Mapping[str, Any]:
    if isinstance(letter, Delivery) or delivery.status != "sent":
        return {"status": delivery.status, "error": delivery.reply}
    refused = {"refused": dict(delivery.refused)} if delivery.refused else {}
    return {"status": "sent", "id": letter.id, **refused}
