"""Authenticator apps: one-time codes by time (RFC 6238): SHA-1, six digits, 30 seconds, as all of them know."""

import base64
import hmac
import secrets
import struct
import time
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import segno

SECRET_BYTES = 20
DIGITS = 6
STEP_S = 30
# Clocks differ: the step before and the one after are taken too.
_DRIFT_STEPS = 1


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an app needs to know. `qr_path` draws `uri` as an SVG path in a square of `qr_size` units."""

    secret: str
    uri: str
    qr_path: str
    qr_size: int


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def enrolment(secret: bytes, email: str, issuer: str = "Sealwright") -> Enrolment:
    written = base64.b32encode(secret).decode().rstrip("=")
    facts = {"secret": written, "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": STEP_S}
    uri = f"otpauth://totp/{quote(issuer)}:{quote(email)}?{urlencode(facts)}"
    rows = list(segno.make(uri, error="m", micro=False).matrix_iter(border=4))
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return Enrolment(written, uri, path, len(rows))


def code_at(secret: bytes, step: int) -> str:
    digest = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: bytes, code: str, after: int, moment_s: float | None = None) -> int | None:
    """Return the step that a code is of, or None. Steps up to `after` were used: they are never taken again."""
    typed = "".join(code.split())
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    this = int((time.time() if moment_s is None else moment_s) // STEP_S)
    right = [
        step
        for step in range(max(0, this - _DRIFT_STEPS), this + _DRIFT_STEPS + 1)
        if hmac.compare_digest(code_at(secret, step), typed) and step > after
    ]
    return right[0] if right else None
