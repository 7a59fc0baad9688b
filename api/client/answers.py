"""What an answer means: data, an error, or another try."""

import email.utils
import json
import random
import time
from dataclasses import dataclass
from typing import Any, cast

import httpx2

from api.client.requests import Request

# Gone in a moment, each with an answer that says so, and nothing was begun.
_PASSING = frozenset({429, 502, 503, 504})
_WAIT_S_MAX = 30.0


@dataclass(frozen=True)
class ApiError(Exception):
    """The API said no. `code` is stable, `message` and `hint` are for people, `problem` is all that was said."""

    status: int
    code: str
    message: str
    hint: str | None
    problem: dict[str, Any]

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.status} {self.code}: {self.message}", self.hint) if part)


def content_of(answer: httpx2.Response) -> Any:
    """Return JSON as data, other content as bytes, nothing as None. Raises ApiError."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    if answer.is_success:
        if answer.status_code == 204:
            return None
        return json.loads(answer.content) if kind == "application/json" else answer.content
    problem = _problem(answer.content) if kind.endswith("json") else {}
    code = str(problem.get("type", "")).rpartition(":")[2] or "unknown"
    message = problem.get("detail") or problem.get("title") or answer.reason_phrase or "no reason was given"
    raise ApiError(answer.status_code, code, message, problem.get("hint"), problem)


def _problem(content: bytes) -> dict[str, Any]:
    """What a proxy between says is no problem document, and may be anything."""
    try:
        said: object = json.loads(content)
    except ValueError:
        return {}
    return cast("dict[str, Any]", said) if isinstance(said, dict) else {}


def wait_s(request: Request, said: httpx2.Response | httpx2.TransportError, tried: int, most: int) -> float | None:
    """For how many seconds to wait before it is sent again; None when it is not.

    What was refused before it began (429 and 503) may be sent again whatever it does; where it is not known whether
    it arrived, only what does the same when it is sent twice.
    """
    if tried >= most:
        return None
    if isinstance(said, httpx2.TransportError):
        arrived = not isinstance(said, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
        return _growing(tried) if request.may_be_repeated or not arrived else None
    if said.status_code not in _PASSING:
        return None
    if said.status_code in {502, 504} and not request.may_be_repeated:
        return None
    asked = _asked_s(said.headers.get("retry-after"))
    # What is over only in an hour is for the caller to know, not to sleep through.
    return None if asked is not None and asked > _WAIT_S_MAX else _growing(tried) if asked is None else asked


def _growing(tried: int) -> float:
    """A quarter of a second, then twice as much each time, with chance so that many do not come back at once."""
    return min(_WAIT_S_MAX, 0.25 * 2.0 ** (tried - 1)) * random.uniform(0.5, 1.0)  # noqa: S311 - nobody's secret


def _asked_s(said: str | None) -> float | None:
    if not said:
        return None
    if said.isascii() and said.isdigit() and len(said) < 10:
        return float(said)
    when = email.utils.parsedate_tz(said)
    return max(0.0, email.utils.mktime_tz(when) - time.time()) if when else None
