"""Requests that are not what they say: a header or a field by which a server would take another method or URL.

A grant is judged on the method and the URL. What servers, proxies and frameworks read instead of those two is
refused by the words it is made of, not by a list of names: there is always one more name.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

from sandbox.capabilities.syntax import multipart

_WORD = re.compile(r"[a-z0-9]+")
# Between us and the next server (RFC 9110, 7.6.1), what frames the message, and who is said to be asking.
_OURS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer"}
    | {"expect", "accept-encoding", "http2-settings", "alt-used", "via", "max-forwards", "destination"}
    | {"x-real-ip", "x-client-ip", "client-ip", "true-client-ip", "cf-connecting-ip", "x-cluster-client-ip"}
    | {"x-accel-redirect", "x-sendfile", "x-middleware-subrequest"}
)
_PLACE = frozenset(
    ["url", "uri", "path", "pathinfo", "info", "host", "hostname", "verb", "route", "scheme", "proto", "port", "prefix"]
)
_PLACE_OF_ANOTHER = _PLACE | {"action", "target", "endpoint", "location", "query"}
_ANOTHER = frozenset(
    [
        "override",
        "overwrite",
        "overridden",
        "rewrite",
        "rewritten",
        "original",
        "orig",
        "real",
        "actual",
        "effective",
        "envoy",
        "backend",
        "upstream",
        "http",
        "base",
        "matched",
        "invoke",
        "internal",
        "request",
        "redirect",
        "script",
        "middleware",
        "proxy",
    ]
)
# Every method that is registered, whether or not a grant can name it: what a server would act on is not ours to choose.
_METHODS = frozenset((
    "ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "CONNECT", "COPY", "DELETE", "GET", "HEAD", "LABEL",
    "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE",
    "OPTIONS", "ORDERPATCH", "PATCH", "POST", "PRI", "PROPFIND", "PROPPATCH", "PUT", "QUERY", "REBIND", "REPORT",
    "SEARCH", "TRACE", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF",
    "VERSION-CONTROL",
))  # fmt: skip
# `_method` in Rails, Laravel and Symfony; a header's name as a field, as some services take it, is one too.
_FIELD = re.compile(r"(?i)[_$]+(?:http)?[_-]?(?:method|verb)|(?:x[_-])?(?:http[_-]?)?(?:method|verb)[_-]?override")
_PART_NAME = re.compile(r"""(?i)\bname=["']?([\w$-]{1,40})""")
_PART_VALUE = re.compile(r"\r?\n\r?\n\s*([A-Za-z-]+)")
_LOOKED_AT = 64 << 10  # characters of a text body: fields that a framework acts on stand at its beginning


def is_refused(header: str) -> bool:
    """Whether a header could make another request of this one, or is between us and the server."""
    name = header.strip().lower().replace("_", "-")
    words = set(_WORD.findall(name))
    if name in _OURS or name.startswith("proxy-") or words & {"forwarded", "forward"}:
        return True
    if "method" in words:
        return name != "access-control-request-method"
    return bool(words & _PLACE_OF_ANOTHER and words & _ANOTHER) or (bool(words & _PLACE) and words <= _PLACE | {"x"})


def other_method(request: Mapping[str, Any], method: str) -> str | None:
    """The field of a request's query or body by which a framework would take another method than `method`."""
    for name, value in _fields(request):
        if _FIELD.fullmatch(name.strip()) and value.strip().upper() in _METHODS - {method}:
            return name
    return None


def _fields(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from parse_qsl(str(request.get("url")).partition("?")[2].partition("#")[0])
    for value in (request.get("params"), request.get("json"), request.get("data")):
        yield from _named(value)
    yield from multipart.named_texts(request.get("files"))
    if isinstance(text := request.get("data"), str):
        yield from _written(text[:_LOOKED_AT])
    if isinstance(packed := request.get("data_base64"), str):
        try:
            yield from _written(base64.b64decode(packed[:_LOOKED_AT]).decode("latin-1"))
        except binascii.Error:
            return  # what is no base64 is refused where it would be sent


def _named(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, one in cast(Mapping[str, object], value).items():
            several = cast(list[object], one) if isinstance(one, list) else [one]
            yield from ((name, each) for each in several if isinstance(each, str))


def _written(text: str) -> Iterator[tuple[str, str]]:
    """Fields in a text that may be a form, the parts of one, or JSON."""
    if "ethod" not in text.lower() and "%" not in text and "erb" not in text.lower():
        return
    yield from parse_qsl(text)
    for part in _PART_NAME.finditer(text):
        if value := _PART_VALUE.search(text, part.end(), part.end() + 400):
            yield part[1], value[1]
    if text.lstrip().startswith("{"):
        try:
            yield from _named(json.loads(text))
        except (ValueError, RecursionError):
            return
