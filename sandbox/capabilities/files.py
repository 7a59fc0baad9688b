"""files: what the tenant keeps by path, and links by which others may download it."""

import base64
from collections.abc import Mapping
from typing import Any

from sandbox.capabilities.named import READ, WRITE, Asking, NamedThings, reading
from sandbox.capabilities.permits import Malformed, text
from sandbox.capabilities.traits import Capability, Kind, Traits
from sandbox.contract.hosts import Effect

_LONGEST_PATH = 500


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


class Files(NamedThings):
    name = "files"
    grammar = ("reports/*", "read imports/*", "share reports/*")
    operations: Mapping[str, Effect] = {
        "read": "read",
        "exists": "read",
        "list": "read",
        "write": "keyed",
        "delete": "keyed",
        "link": "read",  # nothing changes; the link ends by itself
    }
    verbs: Mapping[str, frozenset[str]] = {"": WRITE, "read": READ, "share": frozenset({"share", "read"})}
    asked: Mapping[str, Asking] = {
        "read": ("read", _path),
        "exists": ("read", _path),
        "list": ("read", _prefix),
        "write": ("write", _path),
        "delete": ("write", _path),
        "link": ("share", _path),
    }
    traits = Traits(
        ambient=False,
        reaches_out=False,
        reaches_people=False,
        asks_people=False,
        waits_for_nobody=False,
        shared=True,
        harmless_in_doubt=False,
        repeatable=False,
        batches={},
        in_parts=frozenset(),
        keys="nobody",
        contents_compared=False,
        tenant_limit=None,
    )

    def sentence(self, verb: str, name: str) -> str:
        if verb != "share":
            return reading("files under", verb, name)
        return (
            f"Read files under {name}, and make links by which anybody who has one can download them for up to a week."
        )

    def kind(self, operation: str, what: Mapping[str, Any]) -> Kind:
        del operation, what
        return "setting"

    def told(self, operation: str, what: Mapping[str, Any]) -> str:
        return f"files {operation} {what.get('path') or ''}".strip()

    def identity(self, operation: str, what: Mapping[str, Any]) -> Mapping[str, Any]:
        """As text, so that a moment in it is seen as one."""
        del operation
        return {**what, "base64": base64.b64decode(str(what.get("base64") or "")).decode("utf-8", "replace")}


CAPABILITY: Capability = Files()
