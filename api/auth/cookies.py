"""The cookies of browsers that are signed in, or on their way to be."""

import re
from collections.abc import Iterable

from starlette.responses import Response

from tenants.sign_in import second_steps, sessions

# All that are ours, under either kind of address; and what their values are made of.
_NAMES = frozenset({
    f"{prefix}{name}"
    for prefix, name in (
        ("__Host-", "sealwright"), ("__Host-", "sealwright-sign-in"), ("__Host-", "sealwright-second-step"),
        ("", "sealwright_session"), ("", "sealwright_sign_in"), ("", "sealwright_second_step"),
    )
})  # fmt: skip
_VALUE = re.compile(r"[A-Za-z0-9_.~-]{1,500}")


def ours(cookies: Iterable[str]) -> str:
    """Return what headers say of our own cookies, and nothing else.

    Others set cookies for our host, too. The standard library reads quoted values in time that grows with the square
    of their length (CVE-2024-7592), and ours are never quoted.
    """
    pairs = (pair.partition("=") for header in cookies for pair in header.split(";"))
    kept = [(name.strip(), value.strip()) for name, _, value in pairs if name.strip() in _NAMES]
    return "; ".join(f"{name}={value}" for name, value in kept if _VALUE.fullmatch(value))


def session_name(origin: str) -> str:
    """`__Host-` binds the cookie to this very host, and needs https."""
    return "__Host-sealwright" if origin.startswith("https://") else "sealwright_session"


def sign_in_name(origin: str) -> str:
    """The browser's own secret while it is at an identity provider."""
    return "__Host-sealwright-sign-in" if origin.startswith("https://") else "sealwright_sign_in"


def second_step_name(origin: str) -> str:
    """Of who has shown the first factor and not yet the second."""
    return "__Host-sealwright-second-step" if origin.startswith("https://") else "sealwright_second_step"


def keep_second_step(response: Response, origin: str, token: str) -> None:
    _keep(response, origin, second_step_name(origin), token, int(second_steps.LIFETIME.total_seconds()))


def keep_session(response: Response, origin: str, token: str) -> None:
    _keep(response, origin, session_name(origin), token, sessions.LIFETIME_S)


def keep_sign_in(response: Response, origin: str, secret: str, seconds: int) -> None:
    _keep(response, origin, sign_in_name(origin), secret, seconds)


def _keep(response: Response, origin: str, name: str, value: str, seconds: int) -> None:
    # Lax: it comes along when somebody follows a link to us, or is sent back to us, and with no other foreign request.
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=origin.startswith("https://"),
    )
