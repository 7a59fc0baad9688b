"""The one normal form of an email address: what is stored, looked up, counted and written to.

Whoever may write one address in two ways has two of everything that is counted or kept by address. So what has no
single form is refused: control and format characters, spaces inside, letters that only stand for others.
"""

import re
import unicodedata

import idna

from tenants.base.errors import InvalidError

_GIVEN_MAX = 1_000  # characters, before anything is looked at
_ADDRESS_BYTES_MAX = 254
_LOCAL_BYTES_MAX = 64
_LOCAL = re.compile(r"[^@\s<>,;:\"()\[\]\\]+")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def tidy_email(given: str) -> str:
    """Return an address in its normal form: trimmed, NFC, lower case, its domain in ASCII. Raises InvalidError.

    The normal form of a normal form is itself.
    """
    if len(given) <= _GIVEN_MAX:
        local, _, domain = _plain(given).rpartition("@")
        named = ascii_domain(domain)
        email = f"{local}@{named}"
        is_long = len(local.encode()) > _LOCAL_BYTES_MAX or len(email.encode()) > _ADDRESS_BYTES_MAX
        if named and _LOCAL.fullmatch(local) and not is_long:
            return email
    raise InvalidError(problems=[{"path": "/email", "message": "This is not an email address."}])


def _plain(given: str) -> str:
    """Lower case and trimmed; nothing where a character has no place in an address."""
    # str.strip() takes the separators \x1c to \x1f along, which other languages' trimming leaves.
    text = unicodedata.normalize("NFC", given.strip())
    text = unicodedata.normalize("NFC", text.lower())
    if unicodedata.normalize("NFKC", text) != text:
        return ""
    return "" if any(unicodedata.category(letter)[0] in "CZ" for letter in text) else text


def ascii_domain(domain: str) -> str | None:
    """A domain in lower case as names are written in ASCII; None when it is no domain."""
    try:
        if not domain.isascii() or "xn--" in domain:
            domain = idna.encode(domain, uts46=True, std3_rules=True).decode()
    except idna.IDNAError:
        return None
    return domain if all(_LABEL.fullmatch(label) for label in domain.split(".")) else None
