"""Mail by SMTP: connections that are kept open, and what each reply of a server means for the letter."""

import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, cast
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
import anyio

from tenants.capabilities.email.messages import Delivery, Letter
from tenants.capabilities.email.mime import mime

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


class Smtp:
    """A Carrier by one mail server."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._idle: list[aiosmtplib.SMTP] = []
        self._places = anyio.CapacityLimiter(server.connections)

    @property
    def sender(self) -> str:
        return self._server.sender

    @property
    def connections(self) -> int:
        return self._server.connections

    async def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    async def deliver(self, letter: Letter) -> Delivery:
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


async def _hand_over(smtp: aiosmtplib.SMTP, letter: Letter) -> Delivery:
    options = ["SMTPUTF8"] if letter.international else []
    encoding = "utf-8" if letter.international else "ascii"
    try:
        if letter.international and not smtp.supports_extension("smtputf8"):
            return Delivery("rejected", "the mail server takes no international addresses")
        await smtp.mail(letter.sender.wire, options=options, encoding=encoding)
        refused = await _name_recipients(smtp, letter, encoding)
    except aiosmtplib.SMTPResponseException as error:
        return _refusal(error)
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _Lost(_said(error)) from error
    try:
        reply = await smtp.data(mime(letter))
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
