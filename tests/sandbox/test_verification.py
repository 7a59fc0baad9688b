"""Signatures are checked as their senders make them; whatever is not that, to the letter, is no signature."""

# ruff: noqa: E501 - tables of cases

import base64
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from sandbox import CAPABILITIES, Grant, HostCall, InvalidGrant, Malformed, check_signature

NOW = 1_767_225_600
KEY = "It's a Secret to Everybody"
LONG = "a key that both sides share, of 32 bytes and more"
BODY = '{"order": 7, "ü": "€"}'
RSA, OTHER_RSA = (rsa.generate_private_key(65_537, 2_048) for _ in range(2))
SMALL_RSA = rsa.generate_private_key(65_537, 1_024)  # noqa: S505  (it is to be refused)
EC, OTHER_EC, P384 = (ec.generate_private_key(curve()) for curve in (ec.SECP256R1, ec.SECP256R1, ec.SECP384R1))


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def number(value: int, length: int | None = None) -> str:
    return b64(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


def pem_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, spki).decode()


def private_pem(key: rsa.RSAPrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


def jwk_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, **more: Any) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    if isinstance(numbers, rsa.RSAPublicNumbers):
        return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e), **more}
    return {"kty": "EC", "crv": "P-256", "x": number(numbers.x, 32), "y": number(numbers.y, 32), **more}


def jwks(*keys: Mapping[str, Any]) -> str:
    return json.dumps({"keys": keys})


def token(key: Any, claims: Any = None, head: Any = None, algorithm: str | None = None) -> str:
    """A JWT, signed as `algorithm` says, whatever its head says."""
    made_by = algorithm or (
        "HS256" if isinstance(key, str) else "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
    )
    said = {"exp": NOW + 60} if claims is None else claims
    parts = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in (head or {"alg": made_by}, said)]
    text = ".".join(map(b64, parts))
    return f"{text}.{b64(mark(key, text.encode()))}"


def mark(key: Any, text: bytes) -> bytes:
    if isinstance(key, str):
        return hmac.digest(key.encode(), text, "sha256")
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(text, padding.PKCS1v15(), hashes.SHA256())
    return b"".join(one.to_bytes(32, "big") for one in decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256()))))


def made(signed: str | bytes, key: str = KEY, algorithm: str = "sha256") -> str:
    return hmac.digest(key.encode(), signed.encode() if isinstance(signed, str) else signed, algorithm).hex()


RIGHT = made(BODY)
STRIPE, SLACK = made(f"{NOW}.{BODY}"), made(f"v0:{NOW}:{BODY}")
PEM, EC_PEM, SET = (
    pem_of(RSA),
    pem_of(EC),
    jwks(jwk_of(OTHER_RSA, kid="old"), jwk_of(RSA, kid="new"), jwk_of(EC, kid="ec")),
)


def ask(operation: str, payload: Mapping[str, Any], key: str | None = KEY, now: float = NOW) -> Any:
    """What a host says, read as a run's grant reads it that allows everything. Raises Malformed."""
    capability = CAPABILITIES["signatures"]
    capability.read(operation, payload)
    capability.check(operation, payload)
    return check_signature(operation, payload, key, now)


def verify(scheme: str, signature: Any, key: str = KEY, **more: Any) -> Any:
    asked = {"scheme": scheme, "key": "hook", "signature": signature, "body": BODY, **more}
    return ask("verify", {name: value for name, value in asked.items() if value is not None}, key)


def claims(algorithm: str, given: Any, key: str | None, **more: Any) -> Any:
    return ask("claims", {"algorithm": algorithm, "key": "idp", "token": given, **more}, key)


def test_the_example_of_githubs_documentation() -> None:
    said = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    assert verify("github", said, body="Hello, World!") is True


