"""Authentication that is computed: HTTP basic, an HMAC over the request, signed and fetched tokens. Done in one place.

A tool never holds the key, so it says what is to be signed and how; whoever sends the request has the value. A canned
world does the same with the secret's shown name in its place, so that a case can state the outcome.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from sandbox.capabilities.permits import Malformed, demand_known
from sandbox.capabilities.syntax.tokens import SHOWN, read_oauth
from sandbox.capabilities.syntax.urls import Url
from sandbox.contract.placeholders import is_shown


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


_HASHES = ("sha256", "sha512", "sha384", "sha1")
_ENCODINGS: Mapping[str, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "base64": lambda raw: base64.b64encode(raw).decode(),
    "base64url": _base64url,
}
_KEYS: Mapping[str, Callable[[str], bytes]] = {
    "text": str.encode,
    "hex": bytes.fromhex,
    "base64": lambda text: base64.b64decode(text, validate=True),
}
_TOKENS: Mapping[str, str] = {
    "HS256": "sha256", "HS384": "sha384", "HS512": "sha512", "RS256": "sha256", "ES256": "sha256",
}  # fmt: skip
# Signed with a private key, of which a canned world has none: there the mark is made of the secret's shown name.
ASYMMETRIC = frozenset({"RS256", "ES256"})
# Of an algorithm of those, a private key in PEM and a text: the mark as JWTs have it. Raises Malformed.
Signer = Callable[[str, str, bytes], bytes]
_HMAC_FIELDS = ("key", "header", "algorithm", "encoding", "prefix", "over", "key_encoding")
_JWT_FIELDS = ("key", "claims", "algorithm", "headers", "key_encoding")
_PART = re.compile(r"\{([a-z0-9_]*)\}")
_PARTS = ("body", "body_sha256", "method", "url", "path", "query")
_OVER_CHARACTERS, _CLAIMS_BYTES = 4_000, 8_000
FORMS = (
    '{"basic": (user, password)}, {"hmac": {"key", "header", ...}}, {"jwt": {"key", "claims", ...}} or '
    '{"oauth": {"token_url", "client_id", "client_secret"}}'
)


def read_auth(auth: object) -> tuple[str, Any]:
    """Which form a request's `auth` has, and what it says. Raises Malformed."""
    given: Mapping[str, object] = cast("Mapping[str, object]", auth) if isinstance(auth, Mapping) else {}
    if len(given) != 1 or next(iter(given)) not in _READERS:
        raise Malformed(f"'auth' is {FORMS}.")
    form, said = next(iter(given.items()))
    return form, _READERS[form](said)


def authorize(auth: object, method: str, url: Url, content: bytes, signer: Signer | None = None) -> dict[str, str]:
    """The headers that `auth` makes of this request. Raises Malformed.

    A token that is fetched is not there yet: what stands for it is.
    """
    if auth is None:
        return {}
    form, said = read_auth(auth)
    return _jwt_header(said, signer) if form == "jwt" else _MAKERS[form](said, method, url, content)


def signs_with_a_private_key(payload: Mapping[str, Any]) -> bool:
    """Whether a request's `auth` is a token of an asymmetric algorithm."""
    auth: Any = payload.get("auth")
    said: Any = cast("Mapping[str, Any]", auth).get("jwt") if isinstance(auth, Mapping) else None
    return isinstance(said, Mapping) and cast("Mapping[str, Any]", said).get("algorithm") in ASYMMETRIC


def _basic(said: object) -> tuple[str, str]:
    pair = cast("list[object]", said) if isinstance(said, list) else []
    user, password = pair if len(pair) == 2 else (None, None)
    if not isinstance(user, str) or not isinstance(password, str):
        raise Malformed("'auth' is {\"basic\": (user, password)}, two texts.")
    return user, password


