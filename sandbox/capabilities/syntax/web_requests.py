"""One HTTP request, read one way: what a canned world is asked is what would leave for the real one."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import quote, urlencode

from sandbox.capabilities.permits import Malformed, demand_known, text
from sandbox.capabilities.syntax import multipart
from sandbox.capabilities.syntax.overrides import is_refused
from sandbox.capabilities.syntax.signing import Signer, authorize
from sandbox.capabilities.syntax.tokens import TokenAsked, token_asked
from sandbox.capabilities.syntax.urls import UnsafeUrl, Url

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
READING = frozenset({"GET", "HEAD", "OPTIONS"})
TIMEOUT_MS_DEFAULT, TIMEOUT_MS_MAX = 30_000, 120_000
KEY_CHARACTERS_MAX = 255
URL_CHARACTERS_MAX = 60_000
RESPONSE_BYTES_MAX = 4 << 20
HEADER_BYTES_MAX = 64 << 10
# What a response says of how it was packed for the way; nobody is told, for it has been unpacked.
PACKING = frozenset({"content-encoding", "content-length", "transfer-encoding"})
# How often a request is tried again by itself, and after which answers: see `worth_retrying`.
RETRIES = 2
_TRY_AGAIN = frozenset({429, 502, 503, 504})
_PATIENCE_S = 2.0
FIELDS = ("method", "url", "headers", "params", "json", "data", "data_base64", "files", "timeout_ms", "key", "auth")
_BODIES = ("json", "data", "data_base64")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
# What may stand in a part of a path as it is (RFC 3986, 3.3).
_OF_PATHS = "-._~!$&'()*+,;=:@"
_HALF = "the body holds half a character (a lone surrogate)."


@dataclass(frozen=True, slots=True)
class Request:
    """A request that may leave. `url` has its parameters, `headers` are in lower case with those of its body."""

    method: str
    url: Url = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    key: str | None
    timeout_s: float
    token: TokenAsked | None = None

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no more than sending it once."""
        return self.method in READING or self.key is not None

    @property
    def where(self) -> str:
        """The URL without its query, which may hold a secret."""
        return f"{self.url.origin}{self.url.path}"

    @classmethod
    def parse(
        cls, payload: Mapping[str, Any], in_url: Mapping[str | int, str] | None = None, signer: Signer | None = None
    ) -> "Request":
        """From a call's payload. Raises Malformed.

        `in_url` is the values that go into parts of the URL itself, by their places: see `slots`.
        """
        demand_known(payload, FIELDS, "a request")
        method = payload.get("method")
        if method not in METHODS:
            raise Malformed(f"{str(method)[:80]!r} is no method; use one of {', '.join(METHODS)}.")
        url = _with_params(_with_values(read_url(payload), in_url or {}), payload.get("params"))
        kind, content = _body(payload) if payload.get("files") is None else _multipart(payload)
        own = _headers(payload.get("headers"))
        headers = {**kind, **_headers(authorize(payload.get("auth"), str(method), url, content, signer)), **own}
        if payload.get("files") is not None:
            headers |= kind  # its boundary is ours
        key, timeout_s = _key(payload.get("key")), _seconds(payload.get("timeout_ms"))
        return cls(method, url, headers, content, key, timeout_s, token_asked(payload))


def read_url(payload: Mapping[str, Any]) -> Url:
    """The URL without its parameters. Raises Malformed."""
    given = text(payload, "url", URL_CHARACTERS_MAX)
    try:
        return Url.parse(given)
    except UnsafeUrl as error:
        raise Malformed(f"the URL {given[:200]!r} is refused: {error}.") from error


