"""Passwords: Argon2id, 64 MiB and a quarter of a second each, so in a thread and only a few at a time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from tenants.errors import InvalidError

LENGTH_MIN = 10
LENGTH_MAX = 200

_ARGON2 = PasswordHash((Argon2Hasher(),))
# A hash that no password fits, so that an unknown address takes as long as a known one.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c2VhbHdyaWdodC1ub2JvZHk$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
# Two at once: each takes 64 MiB, and a burst of sign-ins must not starve what else the process does.
_THREADS = ThreadPoolExecutor(2, "passwords")


def problem(password: str) -> str | None:
    """Return what is wrong with a new password, or None."""
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        return f"A password has {LENGTH_MIN} to {LENGTH_MAX} characters."
    return None


def demand(password: str, path: str = "/password") -> None:
    """Raise InvalidError unless this may become a password."""
    said = problem(password)
    if said:
        raise InvalidError(problems=[{"path": path, "message": said}])


async def hash(password: str) -> str:  # noqa: A001 - `passwords.hash` is what it is
    """Return what to store. Never call it inside a transaction: it takes a quarter of a second."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _ARGON2.hash, password)


async def verify(stored: str | None, password: str) -> bool:
    """Tell whether `password` is the one behind `stored`; None takes as long and is never right."""
    if len(password) > LENGTH_MAX:
        return False
    loop = asyncio.get_running_loop()
    right = await loop.run_in_executor(_THREADS, _ARGON2.verify, password, stored or _NOBODY)
    return right and stored is not None
