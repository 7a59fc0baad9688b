"""JWTs that came in (RFC 7515, 7519), checked by the one algorithm that the call names.

What the token says of its algorithm and of keys decides nothing: it has to say the same, and of our keys its `kid`
names one. Keys that it brings along (`jwk`, `jku`, `x5c`) are not looked at.
"""

import base64
import binascii
import hmac
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sandbox.capabilities.permits import Malformed
from sandbox.capabilities.verification.marks import bad_signature, key_of, unfit_key, wrong_mark
from sandbox.contract import jsontext

if TYPE_CHECKING:
    from sandbox.capabilities.verification.public_keys import Key

SHARED, PUBLIC = ("HS256",), ("RS256", "ES256")
ALGORITHMS = (*SHARED, *PUBLIC)
TOKEN_CHARACTERS_MAX = 16_000
KEYS_MAX, KEYS_CHARACTERS_MAX = 50, 64_000
# Clocks differ by so much.
_LEEWAY_S = 30
_SHARED_BYTES_MIN = 32  # RFC 7518, 3.2
_TOKEN = re.compile(r"([A-Za-z0-9_-]{2,})\.([A-Za-z0-9_-]{2,})\.([A-Za-z0-9_-]{2,})")
_WANTED = {"RS256": "RSA of 2,048 to 8,192 bits", "ES256": "of the curve P-256"}
_FIELDS = {"RS256": ("RSA", "n", "e"), "ES256": ("EC", "x", "y")}
_POINT_BYTES = 32


class PublicKey(NamedTuple):
    """One key of a set; `kid` is None where it has no name."""

    kid: str | None
    key: "Key"


def verify_token(payload: Mapping[str, Any], name: str, keys: str, now_s: float) -> Mapping[str, Any]:
    """The claims of a token. `keys`: a shared secret, a public key in PEM, or a JWK or JWKS in JSON.

    Raises Malformed: `bad_signature`, or `secret_refused` for keys that nothing can be checked with.
    """
    algorithm, token = payload["algorithm"], payload.get("token") or ""
    shared = key_of(name, keys, payload.get("key_encoding", "text"), _SHARED_BYTES_MIN) if algorithm in SHARED else b""
    public = list(read_keys(keys, algorithm, name)) if algorithm in PUBLIC else []
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise bad_signature("it is no JWT in its compact form" if token else "there is none")
    head, mark = _object(found[1], "head"), _base64url(found[3])
    text = f"{found[1]}.{found[2]}".encode()
    if head.get("alg") != algorithm:
        raise bad_signature(f"it does not say that it is signed by {algorithm}")
    if "crit" in head or "b64" in head:
        raise bad_signature("its head demands what is not known here")
    if mark is None or not (_is_shared_mark(shared, text, mark) if shared else _is_of_one(public, head, text, mark)):
        raise wrong_mark("token")
    claims = _object(found[2], "claims")
    _demand_times(claims, payload.get("within_s"), now_s)
    _demand_names(claims, payload)
    return claims


def read_keys(text: str, algorithm: str, name: str) -> Iterator[PublicKey]:
    """The public keys of a text that are for an algorithm. Raises Malformed where there are none."""
    from sandbox.capabilities.verification import public_keys  # noqa: PLC0415 - no worker needs cryptography

    several = _jwks(text)
    if several is None:
        key = public_keys.from_pem(text.strip(), algorithm)
        found = [] if key is None else [PublicKey(None, key)]
    else:
        if any("d" in jwk or "p" in jwk for jwk in several):
            raise unfit_key(name, "public keys alone, and one of these is a private key")
        numbered = [(jwk.get("kid"), _numbers(jwk, algorithm)) for jwk in several if _is_meant(jwk, algorithm)]
        made = [(kid, public_keys.from_numbers(*pair, algorithm)) for kid, pair in numbered if pair is not None]
        found = [PublicKey(kid, key) for kid, key in made if key is not None]
    if not found:
        raise unfit_key(name, f"a public key in PEM or as JWKS, {_WANTED[algorithm]}")
    yield from found


def _jwks(text: str) -> Sequence[Mapping[str, Any]] | None:
    """The keys of a JWK or a JWKS; None for a text that is no JSON."""
    if len(text) > KEYS_CHARACTERS_MAX or not text.lstrip().startswith("{"):
        return None
    try:
        said = jsontext.read(text)
    except jsontext.BadJson:
        return []
    keys: Any = cast("Mapping[str, Any]", said).get("keys", [said])
    several = cast("list[Any]", keys) if isinstance(keys, list) else []
    return [cast("Mapping[str, Any]", one) for one in several if isinstance(one, dict)] * (len(several) <= KEYS_MAX)