def _signer(said: object, form: str, fields: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(said, Mapping):
        raise Malformed(f"'auth' is {FORMS}.")
    given = cast("Mapping[str, Any]", said)
    demand_known(given, fields, f"auth's {form}")
    if not isinstance(given.get("key"), str) or not given["key"]:
        raise Malformed(f"the 'key' of auth's {form} is a secret, such as secret(\"signing_key\").")
    _one_of(given, "key_encoding", "text", tuple(_KEYS), form)
    return given


def _hmac(said: object) -> Mapping[str, Any]:
    given = _signer(said, "hmac", _HMAC_FIELDS)
    _one_of(given, "algorithm", "sha256", _HASHES, "hmac")
    _one_of(given, "encoding", "hex", tuple(_ENCODINGS), "hmac")
    over, prefix = given.get("over", "{body}"), given.get("prefix", "")
    if not isinstance(given.get("header"), str) or not isinstance(prefix, str) or not isinstance(over, str):
        raise Malformed("auth's hmac has a 'header' to be sent in; its 'prefix' and 'over' are texts.")
    unknown = next((part for part in _PART.findall(over) if part not in _PARTS), None)
    if unknown is not None or not _PART.search(over) or len(over) > _OVER_CHARACTERS:
        known = ", ".join(f"{{{part}}}" for part in _PARTS)
        raise Malformed(f"'over' says what is signed: a text with at least one of {known}, and no other braces.")
    return given


def _jwt(said: object) -> Mapping[str, Any]:
    given = _signer(said, "jwt", _JWT_FIELDS)
    _one_of(given, "algorithm", "HS256", tuple(_TOKENS), "jwt")
    if given.get("algorithm") in ASYMMETRIC and given.get("key_encoding", "text") != "text":
        raise Malformed("a private key is in PEM, which is text: leave 'key_encoding' out.")
    for name in ("claims", "headers"):
        if not isinstance(given.get(name, {}), Mapping):
            raise Malformed(f"the {name!r} of auth's jwt must be an object.")
    if "claims" not in given or len(_json(given["claims"])) + len(_json(given.get("headers", {}))) > _CLAIMS_BYTES:
        raise Malformed(f"auth's jwt has 'claims', an object of up to {_CLAIMS_BYTES:,} bytes.")
    if {"alg", "b64", "crit"} & set(cast("Mapping[str, object]", given.get("headers", {}))):
        raise Malformed("the 'headers' of auth's jwt name no alg, b64 or crit: those follow from its 'algorithm'.")
    return given


def _one_of(given: Mapping[str, Any], name: str, usual: str, known: tuple[str, ...], form: str) -> None:
    if given.get(name, usual) not in known:
        raise Malformed(f"the {name!r} of auth's {form} is one of {', '.join(known)}.")


def _basic_header(said: tuple[str, str], method: str, url: Url, content: bytes) -> dict[str, str]:
    """RFC 7617. A secret is looked at once its value is in."""
    del method, url, content
    user, password = said
    # A receiver would take a part of such a user for the password.
    if ":" in user and not is_shown(user):
        raise Malformed("'auth' is {\"basic\": (user, password)}: two texts, the user without a colon.")
    return {"authorization": f"Basic {base64.b64encode(_encoded(f'{user}:{password}')).decode()}"}


def _hmac_header(said: Mapping[str, Any], method: str, url: Url, content: bytes) -> dict[str, str]:
    parts = {
        "body": content, "body_sha256": hashlib.sha256(content).hexdigest().encode(), "method": method.encode(),
        "url": url.text.encode(), "path": url.path.encode(), "query": url.query[1:].encode(),
    }  # fmt: skip
    pieces = _PART.split(said.get("over", "{body}"))
    signed = b"".join(parts[piece] if at % 2 else _encoded(piece) for at, piece in enumerate(pieces))
    mark = hmac.digest(_key(said), signed, said.get("algorithm", "sha256"))
    return {said["header"]: said.get("prefix", "") + _ENCODINGS[said.get("encoding", "hex")](mark)}


def _jwt_header(said: Mapping[str, Any], signer: Signer | None) -> dict[str, str]:
    """RFC 7515, compact. What it says and until when is the tool's to say: its clock is the run's."""
    algorithm = said.get("algorithm", "HS256")
    head = {"alg": algorithm, "typ": "JWT", **said.get("headers", {})}
    text = f"{_base64url(_json(head))}.{_base64url(_json(said['claims']))}"
    if algorithm not in ASYMMETRIC or is_shown(said["key"]):
        mark = hmac.digest(_key(said), text.encode(), _TOKENS[algorithm])
    elif signer is None:
        raise Malformed(f'the key of {algorithm} is a secret that holds a private key in PEM: secret("signing_key").')
    else:
        mark = signer(algorithm, said["key"], text.encode())
    return {"authorization": f"Bearer {text}.{_base64url(mark)}"}


def _oauth_header(said: object, method: str, url: Url, content: bytes) -> dict[str, str]:
    del said, method, url, content
    return {"authorization": f"Bearer {SHOWN}"}


_READERS: Mapping[str, Callable[[object], Any]] = {"basic": _basic, "hmac": _hmac, "jwt": _jwt, "oauth": read_oauth}
_MAKERS: Mapping[str, Callable[..., dict[str, str]]] = {
    "basic": _basic_header, "hmac": _hmac_header, "oauth": _oauth_header,
}  # fmt: skip


def _key(said: Mapping[str, Any]) -> bytes:
    """The key's bytes. Its text is never in a message."""
    key, encoding = said["key"], said.get("key_encoding", "text")
    if is_shown(key):
        return _encoded(key)
    try:
        return _KEYS[encoding](key)
    except ValueError:
        raise Malformed(f"the key of 'auth' is not written in {encoding}, as its 'key_encoding' says.") from None


def _json(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Malformed("what is signed is no JSON data.") from error


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Malformed("'auth' holds half a character (a lone surrogate).") from error