@pytest.mark.parametrize(
    ("scheme", "signature", "more"),
    [
        ("github", f"sha256={RIGHT}", {}), ("stripe", f"t={NOW},v1={STRIPE}", {}), ("stripe", f"t={NOW},v1={'0' * 64},v1={STRIPE},v0=abc", {}),
        ("stripe", f"t={NOW - 300},v1={made(f'{NOW - 300}.{BODY}')}", {}), ("slack", f"v0={SLACK}", {"timestamp": str(NOW)}),
        ("slack", f"v0={SLACK}", {"timestamp": NOW, "within_s": 1}), ("hmac-sha256", RIGHT, {}), ("hmac-sha256", RIGHT.upper(), {}),
        ("hmac-sha512", made(BODY, algorithm="sha512"), {}), ("hmac-sha256", f"v1={RIGHT}", {"prefix": "v1="}),
        ("hmac-sha256", base64.b64encode(bytes.fromhex(RIGHT)).decode(), {"encoding": "base64"}),
        ("github", f"sha256={made(bytes([0, 255]))}", {"body": None, "body_base64": "AP8="}), ("github", f"sha256={made('')}", {"body": ""}),
    ],
)  # fmt: skip
def test_what_its_sender_signed_is_right(scheme: str, signature: str, more: dict[str, Any]) -> None:
    assert verify(scheme, signature, **more) is True


@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_a_key_may_be_written_in_another_way(encoding: str) -> None:
    raw = bytes(range(200, 232))
    written = raw.hex() if encoding == "hex" else base64.b64encode(raw).decode()
    assert (
        verify("hmac-sha256", hmac.digest(raw, BODY.encode(), "sha256").hex(), written, key_encoding=encoding) is True
    )


