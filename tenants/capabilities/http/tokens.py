"""Access tokens that are fetched for tools' requests (RFC 6749, 4.4): kept while they last, never shown to anybody."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import anyio

from sandbox import TokenAsked
from tenants.capabilities.bound import Unable

# A token is not used in its last seconds; one that does not say how long it lasts is asked for again after a while.
_LAST_S, _UNSAID_S, _LONGEST_S = 30.0, 300.0, 86_400.0
_ANSWER_BYTES_MAX = 64 << 10
_KEPT_MAX = 10_000
_HINT = "Look at the client's id, its secret, the scope and the token_url."
# Sends the request that fetches it: the status and the body.
Fetch = Callable[[], Awaitable[tuple[int, bytes]]]


@dataclass(slots=True)
class _Kept:
    token: str = field(repr=False, default="")
    until_s: float = 0.0
    lock: anyio.Lock = field(default_factory=anyio.Lock)


class Tokens:
    """Those of one process, each by all that it was asked with: without the client's secret nobody meets another's."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kept: dict[bytes, _Kept] = {}

    async def token(self, asked: TokenAsked, opened: frozenset[str], fetch: Fetch, refused: str | None = None) -> str:
        """One that lasts; `refused` is one that does so no longer. Those who ask at once wait for one answer.

        Raises Unable.
        """
        kept = self._place(asked, opened)
        async with kept.lock:
            if kept.token and kept.token != refused and self._now() < kept.until_s:
                return kept.token
            kept.token = ""
            token, lasts_s = _read(asked, *await fetch())
            kept.token, kept.until_s = token, self._now() + max(lasts_s - _LAST_S, 0.0)
            return token

    def _place(self, asked: TokenAsked, opened: frozenset[str]) -> _Kept:
        said = [asked.url.text, asked.client_id, asked.client_secret, sorted(asked.parameters.items()), asked.place]
        key = hashlib.sha256(json.dumps([*said, sorted(opened)]).encode("utf-8", "surrogatepass")).digest()
        if key not in self._kept and len(self._kept) >= _KEPT_MAX:
            self._kept.clear()  # clients are named by tools: forget them rather than grow for ever
        return self._kept.setdefault(key, _Kept())


def _read(asked: TokenAsked, status: int, content: bytes) -> tuple[str, float]:
    """The token, and how many seconds it lasts. Raises Unable, with no more of the answer than its code of an error."""
    said = _object(content)
    token, kind, lasts = said.get("access_token"), str(said.get("token_type", "bearer")), said.get("expires_in")
    fits = isinstance(token, str) and 0 < len(token) < 16_000 and token.isascii() and token.isprintable()
    if status != 200 or not fits or " " in str(token) or kind.lower() != "bearer":
        code = said.get("error")
        why = (
            f" ({code})" if isinstance(code, str) and code.isascii() and code.isidentifier() and len(code) < 50 else ""
        )
        where = f"{asked.url.origin}{asked.url.path}"
        message = f"POST {where}: the server gave no bearer token; it answered {status}{why}."
        raise Unable("token_refused", message, _HINT, {"status": status, "retryable": status >= 500})
    try:
        lasts_s = float(cast("Any", lasts)) if not isinstance(lasts, bool) else _UNSAID_S
    except (TypeError, ValueError, OverflowError):  # a whole number beyond all floats, too
        lasts_s = _UNSAID_S
    return str(token), min(lasts_s, _LONGEST_S) if lasts_s > 0 else _UNSAID_S


def _object(content: bytes) -> Mapping[str, Any]:
    if len(content) > _ANSWER_BYTES_MAX:
        return {}
    try:
        said: object = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, Any]", said) if isinstance(said, dict) else {}
