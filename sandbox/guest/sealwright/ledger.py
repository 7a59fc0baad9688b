"""The tenant's durable record of effects that have happened, so that a bulk tool never repeats one.

A key names one effect: `"spring/welcome/ann@example.com"`. Claim before the effect, mark done after it:

    for key, state in zip(keys, ledger.claim(keys)):
        if state == "claimed":
            ...do it...
            ledger.done([key])      # or ledger.release([key]) when it certainly did not happen

A claim that is neither done nor released when the run ends stays "in_flight": nobody knows whether it happened.
"""

from sealwright import _host


def claim(keys):
    """For each key, in order: "claimed" (yours: do it), "done" (happened before) or "in_flight" (uncertain)."""
    return _host.call("ledger", "claim", {"keys": list(keys)})


def done(keys):
    """These effects have happened. Give many keys at once."""
    _host.call("ledger", "done", {"keys": list(keys)})


def release(keys):
    """These effects certainly have not happened; anyone may claim them again."""
    _host.call("ledger", "release", {"keys": list(keys)})


def is_done(key):
    """Whether the effect has happened."""
    return _host.call("ledger", "is_done", {"key": key})