FULL_WIDTH = str(NOW).translate({ord("0") + n: 0xFF10 + n for n in range(10)})
FORGED: list[tuple[str, Any, dict[str, Any]]] = [
    ("github", None, {}), ("github", "", {}), ("github", RIGHT, {}), ("github", f"sha1={RIGHT}", {}), ("github", f"SHA256={RIGHT}", {}),
    ("github", f"sha256={RIGHT[:-1]}", {}), ("github", f"sha256={RIGHT[:32]}", {}), ("github", "sha256=", {}), ("github", f"sha256={RIGHT}0", {}),
    ("github", f"sha256={RIGHT.upper()}", {}), ("github", f" sha256={RIGHT}", {}), ("github", f"sha256={RIGHT}\n", {}), ("github", f"sha256={RIGHT}, sha256={RIGHT}", {}),
    ("github", f"sha256={made(BODY, 'another key')}", {}), ("github", f"sha256={made(BODY, '')}", {}), ("github", f"sha256={RIGHT}", {"body": BODY + " "}),
    ("github", f"sha256={RIGHT}", {"body": json.dumps(json.loads(BODY))}), ("github", f"sha256={'0' * 64}", {}), ("github", f"sha256={RIGHT[:-1]}\u0660", {}),
    ("github", f"sha256={RIGHT}\0", {}), ("github", f"sha256=0x{RIGHT[2:]}", {}), ("github", f"sha256={made(BODY, 'hook')}", {}), ("github", f"sha256={made(BODY, '{{secret:hook}}')}", {}),
    ("stripe", f"t={NOW},v1={RIGHT}", {}), ("stripe", f"v1={STRIPE}", {}), ("stripe", f"t={NOW}", {}), ("stripe", f"t={NOW},t={NOW},v1={STRIPE}", {}),
    ("stripe", f"t={NOW + 1},v1={STRIPE}", {}), ("stripe", f"t={NOW},t={NOW + 1},v1={STRIPE}", {}), ("stripe", f"t={NOW},v0={STRIPE}", {}),
    ("stripe", f"t={NOW - 301},v1={made(f'{NOW - 301}.{BODY}')}", {}), ("stripe", f"t={NOW + 301},v1={made(f'{NOW + 301}.{BODY}')}", {}),
    ("stripe", f"t={NOW - 2},v1={made(f'{NOW - 2}.{BODY}')}", {"within_s": 1}), ("stripe", f"t={FULL_WIDTH},v1={STRIPE}", {}), ("stripe", f"t=0{NOW},v1={STRIPE}", {}),
    ("stripe", f"t={NOW}.0,v1={STRIPE}", {}), ("stripe", f"t=-{NOW},v1={STRIPE}", {}), ("stripe", f"t={NOW}, v1={STRIPE}", {}), ("stripe", f"t={NOW};v1={STRIPE}", {}),
    ("stripe", f"t={NOW},v1={STRIPE},", {}), ("stripe", f"t={NOW},v1=", {}), ("stripe", f"t={NOW},v1={STRIPE[:63]}", {}), ("stripe", f"T={NOW},V1={STRIPE}", {}),
    ("stripe", f"t={NOW}," + ",".join([f"v1={STRIPE}"] * 11), {}), ("stripe", f"t={'9' * 400},v1={STRIPE}", {}), ("stripe", f"t=1e9,v1={STRIPE}", {}),
    ("slack", f"v0={SLACK}", {}), ("slack", SLACK, {"timestamp": NOW}), ("slack", f"v1={SLACK}", {"timestamp": NOW}), ("slack", f"v0={SLACK}", {"timestamp": NOW + 1}),
    ("slack", f"v0={SLACK}", {"timestamp": FULL_WIDTH}), ("slack", f"v0={SLACK}", {"timestamp": f" {NOW}"}), ("slack", f"v0={SLACK}", {"timestamp": ""}),
    ("slack", f"v0={made(f'v0:{NOW - 301}:{BODY}')}", {"timestamp": NOW - 301}), ("slack", f"v0={made(f'v0:{NOW}:0:{BODY}')}", {"timestamp": f"{NOW}:0"}), ("slack", f"v0={SLACK}", {"timestamp": 10**30}),
    ("hmac-sha256", RIGHT[:32], {}), ("hmac-sha256", "", {}), ("hmac-sha256", f"{RIGHT} ", {}), ("hmac-sha256", f"sha256={RIGHT}", {}), ("hmac-sha256", RIGHT, {"prefix": "v1="}),
    ("hmac-sha256", RIGHT, {"encoding": "base64"}), ("hmac-sha512", RIGHT, {}), ("hmac-sha512", made(BODY, algorithm="sha512")[:64], {}), ("hmac-sha256", made(BODY, algorithm="sha512"), {}),
    ("hmac-sha256", base64.b64encode(bytes.fromhex(RIGHT)).decode().rstrip("="), {"encoding": "base64"}), ("hmac-sha256", base64.b64encode(bytes.fromhex(RIGHT)).decode() + "\n", {"encoding": "base64"}),
    ("hmac-sha256", b64(bytes.fromhex(RIGHT)), {"encoding": "base64"}), ("hmac-sha256", " ".join(RIGHT[at : at + 2] for at in range(0, 64, 2)), {}),
]  # fmt: skip


