"""files: what the tenant keeps by path, and links by which others may download it."""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.capabilities.named import READ, WRITE, Asking, NamedThings, reading
from sandbox.capabilities.permits import Malformed, text
from sandbox.capabilities.traits import Capability, Kind, Traits
from sandbox.contract.hosts import Effect

PATH_CHARACTERS_MAX = 500
FILE_BYTES_MAX = 8 << 20
FILES_MAX = 10_000  # of a tenant
LISTED_MAX = 1_000
LINK_S_DEFAULT, LINK_S_MAX = 3_600, 7 * 86_400
_CONTENT_TYPE = re.compile(
    r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}(; ?charset=[a-z0-9-]{1,30})?", re.IGNORECASE
)


def demand_path(path: str) -> None:
    """Raises Malformed for what could lead elsewhere, or is shown as something else."""
    if path.startswith("/") or "\\" in path or any(piece in {"", ".", ".."} for piece in path.split("/")):
        raise Malformed(f"{path[:200]!r} is no plain path such as reports/2026/may.csv.")
    if not path.isprintable():
        raise Malformed(f"a path has 1 to {PATH_CHARACTERS_MAX} printable characters, unlike {path[:200]!r}.")


def content(payload: Mapping[str, Any], most: int = FILE_BYTES_MAX) -> bytes:
    """What `files.write` is to write, up to so many bytes. Raises Malformed."""
    given: object = payload.get("base64")
    try:
        found = base64.b64decode(given if isinstance(given, str) else "!", validate=True)
    except ValueError as error:
        raise Malformed("'base64' is not base64.") from error
    if len(found) > most:
        message = f"The file has {len(found):,} bytes; at most {most:,} can be kept."
        raise Malformed(message, "too_large", "Write it in parts.")
    return found


def _path(payload: Mapping[str, Any]) -> list[str]:
    path = text(payload, "path", PATH_CHARACTERS_MAX)
    demand_path(path)
    return [path]


def _prefix(payload: Mapping[str, Any]) -> list[str]:
    prefix: object = payload.get("prefix")
    if prefix is None or prefix == "":
        return ["*"]
    found = text(payload, "prefix", PATH_CHARACTERS_MAX)
    if ".." in found:
        raise Malformed("'prefix' must not climb.")
    return [f"{found.removesuffix('*')}*"]


def _demand_written(payload: Mapping[str, Any]) -> None:
    content(payload)
    kind: object = payload.get("content_type")
    if kind is not None and not (isinstance(kind, str) and _CONTENT_TYPE.fullmatch(kind)):
        raise Malformed("'content_type' must be such as text/csv or text/plain; charset=utf-8.")
    if not isinstance(payload.get("create_only"), bool | None):
        raise Malformed("'create_only' must be true or false.")


def _demand_linked(payload: Mapping[str, Any]) -> None:
    expires_s: object = payload.get("expires_s", LINK_S_DEFAULT)
    if isinstance(expires_s, bool) or not isinstance(expires_s, int) or not 0 < expires_s <= LINK_S_MAX:
        raise Malformed(f"'expires_s' must be a whole number from 1 to {LINK_S_MAX:,}.")


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
    fields: Mapping[str, Sequence[str]] = {
        "read": ("path",),
        "exists": ("path",),
        "list": ("prefix",),
        "write": ("path", "base64", "content_type", "create_only"),
        "delete": ("path",),
        "link": ("path", "expires_s"),
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

    def check(self, operation: str, payload: Mapping[str, Any]) -> None:
        """Raises Malformed."""
        super().check(operation, payload)
        if operation == "write":
            _demand_written(payload)
        elif operation == "link":
            _demand_linked(payload)

    def sentence(self, verb: str, name: str) -> str:
        if verb != "share":
            return reading("files under", verb, name)
        return (
            f"Read files under {name}, and make links by which anybody who has one can download them"
            f" for up to {LINK_S_MAX // 86_400} days."
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
