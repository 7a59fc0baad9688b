"""One HTTP request of a tool, read from its payload, its secrets put in, ready to leave."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote, urlencode

from sandbox import METHODS, READING, Slot, UnsafeUrl, Url, is_refused_header
from tenants.capabilities.addresses import place
from tenants.capabilities.bound import Bound, Unable, malformed
from tenants.capabilities.secrets import Secret, fill

LONGEST_MS = 120_000
_DEFAULT_MS = 30_000
_FIELDS = frozenset({"method", "url", "headers", "params", "json", "data", "data_base64", "timeout_ms", "key", "auth"})
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HALF = "the body holds half a character (a lone surrogate)."
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request that may leave. `repeatable`: sending it twice does no more than sending it once.

    `shown_url` is the URL as people and the tool may read it, without a secret's value.
    """

    method: str
    url: Url = field(repr=False)
    shown_url: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    timeout_s: float
    repeatable: bool


def read(
    payload: Mapping[str, Any], slots: Sequence[Slot], bound: Bound, place: str, secrets: Mapping[str, Secret]
) -> Outgoing:
    """From a call's payload. `place` is `seq` or `seq.index`: where in the run it was asked for. Raises Unable.

    `secrets` are those that the run's grant names; their values go into the slots and nowhere else.
    """
    unknown = set(payload) - _FIELDS
    if unknown:
        raise malformed(f"a request has no {min(unknown)!r}; it has {', '.join(sorted(_FIELDS))}.")
    method = payload.get("method")
    if method not in METHODS:
        raise malformed(f"{method!r} is no method; use one of {', '.join(sorted(METHODS))}.")
    plain = _with_params(_url(payload.get("url")), payload.get("params"))
    _check_secrets(slots, plain, bound, secrets)
    in_query = {slot.path[1]: secrets[slot.name].value for slot in slots if slot.path[0] == "url"}
    filled = fill(payload, [slot for slot in slots if slot.path[0] != "url"], secrets) if slots else payload
    url = _with_params(_with_values(_url(payload.get("url")), in_query), filled.get("params"))
    kind, content = _body(filled)
    headers = {**kind, **_authorization(filled.get("auth")), **_headers(filled.get("headers"))}
    key = _key(payload.get("key"))
    if method not in READING:
        headers.setdefault("idempotency-key", key or f"{bound.run_id}:{place}")
    repeatable = method in READING or key is not None
    return Outgoing(method, url, plain.text, headers, content, _seconds(payload.get("timeout_ms")), repeatable)


def _url(given: object) -> Url:
    if not isinstance(given, str):
        raise malformed("'url' must be a text.")
    try:
        return Url.parse(given)
    except UnsafeUrl as error:
        raise malformed(f"the URL {given[:200]!r} is refused: {error}.") from error


def _check_secrets(slots: Sequence[Slot], url: Url, bound: Bound, secrets: Mapping[str, Secret]) -> None:
    """Every secret named must exist, be bound to this host, and not leave in the clear."""
    for name in sorted({slot.name for slot in slots}):
        secret = secrets.get(name)
        if secret is None:
            raise Unable("no_secret", f"There is no secret {name!r} for this tool.", "Store it, and grant its use.")
        if not secret.may_go_to(url.host):
            hosts = ", ".join(secret.hosts) or "no host"
            raise Unable("secret_refused", f"The secret {name!r} is bound to {hosts}; it may not go to {url.host}.")
        if url.scheme != "https" and place(url.host.strip("[]"), url.port) not in bound.internal_hosts:
            raise Unable("secret_refused", f"The secret {name!r} may not leave without TLS; use https.")


def _with_values(url: Url, values: Mapping[str | int, str]) -> Url:
    """The URL with values instead of those of its query's parts, counted from 0."""
    if not values:
        return url
    parts = [
        f"{part.partition('=')[0]}={quote(values[index], safe='')}" if index in values else part
        for index, part in enumerate(url.query[1:].split("&"))
    ]
    return Url(url.scheme, url.host, url.port, url.path, f"?{'&'.join(parts)}")


