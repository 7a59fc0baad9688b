"""The capabilities whose permits are a name pattern, with or without a verb before it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.capabilities.permits import Malformed, Named, Need, Permit, Plain, Unreadable, text, texts
from sandbox.contract.hosts import Effect

_PATTERN = re.compile(r"[A-Za-z0-9_.*@:+-]+(/[A-Za-z0-9_.*@:+-]+)*")
_READ, _WRITE = frozenset({"read"}), frozenset({"read", "write"})
_SHARE = frozenset({"share", "read"})
_LONGEST_PATH = 500
Names = Callable[[Mapping[str, Any]], list[str]]


@dataclass(frozen=True)
class NamedThings(Plain):
    """A capability over named things. `verbs` maps a permit's first word to what it includes.

    `asked` gives each operation's verb and where its payload names the things; `sentence` has {verb}, {name}.
    """

    name: str
    grammar: tuple[str, ...]
    operations: Mapping[str, Effect]
    verbs: Mapping[str, frozenset[str]]
    asked: Mapping[str, tuple[str, Names]]
    sentence: Callable[[str, str], str]

    def permit(self, line: str) -> Permit:
        verb, _, pattern = line.partition(" ") if " " in line else ("", "", line)
        if verb not in self.verbs or not _PATTERN.fullmatch(pattern) or ".." in pattern:
            raise Unreadable(f"write one of: {', '.join(self.grammar)}")
        return Named(line, self.sentence(verb, pattern), self.verbs[verb], pattern)

    def needs(self, operation: str, payload: Mapping[str, Any]) -> list[Need]:
        verb, names = self.asked[operation]
        word = "" if "" in self.verbs and verb in self.verbs[""] else f"{verb} "
        return [Need(verb, name, f"{word}{name}") for name in names(payload)]


def _one(field: str) -> Names:
    return lambda payload: [text(payload, field)]


def _many(field: str) -> Names:
    return lambda payload: texts(payload, field)


def _scoped(payload: Mapping[str, Any]) -> list[str]:
    scope = payload.get("scope", "tool")
    if scope not in ("tool", "tenant"):
        raise Malformed('\'scope\' must be "tool" or "tenant".')
    return [f"{scope}/{text(payload, 'key')}"]


def _path(payload: Mapping[str, Any]) -> list[str]:
    path = text(payload, "path")
    if len(path) > _LONGEST_PATH or not path.isprintable():
        raise Malformed(f"a path has at most {_LONGEST_PATH} printable characters.")
    if path.startswith("/") or "\\" in path or any(piece in {"", ".", ".."} for piece in path.split("/")):
        raise Malformed(f"{path[:200]!r} is no plain path such as reports/2026/may.csv.")
    return [path]


def _prefix(payload: Mapping[str, Any]) -> list[str]:
    prefix = str(payload.get("prefix") or "")
    if ".." in prefix:
        raise Malformed("'prefix' must not climb.")
    return [f"{prefix}*" if not prefix.endswith("*") else prefix]


def _reading(what: str) -> Callable[[str, str], str]:
    return lambda verb, name: f"{'Read' if verb == 'read' else 'Read and change'} {what} {name}."


def _sharing(name: str) -> str:
    return f"Read files under {name}, and make links by which anybody who has one can download them for up to a week."


LEDGER = NamedThings(
    name="ledger",
    grammar=("campaign/*", "invoice/2026/*", "read campaign/*"),
    operations={"claim": "keyed", "done": "keyed", "release": "keyed", "is_done": "read"},
    verbs={"": _WRITE, "read": _READ},
    asked={
        "claim": ("write", _many("keys")),
        "done": ("write", _many("keys")),
        "release": ("write", _many("keys")),
        "is_done": ("read", _one("key")),
    },
    sentence=_reading("the ledger's entries"),
)

KV = NamedThings(
    name="kv",
    grammar=("tool/*", "tenant/rates/*", "read tenant/*"),
    operations={"get": "read", "set": "keyed", "delete": "keyed", "compare_and_set": "unsafe"},
    verbs={"": _WRITE, "read": _READ},
    asked={
        "get": ("read", _scoped),
        "set": ("write", _scoped),
        "delete": ("write", _scoped),
        "compare_and_set": ("write", _scoped),
    },
    sentence=_reading("stored values under"),
)

FILES = NamedThings(
    name="files",
    grammar=("reports/*", "read imports/*", "share reports/*"),
    operations={
        "read": "read",
        "exists": "read",
        "list": "read",
        "write": "keyed",
        "delete": "keyed",
        "link": "read",  # nothing changes; the link ends by itself
    },
    verbs={"": _WRITE, "read": _READ, "share": _SHARE},
    asked={
        "read": ("read", _path),
        "exists": ("read", _path),
        "list": ("read", _prefix),
        "write": ("write", _path),
        "delete": ("write", _path),
        "link": ("share", _path),
    },
    sentence=lambda verb, name: _sharing(name) if verb == "share" else _reading("files under")(verb, name),
)

TOOLS = NamedThings(
    name="tools",
    grammar=("crm_follow_up", "invoices_*"),
    operations={"call": "keyed"},  # the host derives the key of a child run from its parent's
    verbs={"": frozenset({"call"})},
    asked={"call": ("call", _one("name"))},
    sentence=lambda _verb, name: (
        f"Call {'any tool named' if '*' in name else 'the tool'} {name}, with all that it may do when it is called."
    ),
)

_WHOM = {"*": "anyone", "caller": "whoever called it"}

APPROVALS = NamedThings(
    name="approvals",
    grammar=("ask approver", "ask owner", "ask caller", "ask *"),
    operations={"ask": "keyed"},
    verbs={"ask": frozenset({"ask"})},
    asked={"ask": ("ask", lambda payload: [str(payload.get("of") or "approver")])},
    sentence=lambda _verb, name: f"Stop and ask {_WHOM.get(name, f'an {name}')} for a decision.",
)

SECRET = NamedThings(
    name="secret",
    grammar=("stripe_key", "crm_*"),
    operations={},  # what stands for one needs no host call; see sandbox/contract/placeholders.py
    verbs={"": frozenset({"use"})},
    asked={},
    sentence=lambda _verb, name: f"Have the secret {name} put into its requests, without seeing it.",
)