def worth_retrying(status: int, headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """How many seconds to wait at least before a request that may be repeated is tried again; None: it is not.

    Who is asked to wait for longer than a moment is handed the answer: the tool knows what else it could do.
    """
    if status not in _TRY_AGAIN:
        return None
    wait_s = _asked_to_wait_s(headers.get("retry-after", "").strip(), now or datetime.now(UTC))
    return wait_s if wait_s <= _PATIENCE_S else None


def body_text(headers: Mapping[str, str], content: bytes) -> str | None:
    """A response's content as text, by the charset it says it has or UTF-8; None when it is no text."""
    try:
        return content.decode(charset(headers))
    except (LookupError, UnicodeDecodeError, ValueError):
        return None


def body(headers: Mapping[str, str], content: bytes) -> dict[str, str]:
    """A response's content as a tool is handed it: `text`, and `base64` where that alone would not give the bytes."""
    said = body_text(headers, content)
    packed = base64.b64encode(content).decode()
    if said is None:
        return {"base64": packed}
    return {"text": said} if said.encode("utf-8", "surrogatepass") == content else {"text": said, "base64": packed}


def charset(headers: Mapping[str, str]) -> str:
    """The charset that a response says it has."""
    said = headers.get("content-type", "").partition("charset=")[2].split(";")[0].strip("\"' ").lower()
    return said or "utf-8"


def _asked_to_wait_s(said: str, now: datetime) -> float:
    if not said:
        return 0.0
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        return max(0.0, (parsedate_to_datetime(said) - now).total_seconds())
    except (TypeError, ValueError, OverflowError):  # no date, one without a zone, or one with endless numbers
        return 0.0


def _with_values(url: Url, values: Mapping[str | int, str]) -> Url:
    """The URL with values in its query's parts, counted from 0, and in its path, by what stands there."""
    if not values:
        return url
    parts = [
        f"{part.partition('=')[0]}={quote(values[index], safe='')}" if index in values else part
        for index, part in enumerate(url.query[1:].split("&"))
    ]
    path = url.path
    for shown, value in values.items():
        if isinstance(shown, str):
            path = _in_path(path, shown, value)
    return replace(url, path=path, query=f"?{'&'.join(parts)}" if url.query else "")


def _in_path(path: str, shown: str, value: str) -> str:
    """A path with a value for what is shown of it. Its slashes are its own only at the end of the path."""
    place = path.find(shown)
    if place < 0:
        raise Malformed("the URL's path climbs over its secret.")
    last = place + len(shown) == len(path)
    written = quote(value, safe=_OF_PATHS + ("/" if last else ""))
    if any(piece in {"", ".", ".."} for piece in written.split("/")) or not value.isprintable():
        raise Malformed("the value of a secret in the URL's path is none that can stand there.", "secret_refused")
    return path[:place] + written + path[place + len(shown) :]


def _with_params(url: Url, params: object) -> Url:
    """The URL with `params` after its own query. A parameter that is null is left out, as most clients do."""
    if params is None:
        return url
    if not isinstance(params, Mapping):
        raise Malformed("'params' must be an object.")
    pairs = [f"{_quoted(name)}={_quoted(one)}" for name, one in _pairs(cast("Mapping[str, object]", params))]
    joined = "&".join([*([url.query[1:]] if url.query[1:] else []), *pairs])
    if len(url.origin) + len(url.path) + len(joined) > URL_CHARACTERS_MAX:
        raise Malformed(f"with its 'params' the URL has more than {URL_CHARACTERS_MAX:,} characters.")
    return replace(url, query=f"?{joined}" if joined else "")


def _pairs(fields: Mapping[str, object]) -> list[tuple[str, object]]:
    several = [
        (name, cast("Sequence[object]", value) if isinstance(value, list) else [value])
        for name, value in fields.items()
    ]
    return [(name, one) for name, values in several for one in values if one is not None]


def _plain(value: object, what: str) -> str:
    if not isinstance(value, str | int | float):
        raise Malformed(f"{what} must be a text, a number, a boolean, null, or a list of them.")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(value: object) -> str:
    try:
        return quote(_plain(value, "a query parameter"), safe="")
    except UnicodeEncodeError as error:
        raise Malformed("a query parameter holds half a character (a lone surrogate).") from error


def _headers(given: object) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise Malformed("'headers' must be an object.")
    headers: dict[str, str] = {}
    for name, value in cast("Mapping[Any, object]", given).items():
        if not isinstance(name, str) or not _NAME.fullmatch(name) or is_refused(name):
            raise Malformed(f"the header {str(name)[:100]!r} is not for a tool to set.")
        if not isinstance(value, str) or not _VALUE.fullmatch(value):
            raise Malformed(f"the value of the header {name[:100]!r} must be a text on one line, of Latin-1 letters.")
        headers[name.lower()] = value.strip()
    if sum(len(name) + len(value) for name, value in headers.items()) > HEADER_BYTES_MAX:
        raise Malformed(f"the headers have more than {HEADER_BYTES_MAX:,} bytes.")
    return headers


def _body(payload: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
    given = [name for name in _BODIES if payload.get(name) is not None]
    if len(given) > 1:
        raise Malformed(f"give either {' or '.join(repr(name) for name in given)}, not both.")
    if "json" in payload and not given:
        return {"content-type": "application/json"}, b"null"
    if not given:
        return {}, b""
    value = payload[given[0]]
    if given == ["json"]:
        return {"content-type": "application/json"}, _encoded(_written(value), "the body")
    if given == ["data_base64"]:
        return {"content-type": "application/octet-stream"}, _decoded(value)
    if isinstance(value, Mapping):
        return {"content-type": "application/x-www-form-urlencoded"}, _form(cast("Mapping[str, object]", value))
    if not isinstance(value, str):
        raise Malformed("'data' must be a text or an object.")
    return {"content-type": "text/plain; charset=utf-8"}, _encoded(value, "the body")


def _written(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise Malformed(f"'json' is no JSON data: {error}.") from error


def _form(fields: Mapping[str, object]) -> bytes:
    pairs = [(name, _plain(one, "a form field")) for name, one in _pairs(fields)]
    try:
        return urlencode(pairs).encode()
    except UnicodeEncodeError as error:
        raise Malformed(_HALF) from error


def _multipart(payload: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
    data: object = payload.get("data")
    others = [name for name in ("json", "data_base64") if payload.get(name) is not None]
    if others or not (data is None or isinstance(data, Mapping)):
        raise Malformed("'files' go with the fields of 'data', an object, and with no other body.")
    fields = _pairs(cast("Mapping[str, object]", data or {}))
    pairs = [(name, _plain(one, "a form field")) for name, one in fields]
    kind, content = multipart.encode(pairs, payload["files"])
    return {"content-type": kind}, content


def _encoded(said: str, what: str) -> bytes:
    try:
        return said.encode()
    except UnicodeEncodeError as error:
        raise Malformed(f"{what} holds half a character (a lone surrogate).") from error


def _decoded(given: object) -> bytes:
    try:
        return base64.b64decode(str(given), validate=True)
    except ValueError as error:
        raise Malformed("'data_base64' is not base64.") from error


def _key(given: object) -> str | None:
    if given is None:
        return None
    fits = isinstance(given, str) and 0 < len(given) <= KEY_CHARACTERS_MAX
    if not fits or not str(given).isascii() or not str(given).isprintable():
        raise Malformed(
            f"'key' must be 1 to {KEY_CHARACTERS_MAX} printable ASCII characters: it is sent as a header. Of other"
            " letters make one with urllib.parse.quote."
        )
    return str(given)


def _seconds(given: object) -> float:
    if given is None:
        return TIMEOUT_MS_DEFAULT / 1000
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= TIMEOUT_MS_MAX:
        raise Malformed(f"'timeout_ms' must be a number from 1 to {TIMEOUT_MS_MAX:,}.")
    return given / 1000
