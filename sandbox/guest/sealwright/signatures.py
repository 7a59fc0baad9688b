"""Whether what came in was signed by who says so. The host checks, with a key that the tool never sees."""

import base64 as _base64

from sealwright import _host, _secret
from sealwright._errors import HostError, Json


class BadSignature(HostError):
    """It is missing, wrong, not written as it must be, or too old: believe nothing of it."""


_ERRORS = {"bad_signature": BadSignature}


def verify(scheme: str, key: str, body: str | bytes, signature: str | None, **how: Json) -> bool:
    """True, or raises BadSignature. scheme: github, stripe, slack, hmac-sha256, hmac-sha512. key: a secret's name.

    how: see the page `signatures`.

    Raises HostError "no_secret" or "secret_refused", too.
    """
    said = {"body": body} if isinstance(body, str) else {"body_base64": _base64.b64encode(bytes(body)).decode()}
    more = _host.given(signature=signature, **how)
    return _host.call("signatures", "verify", {"scheme": scheme, "key": _name(key), **said, **more}, _ERRORS)


def claims(algorithm: str, key: str | dict[str, Json], token: str | None, **how: Json) -> dict[str, Json]:
    """The claims of a JWT, or raises BadSignature. algorithm: HS256, RS256, ES256. key: or the JWKS itself.

    Raises what `verify` raises.
    """
    held = {"keys": key} if isinstance(key, dict) else {"key": _name(key)}
    more = _host.given(token=token, **how)
    return _host.call("signatures", "claims", {"algorithm": algorithm, **held, **more}, _ERRORS)


def _name(key):
    """Whoever writes `secret("x")` means its name."""
    return key._name if isinstance(key, _secret.Secret) else key
