"""Passwords: Argon2id, 64 MiB and a quarter of a second each, so in a thread and only a few at a time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from tenants.base.errors import InvalidError, OverQuotaError

LENGTH_MIN = 10
LENGTH_MAX = 200

_HASHER = Argon2Hasher()
_ARGON2 = PasswordHash((_HASHER,))
# What lists of leaked passwords begin with, where it is long enough, or is made long enough by digits around it.
_COMMON = frozenset(
    """
    password passwort passw0rd p@ssw0rd p@ssword pa$$word passwordpassword password1password mypassword yourpassword
    letmein letmeinnow welcome welcomeback welcome1welcome iloveyou iloveyoubaby admin administrator adminadmin root
    rootroot superuser changeme changemenow changeit secret secretsecret topsecret master masterkey login loginlogin
    qwerty qwertyuiop qwertz qwertzuiop asdfghjkl azerty azertyuiop zxcvbnm qazwsxedc qazwsx 1q2w3e4r5t 1qaz2wsx3edc
    1qaz2wsx monkey dragon sunshine princess football baseball basketball superman batman trustno trustno1 starwars
    pokemon computer internet michael jennifer jessica ashley charlie shadow hello hellohello helloworld freedom
    whatever samsung google facebook default guest guestguest test testtest testing testpassword temp temppass temporary
    sealwright sealwrightsealwright correcthorsebatterystaple abc abcd
    """.split()  # noqa: SIM905 - a list of quoted words would be thrice as long
)
_ROWS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm")
# A hash that no password fits, so that an unknown address takes as long as a known one.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c2VhbHdyaWdodC1ub2JvZHk$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
# Two at once: each takes 64 MiB, and a burst of sign-ins must not starve what else the process does.
_THREADS = ThreadPoolExecutor(2, "passwords")
# In the threads and in front of them. The last of so many waits for about four seconds.
IN_HAND_MAX = 32
_CROWD_S = 5
_in_hand: set[asyncio.Future[Any]] = set()
T = TypeVar("T")


def problem(password: str, email: str = "") -> str | None:
    """Return what is wrong with a new password, or None. `email` is its person's, which is no password."""
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        return f"A password has {LENGTH_MIN} to {LENGTH_MAX} characters."
    if any("\ud800" <= letter <= "\udfff" for letter in password):
        return "A password is valid text."
    if is_common(password, email):
        return "This password is among the first that are tried. Choose another, such as four unrelated words."
    return None


def is_common(password: str, email: str = "") -> bool:
    """Whether a guesser begins with it: a usual one, the address, one thing over and over, or a row of keys."""
    plain = "".join(letter for letter in password.lower() if not letter.isspace())
    # What is put before or after a usual one makes another usual one.
    core = plain.strip("0123456789!?.,*#$_-@+") or plain
    local = email.partition("@")[0]
    is_own = email != "" and (plain in {email, local * 2} or core == local)
    return is_own or core in _COMMON or plain in _COMMON or _is_repeated(plain) or _is_row(plain)


def _is_repeated(text: str) -> bool:
    """One to four characters over and over; a text that is found in itself, moved, is made of one part."""
    return len(text) > 1 and (text + text).find(text, 1) <= 4


def _is_row(text: str) -> bool:
    return any(text in row * 4 or text in row[::-1] * 4 for row in _ROWS)


def demand(password: str, path: str = "/password", email: str = "") -> None:
    """Raise InvalidError unless this may become a password."""
    said = problem(password, email)
    if said:
        raise InvalidError(problems=[{"path": path, "message": said}])


async def hash(password: str) -> str:  # noqa: A001 - `passwords.hash` is what it is
    """Return what to store. Never call it inside a transaction: it takes a quarter of a second.

    Raises OverQuotaError when too many wait already.
    """
    return await _in_turn(_ARGON2.hash, password)


async def verify(stored: str | None, password: str) -> bool:
    """Tell whether `password` is the one behind `stored`; None takes as long and is never right.

    Raises OverQuotaError when too many wait already.
    """
    if len(password) > LENGTH_MAX or any("\ud800" <= letter <= "\udfff" for letter in password):
        return False
    right = await _in_turn(_ARGON2.verify, password, stored or _NOBODY)
    return right and stored is not None


async def _in_turn(work: Callable[..., T], *given: str) -> T:
    """One after another, two at once. A crowd is sent away: who came last would not be answered in any useful time."""
    if len(_in_hand) >= IN_HAND_MAX:
        raise OverQuotaError("Too many people sign in at this very moment.", retry_after_s=_CROWD_S)
    doing = asyncio.get_running_loop().run_in_executor(_THREADS, work, *given)
    _in_hand.add(doing)
    doing.add_done_callback(_in_hand.discard)
    return await doing


def is_outdated(stored: str | None) -> bool:
    """Whether `stored` was made with weaker parameters than hashes are now."""
    return stored is not None and _HASHER.check_needs_rehash(stored)