def _with_params(url: Url, params: object) -> Url:
    """The URL with `params` after its own query, spelled as the canned worlds spell them."""
    if params is None:
        return url
    if not isinstance(params, Mapping):
        raise malformed("'params' must be an object.")
    named = cast(Mapping[str, Any], params)
    pairs = [f"{_quoted(name)}={_quoted(one)}" for name, value in named.items() for one in _several(value)]
    joined = "&".join([*([url.query[1:]] if url.query[1:] else []), *pairs])
    return Url(url.scheme, url.host, url.port, url.path, f"?{joined}" if joined else "")


def _authorization(given: object) -> dict[str, str]:
    """HTTP basic authentication (RFC 7617), put together here because a tool has no password to encode."""
    if given is None:
        return {}
    basic: object = cast(Mapping[str, object], given).get("basic") if isinstance(given, Mapping) else None
    pair = cast(list[object], basic) if isinstance(basic, list) else []
    texts = [one for one in pair if isinstance(one, str)]
    if set(cast(Mapping[str, object], given)) != {"basic"} or len(pair) != 2 or len(texts) != 2 or ":" in texts[0]:
        raise malformed("'auth' is {\"basic\": (user, password)}: two texts, the user without a colon.")
    return {"authorization": f"Basic {base64.b64encode(':'.join(texts).encode()).decode()}"}


def _several(value: object) -> list[object]:
    return cast(list[object], value) if isinstance(value, list) else [value]


def _quoted(value: object) -> str:
    if not isinstance(value, str | int | float):
        raise malformed("a query parameter must be a text, a number, a boolean, or a list of them.")
    return quote(str(value).lower() if isinstance(value, bool) else str(value), safe="")


def _headers(given: object) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise malformed("'headers' must be an object.")
    headers: dict[str, str] = {}
    for name, value in cast(Mapping[Any, object], given).items():
        if not isinstance(name, str) or not _NAME.fullmatch(name) or is_refused_header(name):
            raise malformed(f"the header {str(name)[:100]!r} is not for a tool to set.")
        if not isinstance(value, str) or not _VALUE.fullmatch(value):
            raise malformed(f"the value of the header {name!r} must be a text on one line.")
        headers[name.lower()] = value.strip()
    return headers


def _body(payload: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
    given = [name for name in ("json", "data", "data_base64") if payload.get(name) is not None]
    if len(given) > 1:
        raise malformed(f"give either {' or '.join(repr(name) for name in given)}, not both.")
    if "json" in payload and not given:
        return {"content-type": "application/json"}, b"null"
    if not given:
        return {}, b""
    value = payload[given[0]]
    if given == ["json"]:
        return {"content-type": "application/json"}, _encoded(json.dumps(value, ensure_ascii=False))
    if given == ["data_base64"]:
        return {"content-type": "application/octet-stream"}, _decoded(value)
    if isinstance(value, Mapping):
        return {"content-type": "application/x-www-form-urlencoded"}, _form(cast(Mapping[str, Any], value))
    if not isinstance(value, str):
        raise malformed("'data' must be a text or an object.")
    return {"content-type": "text/plain; charset=utf-8"}, _encoded(value)


def _form(fields: Mapping[str, Any]) -> bytes:
    try:
        return urlencode(fields, doseq=True).encode()
    except UnicodeEncodeError as error:
        raise malformed(_HALF) from error


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise malformed(_HALF) from error


def _decoded(given: object) -> bytes:
    try:
        return base64.b64decode(str(given), validate=True)
    except binascii.Error as error:
        raise malformed("'data_base64' is not base64.") from error


def _key(given: object) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str) or not 0 < len(given) <= 255 or not given.isascii() or not given.isprintable():
        raise malformed("'key' must be 1 to 255 printable ASCII characters.")
    return given


def _seconds(given: object) -> float:
    if given is None:
        return _DEFAULT_MS / 1000
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= LONGEST_MS:
        raise malformed(f"'timeout_ms' must be a number from 1 to {LONGEST_MS:,}.")
    return given / 1000
