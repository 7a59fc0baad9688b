"""Payloads for every operation of every capability: edges written by hand, and many more drawn from a seed by kind.

What is drawn starts from a good payload and changes one thing of it: a field is left out, is of another type, too long,
empty, or holds what some reader would stumble over; or a field is there that none knows.
"""

# ruff: noqa: E501 - a table of cases

import base64
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from random import Random
from typing import Any, cast

SERVER = "http://127.0.0.1:PORT"
Payload = Mapping[str, Any]
HALF = "\ud800"
_DEEP: Any = json.loads("[" * 70 + "]" * 70)
_DEEPER: Any = json.loads("[" * 60 + "]" * 60)
# By kind: what some reader reads otherwise than another.
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 7.5, -0.0, 1e300, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**40,
    float("nan"), float("inf"), "", " ", "0", "null", "a\nb", "a\r\nX-B: 1", "a\0b", "\t", "Jörg/Köln", "日本", "😀",
    HALF, f"a{HALF}b", "\u2028", "\u202e", "'; DROP TABLE t; --", "{{secret:nope}}", "%00", "..", "../x", "a/../b",
    "/a", "a//b", "a\\b", "*", "x" * 65, "x" * 101, "x" * 256, "x" * 481, "x" * 501, "x" * 4_001, "x" * 70_000,
    [], [None], [1, "a"], ["a", "a"], ["x" * 501], [HALF], [[]], ["a\0b"], {}, {"a": 1}, {"a": None}, {"a": {"b": []}},
    {HALF: 1}, _DEEP, _DEEPER, {"a\0b": 1}, {"x": "a\0b"}, ["\\u0000"],
)  # fmt: skip
UNKNOWN = ("keys", "Key", "path ", "cc", "bcc", "headers", "timeout", "files", "limit", "status", "scopes", "é", "")


def b64(content: bytes | str) -> str:
    """As base64, in text."""
    return base64.b64encode(content if isinstance(content, bytes) else content.encode()).decode()


SIGNED_WITH = "a key that both sides share, of 32 bytes"
PUBLIC_KEYS: Sequence[Mapping[str, str]] = (
    {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "kid": "ec"},
    {
        "kty": "RSA", "e": "AQAB", "kid": "2011-04-29",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    },
)  # fmt: skip


def made(signed: str, algorithm: str = "sha256") -> str:
    return hmac.digest(SIGNED_WITH.encode(), signed.encode(), algorithm).hex()


