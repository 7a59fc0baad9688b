"""What is signed is signed as the standards say, over the bytes that leave; and what cannot be signed is refused."""

# ruff: noqa: E501 - tables of cases

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from sandbox.capabilities.permits import Malformed
from sandbox.capabilities.syntax.web_requests import Request

URL = "https://api.example/v1/x?b=2"


def headers_of(auth: object, **more: Any) -> dict[str, str]:
    return dict(Request.parse({"method": "POST", "url": URL, "auth": auth, **more}).headers)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("encoding", ["hex", "base64", "base64url"])
def test_a_body_is_signed_as_it_leaves(algorithm: str, encoding: str) -> None:
    auth = {"key": "Jefe", "header": "X-Signature", "algorithm": algorithm, "encoding": encoding, "prefix": "v1="}
    request = Request.parse({"method": "POST", "url": URL, "json": {"a": "ü"}, "auth": {"hmac": auth}})

    mark = hmac.digest(b"Jefe", request.content, algorithm)
    written = {"hex": mark.hex(), "base64": base64.b64encode(mark).decode()}
    written["base64url"] = base64.urlsafe_b64encode(mark).decode().rstrip("=")
    assert request.headers["x-signature"] == f"v1={written[encoding]}"


def test_the_vector_of_rfc_4231() -> None:
    auth = {"hmac": {"key": "Jefe", "header": "X-S"}}
    said = headers_of(auth, data="what do ya want for nothing?")

    assert said["x-s"] == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


@pytest.mark.parametrize(
    ("over", "signed"),
    [
        ("1767225600.{body}", b"1767225600.[1]"), ("{method}\n{path}\n{query}\n{body}", b"POST\n/v1/x\nb=2\n[1]"),
        ("{url}", URL.encode()), ("{body_sha256}", hashlib.sha256(b"[1]").hexdigest().encode()), ("{body}{body}", b"[1][1]"),
    ],
)  # fmt: skip
def test_what_is_signed_is_said_by_the_tool(over: str, signed: bytes) -> None:
    auth = {"hmac": {"key": "k", "header": "X-S", "over": over}}

    assert headers_of(auth, json=[1])["x-s"] == hmac.digest(b"k", signed, "sha256").hex()


def test_the_token_of_rfc_7515() -> None:
    key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow".replace("-", "+")
    auth: dict[str, Any] = {
        "key": f"{key.replace('_', '/')}==",
        "key_encoding": "base64",
        "claims": {"iss": "joe", "exp": 1300819380},
    }
    token = headers_of({"jwt": auth})["authorization"].removeprefix("Bearer ")

    head, claims, mark = token.split(".")
    signed = f"{head}.{claims}".encode()
    raw = base64.b64decode(auth["key"])
    assert json.loads(base64.urlsafe_b64decode(f"{claims}==")) == {"iss": "joe", "exp": 1300819380}
    assert json.loads(base64.urlsafe_b64decode(f"{head}==")) == {"alg": "HS256", "typ": "JWT"}
    assert base64.urlsafe_b64decode(f"{mark}==") == hmac.digest(raw, signed, "sha256")


@pytest.mark.parametrize(
    "auth",
    [
        {}, {"hmac": {}}, {"hmac": {"key": "k"}}, {"hmac": {"header": "X-S"}}, {"hmac": {"key": "", "header": "X-S"}},
        {"hmac": {"key": "k", "header": "X-S", "over": "nothing"}}, {"hmac": {"key": "k", "header": "X-S", "over": "{key}"}},
        {"hmac": {"key": "k", "header": "X-S", "algorithm": "md5"}}, {"hmac": {"key": "k", "header": "X-S", "encoding": "x"}},
        {"hmac": {"key": "k", "header": "Host"}}, {"hmac": {"key": "k", "header": "X-S\r\nA"}},
        {"hmac": {"key": "k", "header": "X-S", "prefix": "a\r\nB: c"}}, {"hmac": {"key": "k", "header": "X-S", "more": 1}},
        {"hmac": {"key": "zz", "header": "X-S", "key_encoding": "hex"}}, {"hmac": ["k"]}, {"hmac": {"key": "k", "header": "X-S"}, "basic": ["a", "b"]},
        {"jwt": {"key": "k"}}, {"jwt": {"key": "k", "claims": []}}, {"jwt": {"key": "k", "claims": {}, "algorithm": "none"}},
        {"jwt": {"key": "k", "claims": {}, "algorithm": "RS256"}}, {"jwt": {"key": "k", "claims": {}, "headers": {"alg": "none"}}},
        {"jwt": {"key": "k", "claims": {"a": "x" * 9000}}}, {"jwt": {"key": "k", "claims": {"a": float("nan")}}},
        {"digest": {"key": "k"}}, "basic", ["basic"], {"basic": ["a:b", "c"]},
    ],
)  # fmt: skip
def test_what_cannot_be_signed_is_refused(auth: object) -> None:
    with pytest.raises(Malformed) as refused:
        headers_of(auth)
    assert "zz" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("123:AbC-d_e", "/bot123:AbC-d_e/send"), ("a b", "/bota%20b/send"), ("ü", "/bot%C3%BC/send"), ("a?b#c", "/bota%3Fb%23c/send"),
        ("a%2Fb", "/bota%252Fb/send"), ("a/b", "/bota%2Fb/send"),
    ],
)  # fmt: skip
def test_a_value_in_a_path_stays_within_its_part(value: str, path: str) -> None:
    payload = {"method": "GET", "url": "https://api.example/bot{{secret:t}}/send"}

    assert Request.parse(payload, {"{{secret:t}}": value}).url.path == path


def test_at_the_end_of_a_path_a_value_may_have_parts_of_its_own() -> None:
    payload = {"method": "POST", "url": "https://hooks.example/services/{{secret:t}}"}

    assert Request.parse(payload, {"{{secret:t}}": "T0/B0/XyZ"}).url.path == "/services/T0/B0/XyZ"
    for climbing in ("../admin", "a/../../b", "a//b", ".", "..", "", "a\r\nb", "/x"):
        with pytest.raises(Malformed) as refused:
            Request.parse(payload, {"{{secret:t}}": climbing})
        assert "admin" not in str(refused.value)
