"""What a canned server responds: `{"status", "headers", "json" | "text" | "base64"}`, or the fault in its place."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.capabilities.http import no_response
from sandbox.capabilities.syntax.web_requests import HEADER_BYTES_MAX, PACKING, RESPONSE_BYTES_MAX, body, charset
from sandbox.contract.outcomes import Fault
from sandbox.worlds.answers import faults
from sandbox.worlds.stages import InvalidWorld, mapping, part

FIELDS = ("status", "headers", "json", "text", "base64", "fault", "when")
_BODIES = ("json", "text", "base64")
_STATUSES = range(200, 600)
# What a canned fault is told as, where its author gives it a code and no words.
_WHY = {
    "unreachable": "could not be reached: All connection attempts failed",
    "no_response": "gave no response: Server disconnected without sending a response.",
    "response_too_large": f"sent more than {RESPONSE_BYTES_MAX:,} bytes",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a request its answer speaks of."""

    method: str
    where: str
    timeout_s: float
    repeatable: bool


@dataclass(frozen=True, slots=True)
class Response:
    """One response, checked. `fault` is what the author says of one that never came."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    fault: Mapping[str, Any] | None
    place: str

    @classmethod
    def parse(cls, given: object, where: str) -> "Response":
        """Raises InvalidWorld."""
        said = part(given, where, FIELDS)
        bodies = [name for name in _BODIES if name in said]
        if len(bodies) > 1 or ("fault" in said and (bodies or "status" in said)):
            raise InvalidWorld(f"world.{where}: give one of {', '.join(_BODIES)}, or a fault and none of them.")
        headers = _headers(said.get("headers"), f"{where}.headers")
        if bodies == ["json"]:
            headers.setdefault("content-type", "application/json")
        fault = None if said.get("fault") is None else part(said["fault"], f"{where}.fault", faults.FIELDS)
        made = cls(_status(said, where), headers, _content(said, headers, where), fault, f"{where}.fault")
        if fault is not None:
            made.failure(Asked("GET", "", 1, repeatable=True))  # so that it is read once before it is told
        return made

    def failure(self, asked: Asked) -> Fault | None:
        """Why the request got no response."""
        if self.fault is not None:
            usual = unanswered(asked, faults.code(self.fault, self.place, "unreachable"))
            return faults.stated(self.fault, self.place, usual)
        if len(self.content) > RESPONSE_BYTES_MAX and asked.method != "HEAD":
            return unanswered(asked, "response_too_large")
        if sum(len(name) + len(value) for name, value in self.headers.items()) > HEADER_BYTES_MAX:
            return unanswered(asked, "response_too_large", f"sent more than {HEADER_BYTES_MAX} header bytes")
        return None

    def value(self, method: str, url: str) -> dict[str, Any]:
        """As a tool is handed it."""
        content = b"" if method == "HEAD" else self.content
        return {"status": self.status, "url": url, "headers": dict(self.headers), **body(self.headers, content)}


def unanswered(asked: Asked, code: str, what: str | None = None) -> Fault:
    """Why a request got no response, as the real host says it."""
    if what is None:
        late = f"did not answer within {asked.timeout_s:g} s"
        what = late if code == "timeout" else _WHY.get(code, "gave no response")
    return no_response(asked.method, asked.where, code, what, repeatable=asked.repeatable)


def _status(said: Mapping[str, Any], where: str) -> int:
    status: object = said.get("status", 200)
    if isinstance(status, bool) or not isinstance(status, int) or status not in _STATUSES:
        raise InvalidWorld(f"world.{where}.status is a whole number from 200 to 599, unlike {str(status)[:40]!r}.")
    return status


def _headers(given: object, where: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in mapping(given, where).items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise InvalidWorld(f"world.{where}.{name} must be a text or a number.")
        headers[name.lower()] = str(value).strip()
    return {name: value for name, value in headers.items() if name not in PACKING}


def _content(said: Mapping[str, Any], headers: Mapping[str, str], where: str) -> bytes:
    if "json" in said:
        return json.dumps(said["json"]).encode()
    if "base64" in said:
        return unpacked(said["base64"], f"{where}.base64")
    text: object = said.get("text", "")
    if not isinstance(text, str):
        raise InvalidWorld(f"world.{where}.text must be a text; write data under json.")
    try:
        return text.encode(charset(headers))
    except (LookupError, UnicodeError) as error:
        raise InvalidWorld(f"world.{where}.text cannot be written as its content-type says: {error}.") from error


def unpacked(given: object, where: str) -> bytes:
    """The bytes that a text in base64 stands for. Raises InvalidWorld."""
    try:
        return base64.b64decode(given if isinstance(given, str) else "!", validate=True)
    except ValueError as error:
        raise InvalidWorld(f"world.{where} is not base64.") from error
