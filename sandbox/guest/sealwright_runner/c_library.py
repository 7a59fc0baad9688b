"""The parts of C's library that wasi's has by name only: it answers, and what it says is not what was asked.

Its strftime gives up the whole text at a directive that it does not know; glibc's leaves that one as it stands. Its
setlocale takes any name and changes nothing, and its gmtime calls the zone UTC where a date of HTTP says GMT. OpenSSL,
which CPython takes its key derivation from, is not there at all.
"""

import errno
import functools
import hashlib
import hmac
import locale
import re
import tempfile
import time

import _locale

from sealwright_runner import standins

_strftime, _gmtime = time.strftime, time.gmtime
# What both libraries write alike. Anything else goes through `_directive`.
_ODD = re.compile(r"%(?![aAbBcCdDeFgGhHIjmMnprRSTtuUVwWxXyYzZ%])")
_DIRECTIVE = re.compile(r"%(?P<flags>[_0^#-]*)(?P<width>[0-9]{0,4})(?P<form>[EO]?)(?P<letter>.?)", re.DOTALL)
# How many digits a number has, and what letter gives it; two of them are padded with spaces unless a flag says other.
_DIGITS = {
    **dict.fromkeys("CdegHIklmMSUVWy", 2), **dict.fromkeys("suwYG", 1), "j": 3, "z": 4,
}  # fmt: skip
_SPACED = frozenset("ekl")
_SAME_AS = {"k": "H", "l": "I", "P": "p", "e": "d"}
_TEXTS = frozenset("aAbBhpPZcDFrRTxXnt%")
_FORMS = {"E": frozenset("cnprstuxyzCPRTXYZ%"), "O": frozenset("bdeghjklmnprstuwyzBCGHIMPRSTUVWZ%")}
_CHANGED = {**dict.fromkeys("aAbBh", str.upper), "p": str.lower, "Z": str.lower, "P": str.lower}

_PLAIN_LOCALES = {"": "C", "C": "C", "POSIX": "C", "C.UTF-8": "C.UTF-8", "C.utf8": "C.utf8"}
_NO_LOCALE = (
    "unsupported locale setting: inside a tool there is only 'C'. Write names of months and days, and separators of "
    "numbers, out of tables of your own, or use humanize.i18n.activate."
)
_NO_FOLDER = (
    "No usable temporary directory found: a tool has no file system. Hold the bytes in io.BytesIO or "
    "tempfile.TemporaryFile, and keep what is to stay with sealwright.files."
)


def mend():
    standins.put(_written, (time, "strftime"))
    standins.put(_greenwich, (time, "gmtime"))
    standins.put(_Locales().set, (_locale, "setlocale"), (locale, "_setlocale"))
    standins.put(_no_folder, (tempfile, "_get_default_tempdir"))
    standins.put(_in_memory, (tempfile, "TemporaryFile"))
    hashlib.pbkdf2_hmac = _pbkdf2_hmac


@functools.wraps(_strftime)
def _written(format, t=None, /):
    if t is not None and getattr(t, "tm_zone", None) is None and "%" in str(format):
        t = _in_zone(t)
    if not isinstance(format, str) or not _ODD.search(format):
        return _strftime(format) if t is None else _strftime(format, t)
    moment = time.localtime() if t is None else t
    return _DIRECTIVE.sub(lambda found: _directive(found, moment), format)


def _in_zone(t):
    """A plain tuple has no zone, and means local time."""
    return time.struct_time((*t[:9], "UTC", 0)) if isinstance(t, tuple) and len(t) >= 9 else t


def _directive(found, moment):
    flags, width, form, letter = found["flags"], int(found["width"] or 0), found["form"], found["letter"]
    padding = next((flag for flag in reversed(flags) if flag in "_0-"), "")
    if (form and letter not in _FORMS[form]) or (letter not in _DIGITS and letter not in _TEXTS):
        raised = "^" in flags or ("#" in flags and letter in "bh")
        return _padded(found[0].upper() if raised else found[0], width, padding)
    said = _strftime("%" + _SAME_AS.get(letter, letter), moment)
    if letter == "z" and said:
        return _padded(said[0], width, padding) + _number(said[1:], letter, width, padding)
    if letter in _DIGITS:
        return _number(said.strip(), letter, width, padding)
    if "#" in flags or letter == "P":
        said = _CHANGED.get(letter, str)(said)
    lowered = letter == "P" or ("#" in flags and letter in "pZ")
    return _padded(said.upper() if "^" in flags and not lowered else said, width, padding)


def _number(said, letter, width, padding):
    digits = said.lstrip("0") or "0"
    padding = padding or ("_" if letter in _SPACED else "0")
    if padding == "-":
        return _padded(digits, width, "-")
    least = max(_DIGITS[letter], width)
    return digits.rjust(least) if padding == "_" else digits.zfill(least)


def _padded(text, width, padding):
    return text.rjust(width, "0" if padding == "0" else " ")


@functools.wraps(_gmtime)
def _greenwich(seconds=None, /):
    moment = _gmtime(seconds)
    return time.struct_time((*moment, "GMT", 0))


class _Locales:
    """What `setlocale` says of itself, by category."""

    def __init__(self):
        self._named = {locale.LC_CTYPE: "C.UTF-8"}

    def set(self, category, name=None, /):
        if not isinstance(category, int):
            raise TypeError(f"'{type(category).__name__}' object cannot be interpreted as an integer")
        if category not in range(locale.LC_ALL + 1):
            raise locale.Error("unsupported locale setting: there is no such category")
        if name is None:
            return self._named.get(category, "C")
        if name not in _PLAIN_LOCALES:
            raise locale.Error(_NO_LOCALE)
        categories = range(locale.LC_ALL) if category == locale.LC_ALL else (category,)
        self._named.update(dict.fromkeys(categories, _PLAIN_LOCALES[name]))
        return _PLAIN_LOCALES[name]


def _no_folder(*args):
    raise FileNotFoundError(errno.ENOENT, _NO_FOLDER)


def _in_memory(
    mode="w+b", buffering=-1, encoding=None, newline=None, suffix=None, prefix=None, dir=None, *, errors=None
):
    """A file without a name needs no folder: this one never leaves the memory."""
    return tempfile.SpooledTemporaryFile(0, mode, buffering, encoding, newline, suffix, prefix, dir, errors=errors)


def _pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None):
    """RFC 8018, 5.2. Slower than OpenSSL's by a hundred times: an iteration costs about 20,000 fuel."""
    keyed = hmac.new(bytes(password), None, hash_name)
    size = keyed.digest_size if dklen is None else dklen
    if iterations < 1 or size < 1:
        raise ValueError(
            "iteration value must be greater than 0." if iterations < 1 else "key length must be greater than 0."
        )
    derived = b""
    for number in range(1, -(-size // keyed.digest_size) + 1):
        block = _marked(keyed, bytes(salt) + number.to_bytes(4, "big"))
        total = int.from_bytes(block, "big")
        for _ in range(iterations - 1):
            block = _marked(keyed, block)
            total ^= int.from_bytes(block, "big")
        derived += total.to_bytes(keyed.digest_size, "big")
    return derived[:size]


def _marked(keyed, message):
    one = keyed.copy()
    one.update(message)
    return one.digest()
