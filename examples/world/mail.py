"""A real SMTP server on loopback that keeps what it gets, with a mailbox page; it can refuse and hang up.

`python -m examples.world.mail --json`, or in a process: `async with mail.serve() as sink: ...`.
"""

import argparse
import asyncio
import json
import ssl
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import anyio
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from examples.world.web import serve_app

PAGE = Path(__file__).with_name("mailbox.html")


@dataclass(slots=True)
class Behaviour:
    """How the server treats an address, and everybody. Change it at any time; it holds for the next message.

    refused and deferred: address -> the reply to RCPT, such as "550 5.1.1 No such user" or "451 4.7.1 Later".
    hang_up: the message is kept, then the connection is cut instead of the reply to DATA.
    drop: the same, but the message is lost. delay_ms: how long every reply to DATA takes.
    closed: every new connection is told 421 and cut. `"*"` as an address means everybody.
    """

    refused: dict[str, str] = field(default_factory=dict[str, str])
    deferred: dict[str, str] = field(default_factory=dict[str, str])
    hang_up: list[str] = field(default_factory=list[str])
    drop: list[str] = field(default_factory=list[str])
    delay_ms: int = 0
    closed: bool = False

    def reply_to_recipient(self, address: str) -> str | None:
        for table in (self.refused, self.deferred):
            if reply := table.get(address, table.get("*")):
                return reply
        return None


@dataclass(frozen=True)
class Message:
    """One message as it arrived. `recipient` is whom the SMTP client named, not what a header says."""

    number: int
    received_at: str
    sender: str
    recipient: str
    content: bytes

    @cached_property
    def parsed(self) -> EmailMessage:
        # Parsing takes longer than receiving, so it waits until somebody looks.
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def subject(self) -> str:
        return self.parsed["Subject"] or ""

    @property
    def message_id(self) -> str:
        return self.parsed["Message-ID"] or ""

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "received_at": self.received_at,
            "sender": self.sender,
            "recipient": self.recipient,
            "subject": self.subject,
            "message_id": self.message_id,
            "headers": {name: str(value) for name, value in self.parsed.items()},
            "text": self.text,
            "html": self.html,
        }

    def _part(self, kind: str) -> str:
        part = self.parsed.get_body((kind,))
        return part.get_content() if part else ""


class Sink:
    """The mailbox of everybody. `smtp_port` and `url` are set while it is served."""

    def __init__(self, behaviour: Behaviour, folder: Path | None) -> None:
        self.behaviour = behaviour
        self.smtp_port = 0
        self.url = ""
        self.connections = 0
        self.messages: list[Message] = []
        self._folder = folder
        self._arrived = asyncio.Event()
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            kept = (_kept(path) for path in sorted(folder.glob("*.eml")))
            self.messages += [message for message in kept if message is not None]

    def keep(self, content: bytes, sender: str, recipients: list[str]) -> None:
        """Take one message for each recipient; where there is a folder, put it there under its envelope."""
        for recipient in recipients:
            number = self.messages[-1].number + 1 if self.messages else 1
            envelope: dict[str, Any] = {
                "number": number,
                "received_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "sender": sender,
                "recipient": recipient,
            }
            if self._folder:
                path = self._folder / f"{number:08}.eml"
                # Whole or not at all: whoever is killed meanwhile starts again.
                begun = path.with_suffix(".part")
                begun.write_bytes(json.dumps(envelope).encode() + b"\n" + content)
                begun.replace(path)
            self.messages.append(Message(content=content, **envelope))
        self._arrived.set()

    def clear(self) -> None:
        self.messages.clear()
        for path in self._folder.glob("*.eml") if self._folder else ():
            path.unlink()

    def to(self, recipient: str) -> list[Message]:
        return [message for message in self.messages if message.recipient == recipient]

    async def wait_for(self, count: int) -> None:
        """Return once `count` messages are here."""
        while len(self.messages) < count:
            self._arrived.clear()
            await self._arrived.wait()


def _kept(path: Path) -> Message | None:
    """A message of the folder; None for what is none, such as the half of one."""
    try:
        envelope, _, content = path.read_bytes().partition(b"\n")
        return Message(content=content, **json.loads(envelope))
    except (OSError, ValueError, TypeError):
        return None


