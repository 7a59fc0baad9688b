"""Signatures, checked as the real host checks them, with keys that the case says."""

from collections.abc import Mapping
from typing import Any, ClassVar

# Brought along here, for a confined process can load nothing once it runs.
from sandbox.capabilities import signatures
from sandbox.capabilities.permits import Malformed
from sandbox.capabilities.verification import public_keys
from sandbox.capabilities.verification.marks import wrong_mark
from sandbox.contract.hosts import HostCall, HostReply
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, Lasting, Stage, mapping, refuses, says, words

_SECOND_NS = 1_000_000_000
_LOADED = public_keys


def _forged(call: HostCall, reply: HostReply) -> HostReply:
    fault = wrong_mark("body" if call.operation == "verify" else "token").fault
    return HostReply(fault=fault, elapsed_ns=reply.elapsed_ns)


class Signatures(Lasting):
    """`{secret's name: the key that the case is signed with}`: a text, or public keys in PEM or JWKS."""

    wait: ClassVar[Wait] = Wait(0.6, 0.9)
    bad_days: ClassVar[tuple[BadDay, ...]] = (BadDay("signatures", "a signature is wrong", _forged),)

    def __init__(self, given: object, setting: Setting):
        self._setting = setting
        self._keys: dict[str, str | None] = _keys(given)

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        del deeds
        name = payload.get("key")
        key = self._keys.get(name) if isinstance(name, str) else None
        if key is None and isinstance(name, str):
            self._setting.lacks(f'"signatures": {{"{name}": "the key that the case is signed with"}}')
        try:
            return says(signatures.check_signature(operation, payload, key, self._setting.now_ns / _SECOND_NS))
        except Malformed as error:
            return refuses(error)

    def amend(self, given: object) -> None:
        self._keys |= _keys(given)


STAGE: type[Stage] = Signatures


def _keys(given: object) -> dict[str, str | None]:
    """Null: there is none any more."""
    said = mapping(given, "signatures")
    return {name: None if key is None else words(key, f"signatures.{name}") for name, key in said.items()}
