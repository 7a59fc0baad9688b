"""The marks of webhooks: an HMAC over a body, and over its time, in the forms in which senders write it.

The time that it takes does not depend on how much of a mark is right. What is not written to the letter is not right.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.capabilities.permits import Malformed, demand_whole
from sandbox.capabilities.secret import no_secret

WITHIN_S, WITHIN_S_MAX = 300, 86_400
SIGNATURE_CHARACTERS_MAX = 4_000
# Of each scheme, besides the scheme itself, key, body and signature: what a call may say.
SCHEMES: Mapping[str, tuple[str, ...]] = {
    "github": (),
    "stripe": ("within_s",),
    "slack": ("timestamp", "within_s"),
    "hmac-sha256": ("encoding", "prefix", "key_encoding"),
    "hmac-sha512": ("encoding", "prefix", "key_encoding"),
}
ENCODINGS = ("hex", "base64")
KEY_ENCODINGS = ("text", "hex", "base64")
_KEY_BYTES_MIN = 8
_GITHUB, _SLACK = re.compile(r"sha256=([0-9a-f]{64})"), re.compile(r"v0=([0-9a-f]{64})")
_STRIPE = re.compile(r"[a-z][a-z0-9]{0,15}=[0-9a-zA-Z]{1,200}")
_MARK, _TIME, _HEX = re.compile(r"[0-9a-f]{64}"), re.compile(r"[1-9][0-9]{0,11}"), re.compile(r"(?:[0-9a-fA-F]{2})+")
_STRIPE_MARKS_MAX = 10
# How public keys begin, and what is in a JWK: who checks HMACs with one lets everybody sign (CVE-2015-9235).
_PUBLIC = ("-----BEGIN", "ssh-", "ecdsa-sha2-", "MFkwEwYHKoZIzj0CAQ")
_RSA_IN_BASE64 = re.compile(r"MII[A-Za-z0-9+/]{1,5}ANBgkqhkiG9w0BAQE")


def bad_signature(why: str) -> Malformed:
    """What a tool is told, real or canned. It shows nothing of the key, nor of the mark that would be right."""
    hint = "Whoever sent it does not have the key, or it was changed, or is old. Do nothing that it asks for."
    return Malformed(f"The signature is not right: {why}.", "bad_signature", hint)


def wrong_mark(what: str) -> Malformed:
    return bad_signature(f"it is not what the key makes of this {what}")


def unfit_key(name: str, wanted: str) -> Malformed:
    message = f"The secret {name!r} is not what this is checked with: it wants {wanted}."
    return Malformed(message, "secret_refused", "Have its owner store the right one.")


def lacking_key(name: str) -> Malformed:
    fault = no_secret(name)
    return Malformed(fault.message, fault.code, "Store it, and grant that signatures are checked with it.")


def key_of(name: str, text: str, encoding: str, bytes_min: int = _KEY_BYTES_MIN) -> bytes:
    """The bytes of a key that both sides share. Raises Malformed for what is too short, or no secret at all."""
    if _is_public(text.lstrip()):
        raise unfit_key(name, "a secret that both sides share, and not what everybody may know")
    key = decoded(text, encoding) if encoding != "text" else text.encode("utf-8", "replace")
    if key is None or len(key) < bytes_min or not key.strip():
        raise unfit_key(name, f"at least {bytes_min} bytes, written in {encoding}")
    return key


def _is_public(text: str) -> bool:
    is_jwk = text.startswith("{") and ('"kty"' in text or '"keys"' in text)
    return is_jwk or text.startswith(_PUBLIC) or _RSA_IN_BASE64.match(text) is not None


def decoded(text: str, encoding: str) -> bytes | None:
    """What a text in hex or base64 says; None for one that is not written so, to the last bit."""
    if encoding == "hex":
        return bytes.fromhex(text) if _HEX.fullmatch(text) else None
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


def body_of(payload: Mapping[str, Any]) -> bytes:
    """The bytes that were signed. Raises Malformed."""
    if ("body" in payload) == ("body_base64" in payload):
        raise Malformed("give the body as it came: a text, or bytes.")
    body = payload.get("body", payload.get("body_base64"))
    if not isinstance(body, str):
        raise Malformed("'body' must be a text, or bytes.")
    if "body" in payload:
        demand_whole(body, "body")
        return body.encode()
    raw = decoded(body, "base64") if body else b""
    if raw is None:
        raise Malformed("'body_base64' must be base64.")
    return raw


def verify_mark(payload: Mapping[str, Any], name: str, key: str, now_s: float) -> None:
    """Raises Malformed: `bad_signature`, or `secret_refused` for a key that nothing can be checked with."""
    body, signature = body_of(payload), payload.get("signature")
    shared = key_of(name, key, payload.get("key_encoding", "text"))
    if not signature:
        raise bad_signature("there is none")
    _READERS[payload["scheme"]](payload, signature, shared, body, now_s)


def _github(payload: Mapping[str, Any], signature: str, key: bytes, body: bytes, now_s: float) -> None:
    del payload, now_s
    found = _GITHUB.fullmatch(signature)
    if found is None:
        raise bad_signature("it is not written as GitHub writes it, sha256= and 64 digits")
    _demand_one(key, body, "sha256", [bytes.fromhex(found[1])])


def _slack(payload: Mapping[str, Any], signature: str, key: bytes, body: bytes, now_s: float) -> None:
    found, timestamp = _SLACK.fullmatch(signature), str(payload.get("timestamp") or "")
    if found is None or _TIME.fullmatch(timestamp) is None:
        raise bad_signature("it is not written as Slack writes it, v0= and 64 digits beside a time in seconds")
    _demand_one(key, f"v0:{timestamp}:".encode() + body, "sha256", [bytes.fromhex(found[1])])
    _demand_lately(timestamp, payload, now_s)


def _stripe(payload: Mapping[str, Any], signature: str, key: bytes, body: bytes, now_s: float) -> None:
    """`t=TIME,v1=MARK`, with further marks while a key is renewed. Marks of other versions say nothing."""
    items = [item for item in signature.split(",") if _STRIPE.fullmatch(item)]
    pairs = [item.split("=", 1) for item in items]
    times, marks = ([value for name, value in pairs if name == one] for one in ("t", "v1"))
    whole = len(items) == signature.count(",") + 1 and len(times) == 1 and 0 < len(marks) <= _STRIPE_MARKS_MAX
    if not whole or _TIME.fullmatch(times[0]) is None or not all(_MARK.fullmatch(mark) for mark in marks):
        raise bad_signature("it is not written as Stripe writes it, one t= and a v1= of 64 digits")
    _demand_one(key, f"{times[0]}.".encode() + body, "sha256", [bytes.fromhex(mark) for mark in marks])
    _demand_lately(times[0], payload, now_s)


def _plain(payload: Mapping[str, Any], signature: str, key: bytes, body: bytes, now_s: float) -> None:
    del now_s
    prefix, encoding = payload.get("prefix", ""), payload.get("encoding", "hex")
    mark = decoded(signature.removeprefix(prefix), encoding) if signature.startswith(prefix) else None
    algorithm = payload["scheme"].removeprefix("hmac-")
    if mark is None or len(mark) != hashlib.new(algorithm).digest_size:
        raise bad_signature(f"it is not {prefix!r} and a whole mark of {algorithm} in {encoding}")
    _demand_one(key, body, algorithm, [mark])


_READERS: Mapping[str, Callable[[Mapping[str, Any], str, bytes, bytes, float], None]] = {
    "github": _github, "stripe": _stripe, "slack": _slack, "hmac-sha256": _plain, "hmac-sha512": _plain,
}  # fmt: skip


def _demand_one(key: bytes, signed: bytes, algorithm: str, marks: list[bytes]) -> None:
    """Each mark is compared to its end, whether or not one before it was right."""
    right = hmac.digest(key, signed, algorithm)
    if not sum(hmac.compare_digest(mark, right) for mark in marks):
        raise wrong_mark("body")


def _demand_lately(timestamp: str, payload: Mapping[str, Any], now_s: float) -> None:
    """Asked after the mark, so that only who has the key learns anything of our clock."""
    within_s = payload.get("within_s", WITHIN_S)
    if abs(now_s - int(timestamp)) > within_s:
        raise bad_signature(f"its time is more than {within_s} seconds from now, so that it may be a repeat")