class _Handler:
    """What aiosmtpd asks about each message."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and shape
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        del server, session, rcpt_options
        if reply := self._sink.behaviour.reply_to_recipient(address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del session
        behaviour, content = self._sink.behaviour, cast(bytes, envelope.content)
        await asyncio.sleep(behaviour.delay_ms / 1000)
        if not _names(behaviour.drop, envelope.rcpt_tos):
            self._sink.keep(content, envelope.mail_from or "", envelope.rcpt_tos)
        if _names(behaviour.drop + behaviour.hang_up, envelope.rcpt_tos):
            cast(asyncio.Transport, server.transport).abort()
            return "421 4.3.0 Gone"  # nobody hears this
        return "250 2.0.0 Kept"


def _names(addresses: list[str], recipients: list[str]) -> bool:
    return "*" in addresses or any(recipient in addresses for recipient in recipients)


class _Closed(asyncio.Protocol):
    """A connection of a server that takes no mail now."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).write(b"421 4.3.2 Not taking mail now\r\n")
        transport.close()


def _login_checker(user: str, password: str) -> Callable[..., AuthResult]:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object) -> AuthResult:
        del server, session, envelope, mechanism
        right = given == LoginPassword(user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    return check


@asynccontextmanager
async def serve(
    *,
    smtp_port: int = 0,
    http_port: int = 0,
    folder: Path | None = None,
    tls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
) -> AsyncGenerator[Sink]:
    """Serve SMTP and the mailbox page on 127.0.0.1; port 0 takes a free one.

    With `folder` messages are kept there and are back at the next start. With `tls` the server demands
    STARTTLS; with `login` (needs `tls`) it demands that user and password.
    """
    sink = Sink(Behaviour(), folder)
    options: dict[str, Any] = {"hostname": "localhost", "enable_SMTPUTF8": True, "data_size_limit": 25 << 20}
    if tls:
        options |= {"tls_context": tls, "require_starttls": True}
    if login:
        options |= {"auth_required": True, "authenticator": _login_checker(*login)}
    loop = asyncio.get_running_loop()

    def connect() -> asyncio.Protocol:
        if sink.behaviour.closed:
            return _Closed()
        sink.connections += 1
        return SMTP(_Handler(sink), loop=loop, ident="world mail", **options)

    server = await loop.create_server(connect, "127.0.0.1", smtp_port, backlog=512)
    sink.smtp_port = server.sockets[0].getsockname()[1]
    try:
        async with serve_app(_mailbox(sink), http_port) as sink.url:
            yield sink
    finally:
        server.close()


def _mailbox(sink: Sink) -> Starlette:
    """The page and its JSON: newest first, `?to=` and `?after=` (a number) narrow the list."""

    async def page(request: Request) -> Response:
        del request
        return HTMLResponse(PAGE.read_text(encoding="utf-8"))

    async def messages(request: Request) -> Response:
        if request.method == "DELETE":
            sink.clear()
            return Response(status_code=204)
        after = int(request.query_params.get("after", 0))
        limit = int(request.query_params.get("limit", 500))
        wanted = request.query_params.get("to")
        found = [m for m in reversed(sink.messages) if m.number > after and wanted in (None, m.recipient)]
        return JSONResponse({"total": len(sink.messages), "items": [message.as_dict() for message in found[:limit]]})

    async def behaviour(request: Request) -> Response:
        if request.method == "PUT":
            sink.behaviour = Behaviour(**await request.json())
        return JSONResponse(asdict(sink.behaviour))

    return Starlette(
        routes=[
            Route("/", page),
            Route("/messages", messages, methods=["GET", "DELETE"]),
            Route("/behaviour", behaviour, methods=["GET", "PUT"]),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m examples.world.mail", description=__doc__)
    parser.add_argument("--smtp-port", type=int, default=2525, help="0 takes a free one")
    parser.add_argument("--http-port", type=int, default=8025, help="0 takes a free one")
    parser.add_argument("--folder", type=Path, help="keep the messages here")
    parser.add_argument("--json", action="store_true", help="print where it listens as one line of JSON")
    wanted = parser.parse_args()

    async def run() -> None:
        async with serve(smtp_port=wanted.smtp_port, http_port=wanted.http_port, folder=wanted.folder) as sink:
            place = {"smtp_port": sink.smtp_port, "url": sink.url}
            print(json.dumps(place) if wanted.json else f"SMTP on 127.0.0.1:{sink.smtp_port}, mailbox at {sink.url}")
            sys.stdout.flush()
            await anyio.sleep_forever()

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