def _is_meant(jwk: Mapping[str, Any], algorithm: str) -> bool:
    """Whether it is for this algorithm, by all that it says of itself."""
    kind, kid = _FIELDS[algorithm][0], jwk.get("kid")
    fits = jwk.get("kty") == kind and jwk.get("alg", algorithm) == algorithm and jwk.get("use", "sig") == "sig"
    operations: Any = jwk.get("key_ops", ["verify"])
    named = kid is None or isinstance(kid, str)
    curve = kind != "EC" or jwk.get("crv") == "P-256"
    return fits and named and curve and isinstance(operations, list) and "verify" in operations


def _numbers(jwk: Mapping[str, Any], algorithm: str) -> tuple[int, int] | None:
    _, *names = _FIELDS[algorithm]
    raw = [_base64url(one) if isinstance(one, str) else None for one in map(jwk.get, names)]
    if any(one is None for one in raw) or (
        algorithm == "ES256" and any(len(one or b"") != _POINT_BYTES for one in raw)
    ):
        return None
    first, second = (int.from_bytes(one or b"", "big") for one in raw)
    return first, second


def _is_shared_mark(key: bytes, text: bytes, mark: bytes) -> bool:
    return hmac.compare_digest(hmac.digest(key, text, "sha256"), mark)


def _is_of_one(keys: Sequence[PublicKey], head: Mapping[str, Any], text: bytes, mark: bytes) -> bool:
    """By the key that the token names; those without a name answer to every name."""
    from sandbox.capabilities.verification import public_keys  # noqa: PLC0415 - no worker needs cryptography

    kid = head.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise bad_signature("its kid is no text")
    named = keys if kid is None else [one for one in keys if one.kid in {None, kid}]
    if not named:
        raise bad_signature("none of the keys has its kid")
    return any(public_keys.is_right(one.key, text, mark) for one in named)


def _base64url(text: str) -> bytes | None:
    """None for what is not written so to the last bit, without padding."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.urlsafe_b64encode(raw).decode().rstrip("=") == text else None


def _object(part: str, what: str) -> Mapping[str, Any]:
    """A part of a token, which is a JSON object in which nothing is said twice. Raises Malformed."""
    raw = _base64url(part)
    try:
        jsontext.check_depth(raw or b"")
        said: Any = json.loads(
            (raw or b"").decode(), object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite
        )
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise bad_signature(f"its {what} is no JSON object, or says something twice")
    return cast("Mapping[str, Any]", said)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs) or any("\ud800" <= letter <= "\udfff" for name, _ in pairs for letter in name):
        raise ValueError("a name is given twice")
    return dict(pairs)


def _no_number(text: str) -> float:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _demand_times(claims: Mapping[str, Any], within_s: int | None, now_s: float) -> None:
    """It has an end that has not come, or a beginning that is not long ago: one of them must be known."""
    times = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    if not all(isinstance(at, int | float) and not isinstance(at, bool) and abs(at) < 1 << 53 for at in times.values()):
        raise bad_signature("its exp, nbf or iat is no time in seconds")
    if ("exp" if within_s is None else "iat") not in times:
        raise bad_signature("it says no exp" if within_s is None else "it says no iat")
    if times.get("exp", math.inf) + _LEEWAY_S <= now_s:
        raise bad_signature("its time is over")
    if max(times.get("nbf", 0), times.get("iat", 0)) - _LEEWAY_S > now_s:
        raise bad_signature("its time has not come")
    if within_s is not None and now_s - times["iat"] > within_s + _LEEWAY_S:
        raise bad_signature(f"it was made more than {within_s} seconds ago, so that it may be a repeat")


def _demand_names(claims: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
    issuer, audience = payload.get("issuer"), payload.get("audience")
    if issuer is not None and claims.get("iss") != issuer:
        raise bad_signature("another has issued it")
    said = claims.get("aud")
    if audience is not None and not (said == audience or (isinstance(said, list) and audience in said)):
        raise bad_signature("it is meant for others")


def canonical_keys(keys: object) -> str:
    """The one text of public keys that a permit or a call holds as a JWK or JWKS. Raises Malformed."""
    if not isinstance(keys, Mapping):
        raise Malformed("'keys' are public keys as JWKS, {\"keys\": [...]}.")
    try:
        text = json.dumps(keys, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise Malformed("'keys' are no JSON.") from error
    if len(text) > KEYS_CHARACTERS_MAX:
        raise Malformed(f"'keys' have more than {KEYS_CHARACTERS_MAX:,} characters.")
    return text