@pytest.mark.parametrize(("scheme", "signature", "more"), FORGED)
def test_nothing_else_is_right(scheme: str, signature: Any, more: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as refused:
        verify(scheme, signature, **more)
    assert refused.value.fault.code == "bad_signature"
    assert KEY not in str(refused.value.fault)
    assert RIGHT not in str(refused.value.fault)


SPKI = "".join(PEM.splitlines()[1:-1])


@pytest.mark.parametrize(
    "key", ["", "short", " " * 40, PEM, EC_PEM, private_pem(RSA), SET, json.dumps(jwk_of(RSA)), SPKI, "".join(EC_PEM.splitlines()[1:-1]), f"\n{PEM}", "ssh-ed25519 AAAA"],
)  # fmt: skip
def test_a_key_that_is_empty_or_known_to_everybody_checks_nothing(key: str) -> None:
    """With a public key as the shared one everybody could sign (the confusion of RS256 with HS256)."""
    tries: list[tuple[str, Any]] = [
        ("HS256", token(key, head={"alg": "HS256"})),
        ("HS256", token(key, head={"alg": "HS256"}, claims={})),
    ]
    for algorithm, forged in tries:
        with pytest.raises(Malformed) as refused:
            claims(algorithm, forged, key)
        assert refused.value.fault.code == "secret_refused"
    with pytest.raises(Malformed) as refused:
        verify("github", f"sha256={made(BODY, key)}", key)
    assert refused.value.fault.code == "secret_refused"
    assert not key.strip() or key not in str(refused.value.fault)


@pytest.mark.parametrize(
    ("algorithm", "given", "key", "more"),
    [
        ("HS256", token(LONG), LONG, {}), ("RS256", token(RSA), PEM, {}), ("ES256", token(EC), EC_PEM, {}), ("RS256", token(RSA), json.dumps(jwk_of(RSA)), {}),
        ("RS256", token(RSA, head={"alg": "RS256", "kid": "new"}), SET, {}), ("RS256", token(RSA), SET, {}), ("ES256", token(EC, head={"alg": "ES256", "kid": "ec", "typ": "at+jwt"}), SET, {}),
        ("RS256", token(RSA, head={"alg": "RS256", "kid": "any"}), PEM, {}), ("HS256", token(LONG, {"exp": NOW - 29}), LONG, {}), ("HS256", token(LONG, {"exp": NOW + 1, "nbf": NOW + 29}), LONG, {}),
        ("HS256", token(LONG, {"iat": NOW - 300}), LONG, {"within_s": 300}), ("HS256", token(LONG, {"exp": NOW + 1.5, "iss": "https://idp", "aud": ["a", "b"]}), LONG, {"issuer": "https://idp", "audience": "b"}),
        ("HS256", token(LONG, {"exp": NOW + 1, "n": 2**80, "ü": None}), LONG, {"audience": None}), ("RS256", token(RSA, head={"alg": "RS256", "jwk": jwk_of(OTHER_RSA), "jku": "https://evil.example"}), PEM, {}),
    ],
)  # fmt: skip
def test_a_token_says_its_claims(algorithm: str, given: str, key: str, more: dict[str, Any]) -> None:
    said = claims(algorithm, given, key, **more)

    assert said == json.loads(base64.urlsafe_b64decode(given.split(".")[1] + "=="))


GOOD = token(RSA)
HEAD, CLAIMS, MARK = GOOD.split(".")
NONE, ES = (b64(json.dumps({"alg": one}).encode()) for one in ("none", "ES256"))
SWAPPED = b64(json.dumps({"exp": NOW + 10**9, "admin": True}).encode())


def headed(key: Any, **head: Any) -> str:
    return token(key, head=head)


FORGED_TOKENS: list[tuple[str, Any, str, dict[str, Any]]] = [
    ("RS256", f"{NONE}.{CLAIMS}.", PEM, {}), ("RS256", f"{NONE}.{CLAIMS}.AAAA", PEM, {}), ("RS256", headed(RSA, alg="None"), PEM, {}), ("RS256", headed(RSA, alg="NONE"), PEM, {}),
    ("RS256", token(PEM, head={"alg": "HS256"}), PEM, {}), ("RS256", token(PEM, head={"alg": "RS256"}), PEM, {}), ("RS256", token(json.dumps(jwk_of(RSA)), head={"alg": "HS256"}), json.dumps(jwk_of(RSA)), {}),
    ("RS256", headed(RSA, alg=["RS256", "HS256"]), PEM, {}), ("RS256", headed(RSA, alg="RS256,HS256"), PEM, {}), ("RS256", headed(RSA, alg="rs256"), PEM, {}), ("RS256", headed(RSA, alg="RS512"), PEM, {}), ("RS256", headed(RSA, alg="PS256"), PEM, {}),
    ("RS256", headed(RSA, alg="ES256"), PEM, {}), ("RS256", headed(RSA, alg="RS256\0"), PEM, {}), ("RS256", headed(RSA, alg=None), PEM, {}), ("RS256", headed(RSA, typ="JWT"), PEM, {}), ("RS256", headed(RSA, alg=True), PEM, {}),
    ("ES256", GOOD, EC_PEM, {}), ("HS256", GOOD, LONG, {}), ("HS256", token(LONG, head={"alg": "HS512"}), LONG, {}), ("ES256", token(OTHER_EC), EC_PEM, {}), ("RS256", token(OTHER_RSA), PEM, {}),
    ("RS256", token(OTHER_RSA, head={"alg": "RS256", "jwk": jwk_of(OTHER_RSA)}), PEM, {}), ("RS256", token(OTHER_RSA, head={"alg": "RS256", "x5c": ["MIIB"], "jku": "http://127.0.0.1/"}), PEM, {}),
    ("RS256", token(RSA, head={"alg": "RS256", "kid": "old"}), SET, {}), ("RS256", token(RSA, head={"alg": "RS256", "kid": "nobody"}), SET, {}), ("RS256", token(RSA, head={"alg": "RS256", "kid": ["new"]}), SET, {}),
    ("RS256", token(RSA, head={"alg": "RS256", "kid": "../../dev/null"}), SET, {}), ("RS256", token(RSA, head={"alg": "RS256", "kid": "ec"}), SET, {}), ("RS256", token(RSA, head={"alg": "RS256", "kid": ""}), SET, {}),
    ("RS256", token(RSA, head={"alg": "RS256", "crit": ["exp"]}), PEM, {}), ("RS256", token(RSA, head={"alg": "RS256", "b64": False, "crit": ["b64"]}), PEM, {}), ("RS256", token(RSA, head={"alg": "RS256", "b64": True}), PEM, {}),
    ("RS256", f"{HEAD}.{SWAPPED}.{MARK}", PEM, {}), ("RS256", f"{HEAD}.{CLAIMS}.{MARK[:-4]}", PEM, {}), ("RS256", f"{HEAD}.{CLAIMS}.{MARK}AAAA", PEM, {}), ("RS256", f"{HEAD}.{CLAIMS}.{MARK}==", PEM, {}), ("RS256", f"{HEAD}.{CLAIMS}", PEM, {}),
    ("RS256", f"{HEAD}.{CLAIMS}.", PEM, {}), ("RS256", f"{GOOD}.{MARK}", PEM, {}), ("RS256", f" {GOOD}", PEM, {}), ("RS256", f"{GOOD}\n", PEM, {}), ("RS256", f"Bearer {GOOD}", PEM, {}), ("RS256", "", PEM, {}), ("RS256", None, PEM, {}),
    ("RS256", f"{HEAD}.{CLAIMS}.{'A' * 342}", PEM, {}), ("ES256", f"{ES}.{CLAIMS}.{'A' * 86}", EC_PEM, {}), ("ES256", f"{ES}.{CLAIMS}.{b64(bytes(96))}", EC_PEM, {}),
    ("HS256", token(LONG)[:-1] + "\u0661", LONG, {}), ("HS256", f"{token(LONG)[:-2]}", LONG, {}), ("HS256", token("{{secret:idp}}", head={"alg": "HS256"}), LONG, {}), ("HS256", token("", head={"alg": "HS256"}), LONG, {}),
    ("HS256", token(LONG, head=b'{"alg":"none","alg":"HS256"}'), LONG, {}), ("HS256", token(LONG, claims=b'{"exp":1,"exp":9999999999}'), LONG, {}), ("HS256", token(LONG, head=b'["HS256"]'), LONG, {}), ("HS256", token(LONG, claims=b"[]"), LONG, {}),
    ("HS256", token(LONG, claims=b"{}"), LONG, {}), ("HS256", token(LONG, claims=b'{"exp":NaN}'), LONG, {}), ("HS256", token(LONG, claims=b'{"exp":1e999}'), LONG, {}), ("HS256", token(LONG, claims=b'{"exp":"9999999999"}'), LONG, {}),
    ("HS256", token(LONG, claims=b'{"exp":true}'), LONG, {}), ("HS256", token(LONG, claims=b'{"exp":99999999999999999999}'), LONG, {}), ("HS256", token(LONG, claims=b'{"exp":null}'), LONG, {}), ("HS256", token(LONG, claims=b"\xef\xbb\xbf{}"), LONG, {}),
    ("HS256", token(LONG, claims=b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}"), LONG, {}), ("HS256", token(LONG, claims=b'{"exp":"\\ud800","\\ud800":1}'), LONG, {}), ("HS256", token(LONG, claims=b'{"exp":9999999999} '), "another key of thirty-two bytes, and more", {}),
    ("HS256", token(LONG, {"exp": NOW - 31}), LONG, {}), ("HS256", token(LONG, {"exp": NOW + 60, "nbf": NOW + 31}), LONG, {}), ("HS256", token(LONG, {"exp": NOW + 60, "iat": NOW + 31}), LONG, {}), ("HS256", token(LONG, {"iat": NOW}), LONG, {}),
    ("HS256", token(LONG, {"exp": NOW + 60}), LONG, {"within_s": 300}), ("HS256", token(LONG, {"exp": NOW + 60, "iat": NOW - 400}), LONG, {"within_s": 300}), ("HS256", token(LONG, {"exp": NOW - 60, "iat": NOW}), LONG, {"within_s": 300}),
    ("HS256", token(LONG), LONG, {"issuer": "https://idp"}), ("HS256", token(LONG, {"exp": NOW + 9, "iss": "https://idp/"}), LONG, {"issuer": "https://idp"}), ("HS256", token(LONG, {"exp": NOW + 9, "iss": ["https://idp"]}), LONG, {"issuer": "https://idp"}),
    ("HS256", token(LONG), LONG, {"audience": "api"}), ("HS256", token(LONG, {"exp": NOW + 9, "aud": "api2"}), LONG, {"audience": "api"}), ("HS256", token(LONG, {"exp": NOW + 9, "aud": {"api": 1}}), LONG, {"audience": "api"}), ("HS256", token(LONG, {"exp": NOW + 9, "aud": []}), LONG, {"audience": "api"}),
]  # fmt: skip


# Named by their places: keys are drawn anew in each process that runs the tests.
@pytest.mark.parametrize(("algorithm", "given", "key", "more"), FORGED_TOKENS, ids=range(len(FORGED_TOKENS)))
def test_no_other_token_is_believed(algorithm: str, given: Any, key: str, more: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as refused:
        claims(algorithm, given, key, **more)
    assert refused.value.fault.code == "bad_signature"
    assert LONG not in str(refused.value.fault)


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", ""), ("RS256", "x"), ("RS256", "{"), ("RS256", "{}"), ("RS256", jwks()), ("RS256", '{"keys":{}}'), ("RS256", '{"keys":[1,null,"x"]}'), ("RS256", EC_PEM), ("ES256", PEM), ("RS256", private_pem(RSA)),
        ("RS256", pem_of(SMALL_RSA)), ("ES256", pem_of(P384)), ("RS256", jwks(jwk_of(SMALL_RSA))), ("RS256", jwks(jwk_of(RSA, d="AQAB"))), ("RS256", jwks(jwk_of(RSA), jwk_of(OTHER_RSA, d="AQAB"))),
        ("RS256", jwks(jwk_of(RSA, alg="RS512"))), ("RS256", jwks(jwk_of(RSA, use="enc"))), ("RS256", jwks(jwk_of(RSA, key_ops=["encrypt"]))), ("RS256", jwks(jwk_of(RSA) | {"e": "AQ"})), ("RS256", jwks(jwk_of(RSA) | {"e": "Ag"})),
        ("RS256", jwks(jwk_of(RSA) | {"n": number((1 << 1_023) + 1)})), ("RS256", jwks(jwk_of(RSA) | {"n": "é"})), ("RS256", jwks(jwk_of(RSA) | {"n": 7})), ("RS256", jwks(*[jwk_of(RSA)] * 51)),
        ("ES256", jwks(jwk_of(EC) | {"x": number(1, 32)})), ("ES256", jwks(jwk_of(EC) | {"crv": "P-384"})), ("ES256", jwks(jwk_of(EC) | {"x": number(1, 31)})), ("RS256", '{"kty":"oct","k":"AAAA"}'), ("RS256", jwks(jwk_of(RSA, kid=7))), ("HS256", "31 bytes are not what RFC 7518 wa"[:31]),
    ],
)  # fmt: skip
def test_keys_that_are_not_for_the_algorithm_check_nothing(algorithm: str, key: str) -> None:
    by: Any = {"HS256": key or "x", "RS256": RSA, "ES256": EC}[algorithm]
    with pytest.raises(Malformed) as refused:
        claims(algorithm, token(by), key)
    assert refused.value.fault.code == "secret_refused"


@pytest.mark.parametrize(
    ("operation", "payload"),
    [
        ("verify", {}), ("verify", {"scheme": "gitlab"}), ("verify", {"scheme": ["github"]}), ("verify", {"scheme": "github", "body": BODY}), ("verify", {"scheme": "github", "key": "", "body": BODY}), ("verify", {"scheme": "github", "key": 7, "body": BODY}),
        ("verify", {"scheme": "github", "key": "k"}), ("verify", {"scheme": "github", "key": "k", "body": BODY, "body_base64": "AA=="}), ("verify", {"scheme": "github", "key": "k", "body": {"a": 1}}), ("verify", {"scheme": "github", "key": "k", "body_base64": "AA"}), ("verify", {"scheme": "github", "key": "k", "body": "\ud800"}),
        ("verify", {"scheme": "github", "key": "k", "body": "", "signature": [f"sha256={RIGHT}"]}), ("verify", {"scheme": "github", "key": "k", "body": "", "signature": 7}), ("verify", {"scheme": "github", "key": "k", "body": "", "within_s": 5}), ("verify", {"scheme": "github", "key": "k", "body": "", "algorithm": "sha1"}),
        ("verify", {"scheme": "stripe", "key": "k", "body": "", "within_s": 0}), ("verify", {"scheme": "stripe", "key": "k", "body": "", "within_s": -1}), ("verify", {"scheme": "stripe", "key": "k", "body": "", "within_s": 86_401}), ("verify", {"scheme": "stripe", "key": "k", "body": "", "within_s": True}), ("verify", {"scheme": "stripe", "key": "k", "body": "", "within_s": 1.5}),
        ("verify", {"scheme": "stripe", "key": "k", "body": "", "timestamp": NOW}), ("verify", {"scheme": "hmac-sha256", "key": "k", "body": "", "encoding": "base32"}), ("verify", {"scheme": "hmac-sha256", "key": "k", "body": "", "prefix": 7}), ("verify", {"scheme": "slack", "key": "k", "body": "", "timestamp": True}),
        ("verify", {"scheme": "github", "key": "k", "body": "", "signature": "x" * 4_001}), ("claims", {"algorithm": "none", "key": "k"}), ("claims", {"algorithm": ["RS256"], "key": "k"}), ("claims", {"algorithm": "RS256"}), ("claims", {"algorithm": "RS256", "keys": []}), ("claims", {"algorithm": "RS256", "keys": {}, "key": "k"}),
        ("claims", {"algorithm": "HS256", "keys": {"keys": []}}), ("claims", {"algorithm": "RS256", "key": "k", "key_encoding": "hex"}), ("claims", {"algorithm": "RS256", "key": "k", "token": 7}), ("claims", {"algorithm": "RS256", "key": "k", "token": "x" * 16_001}), ("claims", {"algorithm": "RS256", "key": "k", "options": {"verify": False}}), ("claims", {"algorithm": "RS256", "key": "k", "audience": ["a"]}),
    ],
)  # fmt: skip
def test_a_call_that_cannot_be_read_is_refused(operation: str, payload: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as refused:
        ask(operation, payload, LONG)
    assert refused.value.fault.code == "malformed_request"


def test_the_token_of_rfc_7515() -> None:
    """Appendix A.3, while it lasted."""
    signed = (
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    )
    key = {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }
    asked = {"algorithm": "ES256", "keys": key, "token": signed, "issuer": "joe"}

    assert ask("claims", asked, now=1_300_819_379)["http://example.com/is_root"] is True


def test_a_secret_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(Malformed) as refused:
        ask("verify", {"scheme": "github", "key": "hook", "body": "", "signature": "x"}, None)
    assert refused.value.fault.code == "no_secret"


KEYS = {"keys": [jwk_of(RSA, kid="new")]}


def test_public_keys_may_stand_in_the_permit() -> None:
    permit = f"RS256 {json.dumps(KEYS)}"
    grant = Grant.parse({"signatures": [permit]})
    asked = {"algorithm": "RS256", "keys": KEYS, "token": GOOD}

    assert grant.refusal(HostCall(0, "signatures", "claims", asked)) is None
    assert ask("claims", asked, None)["exp"] == NOW + 60
    assert Grant.parse(grant.as_dict()) == grant
    assert '"kid":"new"' in grant.sentences()[0]
    for others in ([jwk_of(OTHER_RSA)], [*KEYS["keys"], jwk_of(OTHER_RSA)], list[Any]()):
        other = {"keys": others}
        assert grant.refusal(HostCall(0, "signatures", "claims", {**asked, "keys": other})) is not None
    assert (
        grant.refusal(HostCall(0, "signatures", "claims", {"algorithm": "RS256", "key": "new", "token": ""}))
        is not None
    )


@pytest.mark.parametrize(
    ("permit", "said"),
    [
        ("github hook", "Check GitHub's signatures with the secret hook, without seeing it."), ("hmac-sha512 partner_*", "Check HMAC SHA-512 signatures with the secret partner_*, without seeing it."),
        ("HS256 k", "Check JWTs signed by HS256 with the secret k, without seeing it."), ("RS256 idp", "Check JWTs signed by RS256 with the public keys in the secret idp."),
    ],
)  # fmt: skip
def test_the_approver_reads_what_is_checked_with_what(permit: str, said: str) -> None:
    assert Grant.parse({"signatures": [permit]}).sentences() == [said]


@pytest.mark.parametrize(
    "permit",
    ["hook", "github", "* hook", "gitlab hook", "GitHub hook", "github a b", "github ../x", "RS256 {}", 'RS256 {"keys":[]}', "RS256 {", f"HS256 {json.dumps(KEYS)}", f"ES256 {json.dumps(KEYS)}", f"RS256 {json.dumps([KEYS])}", f"RS256 {json.dumps({'keys': [jwk_of(RSA, d='AQAB')]})}", "none hook"],
)  # fmt: skip
def test_a_permit_that_says_nothing_certain_is_refused(permit: str) -> None:
    with pytest.raises(InvalidGrant):
        Grant.parse({"signatures": [permit]})


@pytest.mark.parametrize(
    ("scheme", "key"), [("github", "hook2"), ("stripe", "hook"), ("hmac-sha256", "hook"), ("github", "Hook"), ("github", "{{secret:hook}}")]
)  # fmt: skip
def test_only_what_is_granted_is_checked_with(scheme: str, key: str) -> None:
    grant = Grant.parse({"signatures": ["github hook"]})
    asked = {"scheme": scheme, "key": key, "body": "", "signature": "x"}

    refusal = grant.refusal(HostCall(0, "signatures", "verify", asked))
    assert refusal is not None
    assert refusal.details is not None
    assert refusal.details["permit"] == f"{scheme} {key}"


def test_to_check_with_a_secret_is_not_to_send_it_nor_the_other_way_round() -> None:
    checks, sends = Grant.parse({"signatures": ["github hook"]}), Grant.parse({"secret": ["hook"]})

    assert (checks.shares("hook"), checks.shares("hook", "signatures")) == (False, True)
    assert (sends.shares("hook"), sends.shares("hook", "signatures")) == (True, False)
