"""Mail by HTTP: one POST for each letter to a mail provider, in a plain JSON shape under an Idempotency-Key.

`{"from", "to": [...], "cc"?, "bcc"?, "subject", "text", "html"?, "reply_to"?, "headers": {"Message-ID", ...},
"attachments"?: [{"filename", "content_type", "content": base64, "content_id"?}]}`: what Resend takes
as it is, and what a few lines in front of any other provider translate.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import anyio
import httpx2

from tenants.capabilities.email.messages import Delivery, Letter

_AUTH = re.compile(r"(?P<name>[A-Za-z0-9-]+):[ \t]*(?P<value>[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)")
_SAID_CHARACTERS = 300
# The provider did not take it, whatever the letter says: ours to put right, and later it may go.
_OURS_TO_MEND = {
    401: "it does not know us; its operator checks SEALWRIGHT_MAIL_HTTP_AUTH",
    403: "it does not let us send; its operator checks SEALWRIGHT_MAIL_HTTP_AUTH and the sender's domain",
    404: "there is nothing at this address; its operator checks SEALWRIGHT_MAIL_HTTP_URL",
    405: "it takes no POST; its operator checks SEALWRIGHT_MAIL_HTTP_URL",
    429: "it takes no more for now",
    503: "it takes no mail for now",
}
# Either something stood between us and the provider, or another request with this key is under way.
_UNKNOWN = frozenset({408, 409, 425})
_NOT_CONNECTED = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


@dataclass(frozen=True, slots=True)
class MailProvider:
    """Where letters are posted. `auth` is one header, its name and its value; `sender` is as for MailServer."""

    url: str
    sender: str
    auth: tuple[str, str] | None = field(default=None, repr=False)
    connections: int = 8
    timeout_s: float = 30

    @classmethod
    def parse(cls, url: str, auth: str | None = None) -> "MailProvider":
        """From `https://host/path?from=hello%40acme.com` and `Authorization: Bearer ...`. Raises ValueError.

        `from` is who mail is from when a tool does not say; the rest of the query is the provider's.
        """
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment:
            raise ValueError("A mail provider is written https://host[:port]/path[?from=ADDRESS].")
        found = _AUTH.fullmatch(auth) if auth else None
        if auth and found is None:
            raise ValueError("A mail provider's header is written NAME: VALUE, such as Authorization: Bearer KEY.")
        sender = query.pop("from", f"no-reply@{parts.hostname}")
        return cls(
            urlunsplit(parts._replace(query=urlencode(query))),
            sender,
            (found["name"], found["value"]) if found else None,
        )


class Posting:
    """A Carrier by one provider. The operator chose its address, so it may be a private one."""

    def __init__(self, provider: MailProvider) -> None:
        self._provider = provider
        self._client: httpx2.AsyncClient | None = None
        self._places = anyio.CapacityLimiter(provider.connections)

    @property
    def sender(self) -> str:
        return self._provider.sender

    @property
    def connections(self) -> int:
        return self._provider.connections

    async def deliver(self, letter: Letter) -> Delivery:
        headers = {"Idempotency-Key": letter.identity, **dict([self._provider.auth] if self._provider.auth else [])}
        async with self._places:
            try:
                response = await self._open().post(self._provider.url, json=_body(letter), headers=headers)
            except _NOT_CONNECTED as error:
                return Delivery("failed", f"the mail provider could not be reached: {_kind(error)}")
            except httpx2.TimeoutException:
                return Delivery("uncertain", "the mail provider did not answer in time")
            except httpx2.HTTPError as error:
                return Delivery("uncertain", f"the connection was lost before the provider answered: {_kind(error)}")
        return _delivery(response)

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()
            self._client = None

    def _open(self) -> httpx2.AsyncClient:
        if self._client is None:
            limits = httpx2.Limits(max_connections=self._provider.connections)
            self._client = httpx2.AsyncClient(timeout=self._provider.timeout_s, limits=limits, trust_env=False)
        return self._client


def _body(letter: Letter) -> Mapping[str, Any]:
    body: dict[str, Any] = {
        "from": f"{letter.sender.name} <{letter.sender.wire}>" if letter.sender.name else letter.sender.wire,
        "to": list(letter.to or letter.recipients),
        "cc": list(letter.cc) or None,
        "bcc": list(letter.bcc) or None,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "reply_to": letter.reply_to.wire if letter.reply_to else None,
        "headers": {"Message-ID": letter.id, **dict(letter.headers)},
        "attachments": [*_attachments(letter)] or None,
    }
    return {name: value for name, value in body.items() if value is not None}


def _attachments(letter: Letter) -> Iterator[Mapping[str, str]]:
    """An invitation goes as a file: no provider takes it as one of the texts."""
    if letter.calendar:
        kind = f"text/calendar; charset=utf-8; method={letter.calendar.method}"
        content = b64encode(letter.calendar.text.encode()).decode()
        yield {"filename": "invite.ics", "content_type": kind, "content": content}
    for one in letter.attachments:
        inside = {"content_id": one.content_id} if one.content_id else {}
        content = b64encode(one.content).decode()
        yield {"filename": one.filename, "content_type": one.content_type, "content": content, **inside}


def _delivery(response: httpx2.Response) -> Delivery:
    code = response.status_code
    said = " ".join(response.text.split())[:_SAID_CHARACTERS]
    if response.is_success:
        return Delivery("sent", said, code)
    ours = _OURS_TO_MEND.get(404 if code < 400 else code)
    if ours:
        return Delivery("failed", f"the mail provider answered {code}: {ours}. It said: {said}", code)
    if code in _UNKNOWN or code >= 500:
        return Delivery("uncertain", f"the mail provider answered {code}: {said}", code)
    return Delivery("rejected", f"the mail provider answered {code}: {said}", code)


def _kind(error: Exception) -> str:
    return str(error) or type(error).__name__
