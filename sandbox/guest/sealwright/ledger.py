"""The tenant's durable record of effects that have happened, so that a bulk tool never repeats one.

A key names one effect: `"spring/welcome/ann@example.com"`. Claim before the effect, mark done after it:

    for key, state in zip(keys, ledger.claim(keys)):
        if state == "claimed":
            ...do it...
            ledger.done([key])      # or ledger.release([key]) when it certainly did not happen

A claim that is neither done nor released when the run ends stays "in_flight": nobody knows whether it happened.

Bounds: a key has 1 to 500 characters. One call takes any number of keys: all of them, or none.
"""

from collections.abc import Iterable
from typing import Literal

from sealwright import _host


def claim(keys: Iterable[str]) -> list[Literal["claimed", "done", "in_flight"]]:
    """For each key, in order: "claimed" (yours: do it), "done" (happened before) or "in_flight" (uncertain).

    Raises CapabilityRefused beyond the grant. Of a key that is given twice only the first is claimed.
    """
    return _host.call("ledger", "claim", {"keys": list(keys)})


def done(keys: Iterable[str]) -> None:
    """These effects have happened.

    Raises HostError "not_yours" where another run holds one of them; the others are done all the same, claimed or not.
    """
    _host.call("ledger", "done", {"keys": list(keys)})


def release(keys: Iterable[str]) -> None:
    """These effects certainly have not happened; anyone may claim them again.

    Raises CapabilityRefused beyond the grant. Only this run's own claims are given up.
    """
    _host.call("ledger", "release", {"keys": list(keys)})


def is_done(key: str) -> bool:
    """Whether the effect has happened.

    Raises CapabilityRefused beyond the grant.
    """
    return _host.call("ledger", "is_done", {"key": key})