def token(claims: Any, **head: Any) -> str:
    """A JWT, signed by HS256 whatever its head says."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=")
        for one in ({"alg": "HS256"} | head, claims)
    ]
    mark = base64.urlsafe_b64encode(bytes.fromhex(made(".".join(parts)))).decode().rstrip("=")
    return ".".join((*parts, mark))


# The example of RFC 7515, A.3: an ES256 mark of long ago.
_ES256 = (
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)
# Of each operation good payloads, from which others are drawn.
GOOD: Mapping[str, tuple[Payload, ...]] = {
    "http.request": (
        {"method": "GET", "url": f"{SERVER}/json"},
        {"method": "GET", "url": f"{SERVER}/json?a=1", "params": {"page": 2, "q": "a b", "on": True, "ids": [1, 2]}},
        {"method": "POST", "url": f"{SERVER}/json", "json": {"a": [1, None, "ü"]}, "key": "k-1", "timeout_ms": 5000},
        {"method": "POST", "url": f"{SERVER}/text", "data": {"a": "1", "b": ["x", "y"]}, "headers": {"X-A": "1"}},
        {"method": "PUT", "url": f"{SERVER}/text", "data": "plain", "auth": {"basic": ["ann", "pw"]}},
        {"method": "PATCH", "url": f"{SERVER}/bytes", "data_base64": b64(b"\0\1")},
        {"method": "HEAD", "url": f"{SERVER}/text"},
        {"method": "DELETE", "url": f"{SERVER}/empty"},
        {
            "method": "POST", "url": f"{SERVER}/text", "data": {"a": "1", "b": [True, None]},
            "files": [{"name": "f", "filename": "ü.csv", "text": "a;b"}, {"name": "g", "base64": b64(b"\0"), "content_type": "image/png"}],
        },
        {"method": "POST", "url": f"{SERVER}/json", "json": {"a": 1}, "auth": {"hmac": {"key": "k", "header": "X-Signature", "over": "1.{body}"}}},
        {"method": "GET", "url": f"{SERVER}/json", "auth": {"jwt": {"key": "k", "claims": {"sub": "ü", "exp": 1}, "headers": {"kid": "1"}}}},
        {"method": "GET", "url": f"{SERVER}/bot<<token>>/send"},
    ),
    "http.send_many": (
        {"requests": [{"method": "GET", "url": f"{SERVER}/json"}, {"method": "POST", "url": f"{SERVER}/text"}]},
    ),
    "email.send": (
        {"to": "ann@example.com", "subject": "Hi", "text": "Hello"},
        {
            "to": ["Ann <ann@example.com>", "bob@example.com"], "subject": "Grüße", "text": "x", "html": "<b>x</b>",
            "sender": "Acme <news@acme.example>", "reply_to": "help@acme.example", "key": "m/1",
            "attachments": [{"filename": "a.csv", "content_type": "text/csv", "text": "a;b"}],
        },
        {
            "to": "ann@example.com", "subject": "File", "text": "x",
            "attachments": [{"filename": "ü.pdf", "content_type": "application/pdf", "base64": b64(b"%PDF")}],
        },
        {
            "to": ["ann@example.com"], "cc": "Bob <bob@example.com>", "bcc": ["cy@example.com", "ann@example.com"], "subject": "All", "text": "x",
            "html": '<img src="cid:logo">', "attachments": [{"filename": "l.png", "content_type": "image/png", "content_id": "logo", "base64": b64(b"PNG")}],
            "headers": {"List-Unsubscribe": "<https://acme.example/u?x=1>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
            "calendar": "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n",
        },
        {"to": "ann@bücher.example", "subject": "IDN", "text": "x", "cc": ["gone@example.com"], "sender": "news@acme.example"},
    ),
    "email.send_many": (
        {"messages": [{"to": "ann@example.com", "subject": "1", "text": "x"}, {"to": "bob@example.com", "subject": "2", "text": "y"}]},
    ),
    "ledger.claim": ({"keys": ["a", "b"]},),
    "ledger.done": ({"keys": ["a", "b"]},),
    "ledger.release": ({"keys": ["a", "b"]},),
    "ledger.is_done": ({"key": "a"},),
    "kv.get": ({"key": "k"}, {"key": "k", "scope": "tenant"}),
    "kv.set": ({"key": "k", "value": {"a": 1}}, {"key": "k", "value": 7, "scope": "tenant"}),
    "kv.delete": ({"key": "k", "scope": "tool"},),
    "kv.compare_and_set": ({"key": "k", "expected": None, "value": 1, "scope": "tool"},),
    "files.read": ({"path": "in/a.txt"},),
    "files.exists": ({"path": "in/a.txt"},),
    "files.list": ({"prefix": "in/"}, {}),
    "files.write": (
        {"path": "out/b.txt", "base64": b64("text")},
        {"path": "out/c.csv", "base64": b64("a;b"), "content_type": "text/csv; charset=utf-8", "create_only": True},
    ),
    "files.delete": ({"path": "out/b.txt"},),
    "sql.query": (
        {"database": "crm", "statement": "SELECT id, name FROM deals WHERE id = :id", "parameters": {"id": 1}},
        {"database": "crm", "statement": "SELECT count(*) AS n FROM deals"},
    ),
    "sql.execute": (
        {"database": "crm", "statement": "UPDATE deals SET name = :name WHERE id = :id", "parameters": {"id": 1, "name": "Ä"}},
    ),
    "signatures.verify": (
        {"scheme": "github", "key": "hook", "body": "ü", "signature": f"sha256={made('ü')}"},
        {"scheme": "stripe", "key": "hook", "body": "{}", "signature": f"t=1600000000,v1={made('1600000000.{}')}", "within_s": 60},
        {"scheme": "slack", "key": "hook", "body_base64": b64("a=b"), "signature": f"v0={made('v0:1600000000:a=b')}", "timestamp": "1600000000"},
        {"scheme": "hmac-sha256", "key": "hook", "body": "x", "signature": f"v1={made('x')}", "prefix": "v1=", "encoding": "hex"},
        {"scheme": "hmac-sha512", "key": "hook", "body": "x", "signature": b64(bytes.fromhex(made("x", "sha512"))), "encoding": "base64", "key_encoding": "text"},
    ),
    "signatures.claims": (
        {"algorithm": "HS256", "key": "hook", "token": token({"exp": 1 << 40, "iss": "a", "aud": ["b"]}), "issuer": "a", "audience": "b"},
        {"algorithm": "HS256", "key": "hook", "token": token({"iat": 1, "big": 2**70}), "within_s": 86_400, "key_encoding": "text"},
        {"algorithm": "ES256", "key": "keys", "token": _ES256},
        {"algorithm": "RS256", "key": "keys", "token": token({"exp": 1 << 40}, alg="RS256", kid="2011-04-29")},
        {"algorithm": "ES256", "keys": {"keys": [*PUBLIC_KEYS]}, "token": _ES256},
    ),
    "clock.sleep": ({"seconds": 0}, {"seconds": 0.001}),
}  # fmt: skip


def drawn(operation: str, number: int) -> Iterator[Payload]:
    """So many payloads of an operation, always the same."""
    random = Random(operation)  # noqa: S311  (no secret)
    for _ in range(number):
        yield _changed(deepcopy(dict(random.choice(GOOD[operation]))), random)


def _changed(payload: dict[str, Any], random: Random) -> Payload:
    places = list(_places(payload))
    where, name = random.choice(places) if places else (payload, "x")
    match random.randrange(6):
        case 0:
            where.pop(name, None)
        case 1:
            where[random.choice(UNKNOWN)] = random.choice(ODD)
        case 2 if isinstance(where.get(name), str):
            odd = [one for one in ODD if isinstance(one, str)]
            where[name] = random.choice((where[name] + random.choice(odd), random.choice(odd) + where[name]))
        case 3 if isinstance(where.get(name), list):
            where[name] = [*where[name], random.choice(ODD)]
        case _:
            where[name] = deepcopy(random.choice(ODD))
    return payload


def _places(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        for name, one in named.items():
            yield named, name
            yield from _places(one)
    elif isinstance(value, list):
        for one in cast("list[Any]", value):
            yield from _places(one)
