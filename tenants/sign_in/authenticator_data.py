"""What an authenticator is said to have answered, looked through before the library reads it.

CBOR has tags that make a reader do work: compile a pattern (35), read a letter (36), raise to a power (4, 5), refer to
what was there before (28, 29). The library honours them all, for whoever has an account and sends a passkey. What
authenticators really say is small, flat and without tags; everything else is refused here, in time that grows with its
length.
"""

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, cast

from sandbox import jsontext

_TEXT_MAX = 8 << 10  # characters of base64 of each part; what a key says is less than one thousand
_ITEMS_MAX, _DEPTH_MAX = 100, 4
# Who made the key is not asked for. Browsers then say nothing, or what the key has signed itself.
_FORMATS = {"none": frozenset[str](), "packed": frozenset({"alg", "sig"})}
_HEAD_BYTES, _FLAGS_AT, _AAGUID_BYTES = 37, 32, 16
_HAS_KEY, _HAS_EXTENSIONS = 0x40, 0x80
_LIST, _MAP = 4, 5
_SIMPLE: dict[int, Any] = {20: False, 21: True, 22: None}


class OddAnswerError(ValueError):
    """This is not what an authenticator says."""


def demand_plain(credential: Mapping[str, Any]) -> None:
    """Look through what navigator.credentials gave, as JSON. Raises OddAnswerError."""
    response = credential.get("response")
    if not isinstance(response, dict):
        raise OddAnswerError("there is no response")
    parts = {name: _decoded(value) for name, value in cast("dict[str, Any]", response).items() if name in _PARTS}
    try:
        jsontext.read(parts.get("clientDataJSON", b"").decode())
    except (jsontext.BadJson, UnicodeDecodeError) as error:
        raise OddAnswerError("the client's data is no JSON") from error
    if "attestationObject" in parts:
        _demand_plain_attestation(parts["attestationObject"])
    if "authenticatorData" in parts:
        _demand_plain_data(parts["authenticatorData"])


_PARTS = frozenset({"clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"})


def _decoded(value: object) -> bytes:
    if value is None:
        return b""
    if not isinstance(value, str) or len(value) > _TEXT_MAX:
        raise OddAnswerError("a part is no text, or too long")
    try:
        return urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError) as error:
        raise OddAnswerError("a part is no base64") from error


def _demand_plain_attestation(data: bytes) -> None:
    said = _read_all(data, 1)[0]
    if not isinstance(said, dict):
        raise OddAnswerError("the attestation is no map")
    parts = cast("dict[Any, Any]", said)
    statement = parts.get("attStmt", {})
    allowed = _FORMATS.get(parts.get("fmt")) if isinstance(parts.get("fmt"), str) else None  # pyright: ignore[reportArgumentType]
    if allowed is None or not isinstance(statement, dict) or not allowed.issuperset(cast("dict[Any, Any]", statement)):
        raise OddAnswerError("the attestation is of a kind that was not asked for")
    if not isinstance(parts.get("authData"), bytes):
        raise OddAnswerError("the attestation holds no authenticator data")
    _demand_plain_data(cast("bytes", parts["authData"]))


def _demand_plain_data(data: bytes) -> None:
    if len(data) < _HEAD_BYTES:
        raise OddAnswerError("the authenticator's data is too short")
    flags, at = data[_FLAGS_AT], _HEAD_BYTES
    if flags & _HAS_KEY:
        at += _AAGUID_BYTES + 2
        at += int.from_bytes(data[at - 2 : at], "big")
    _read_all(data[at:], bool(flags & _HAS_KEY) + bool(flags & _HAS_EXTENSIONS))


def _read_all(data: bytes, many: int) -> list[Any]:
    """So many CBOR values and nothing behind them."""
    reader = _Reader(data)
    found = [reader.read(0) for _ in range(many)]
    if reader.at != len(data):
        raise OddAnswerError("something stands behind it")
    return found


class _Reader:
    """CBOR of definite length: numbers, bytes, texts, lists, maps, true, false and null."""

    def __init__(self, data: bytes) -> None:
        self.at = 0
        self._data, self._items = data, 0

    def read(self, depth: int) -> Any:
        self._items += 1
        if self._items > _ITEMS_MAX or depth > _DEPTH_MAX:
            raise OddAnswerError("it holds too much")
        kind, number = self._head()
        if kind == _LIST:
            return [self.read(depth + 1) for _ in range(self._counted(number))]
        return self._map(self._counted(number), depth + 1) if kind == _MAP else self._plain(kind, number)

    def _plain(self, kind: int, number: int) -> Any:
        match kind:
            case 0:
                return number
            case 1:
                return -1 - number
            case 2:
                return self._take(number)
            case 3:
                return self._text(number)
            case 7 if number in _SIMPLE:
                return _SIMPLE[number]
            case _:
                raise OddAnswerError("it holds what no authenticator says")

    def _head(self) -> tuple[int, int]:
        first = self._take(1)[0]
        kind, number = first >> 5, first & 0x1F
        if number < 24:
            return kind, number
        if number > 27 or kind == 7:
            raise OddAnswerError("it has a length that is none, or a number that is not whole")
        return kind, int.from_bytes(self._take(1 << (number - 24)), "big")

    def _take(self, size: int) -> bytes:
        taken = self._data[self.at : self.at + size]
        if len(taken) != size:
            raise OddAnswerError("it ends too early")
        self.at += size
        return taken

    def _text(self, size: int) -> str:
        try:
            return self._take(size).decode()
        except UnicodeDecodeError as error:
            raise OddAnswerError("a text is not UTF-8") from error

    def _counted(self, number: int) -> int:
        if number > _ITEMS_MAX:
            raise OddAnswerError("it holds too much")
        return number

    def _map(self, size: int, depth: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for _ in range(size):
            key = self.read(depth)
            if not isinstance(key, int | str) or key in found:
                raise OddAnswerError("a key is no name, or is there twice")
            found[key] = self.read(depth)
        return found
