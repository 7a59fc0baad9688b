"""One HTTP request of a tool, read from its payload, its secrets put in, ready to leave."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote, urlencode

from sandbox import UnsafeUrl, Url
from tenants.capabilities.addresses import place
from tenants.capabilities.bound import Bound, Unable, malformed
from tenants.capabilities.secrets import Secret, fill, names_in

READING = frozenset({"GET", "HEAD", "OPTIONS"})
METHODS = READING | {"POST", "PUT", "PATCH", "DELETE"}
LONGEST_MS = 120_000
_DEFAULT_MS = 30_000
_FIELDS = frozenset({"method", "url", "headers", "params", "json", "data", "data_base64", "timeout_ms", "key"})
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
# These are between us and the server; a tool that could write them could speak to another one.
_OURS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer"}
    | {"expect", "accept-encoding", "proxy-authorization", "proxy-connection", "proxy-authenticate"}
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request that may leave. `repeatable`: sending it twice does no more than sending it once."""

    method: str
    url: Url
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    timeout_s: float
    repeatable: bool


def read(payload: Mapping[str, Any], bound: Bound, place: str, secrets: Mapping[str, Secret]) -> Outgoing:
    """From a call's payload. `place` is `seq` or `seq.index`: where in the run it was asked for. Raises Unable."""
    unknown = set(payload) - _FIELDS
    if unknown:
        raise malformed(f"a request has no {min(unknown)!r}; it has {', '.join(sorted(_FIELDS))}.")
    method = payload.get("method")
    if method not in METHODS:
        raise malformed(f"{method!r} is no method; use one of {', '.join(sorted(METHODS))}.")
    url = _url(payload.get("url"))
    _check_secrets(payload, url, bound, secrets)
    url = _with_query(url, payload.get("params"), secrets)
    kind, content = _body(payload, secrets)
    headers = {**kind, **_headers(payload.get("headers"), secrets)}
    key = _key(payload.get("key"))
    if method not in READING:
        headers.setdefault("idempotency-key", key or f"{bound.run_id}:{place}")
    repeatable = method in READING or key is not None
    return Outgoing(method, url, headers, content, _seconds(payload.get("timeout_ms")), repeatable)


def _url(given: object) -> Url:
    if not isinstance(given, str):
        raise malformed("'url' must be a text.")
    try:
        url = Url.parse(given)
    except UnsafeUrl as error:
        raise malformed(f"the URL {given[:200]!r} is refused: {error}.") from error
    if names_in(url.path):
        raise malformed("a secret cannot be part of a URL's path; put it into a header or the query.")
    return url


def _check_secrets(payload: Mapping[str, Any], url: Url, bound: Bound, secrets: Mapping[str, Secret]) -> None:
    """Every secret named must exist, be bound to this host, and not leave in the clear."""
    for name in sorted(names_in(payload)):
        secret = secrets.get(name)
        if secret is None:
            raise Unable("no_secret", f"There is no secret {name!r} for this tool.", "Store it, and grant its use.")
        if not secret.may_go_to(url.host):
            hosts = ", ".join(secret.hosts) or "no host"
            raise Unable("secret_refused", f"The secret {name!r} is bound to {hosts}; it may not go to {url.host}.")
        if url.scheme != "https" and place(url.host.strip("[]"), url.port) not in bound.internal_hosts:
            raise Unable("secret_refused", f"The secret {name!r} may not leave without TLS; use https.")


def _with_query(url: Url, params: object, secrets: Mapping[str, Secret]) -> Url:
    """The URL with `params` after its own query, spelled as the canned worlds spell them."""
    query: str = fill(url.query, secrets, lambda value: quote(value, safe=""))
    if params is None:
        return Url(url.scheme, url.host, url.port, url.path, query)
    if not isinstance(params, Mapping):
        raise malformed("'params' must be an object.")
    filled = cast(Mapping[str, Any], fill(params, secrets))
    pairs = [f"{_quoted(name)}={_quoted(one)}" for name, value in filled.items() for one in _several(value)]
    joined = "&".join([*([query[1:]] if query[1:] else []), *pairs])
    return Url(url.scheme, url.host, url.port, url.path, f"?{joined}" if joined else "")


def _several(value: object) -> list[object]:
    return cast(list[object], value) if isinstance(value, list) else [value]


def _quoted(value: object) -> str:
    if not isinstance(value, str | int | float):
        raise malformed("a query parameter must be a text, a number, a boolean, or a list of them.")
    return quote(str(value).lower() if isinstance(value, bool) else str(value), safe="")


def _headers(given: object, secrets: Mapping[str, Secret]) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise malformed("'headers' must be an object.")
    headers: dict[str, str] = {}
    for name, value in given.items():  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name.lower() in _OURS:
            raise malformed(f"the header {str(name)[:100]!r} is not for a tool to set.")  # pyright: ignore[reportUnknownArgumentType]
        filled = fill(value, secrets)
        if not isinstance(filled, str) or not _VALUE.fullmatch(filled):
            raise malformed(f"the value of the header {name!r} must be a text on one line.")
        headers[name.lower()] = filled.strip()
    return headers


def _body(payload: Mapping[str, Any], secrets: Mapping[str, Secret]) -> tuple[dict[str, str], bytes]:
    given = [name for name in ("json", "data", "data_base64") if payload.get(name) is not None]
    if len(given) > 1:
        raise malformed(f"give either {' or '.join(repr(name) for name in given)}, not both.")
    if "json" in payload and not given:
        return {"content-type": "application/json"}, b"null"
    if not given:
        return {}, b""
    value = payload[given[0]]
    if given == ["json"]:
        return {"content-type": "application/json"}, json.dumps(fill(value, secrets), ensure_ascii=False).encode()
    if given == ["data_base64"]:
        return {"content-type": "application/octet-stream"}, _decoded(value)
    if isinstance(value, Mapping):
        form = urlencode(fill(value, secrets), doseq=True)  # pyright: ignore[reportUnknownArgumentType]
        return {"content-type": "application/x-www-form-urlencoded"}, form.encode()
    if not isinstance(value, str):
        raise malformed("'data' must be a text or an object.")
    return {"content-type": "text/plain; charset=utf-8"}, fill(value, secrets).encode()


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
