"""Files, in memory."""

import base64
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.contract.hosts import HostCall, HostReply
from sandbox.contract.outcomes import Fault
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, Lasting, Stage, fails, mapping, says


def _files_are_away(call: HostCall, reply: HostReply) -> HostReply:
    del call
    fault = Fault("unavailable", "The file store does not answer.", "Try again later.", {"retryable": True})
    return HostReply(fault=fault, elapsed_ns=reply.elapsed_ns)


class Files(Lasting):
    """`{path: text | {"base64": ...}}`."""

    wait: ClassVar[Wait] = Wait(1.5, 0.9)
    bad_days: ClassVar[tuple[BadDay, ...]] = (BadDay("files", "the file store is away", _files_are_away),)

    def __init__(self, given: object, setting: Setting):
        self._setting = setting
        self._kept = {path: _content(value) for path, value in mapping(given, "files").items()}

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        if operation == "list":
            paths = sorted(path for path in self._kept if path.startswith(str(payload.get("prefix") or "")))
            return says([{"path": path, "size": len(self._kept[path])} for path in paths])
        path = str(payload["path"])
        if operation == "exists":
            return says(path in self._kept)
        if operation == "link":
            return self._link(path, payload)
        if payload.get("create_only") and path in self._kept:
            return fails("exists", f"There is a file {path!r} already.", "Write to another path.")
        if operation == "read":
            return self._read(path)
        return self._change(operation, path, payload, deeds)

    def _read(self, path: str) -> HostReply:
        if path not in self._kept:
            return fails("not_found", f"There is no file {path!r}.", "List the files first.")
        return says({"base64": base64.b64encode(self._kept[path]).decode()})

    def _link(self, path: str, payload: Mapping[str, Any]) -> HostReply:
        if path not in self._kept:
            return fails("not_found", f"There is no file {path!r}.", "List the files first.")
        setting = self._setting
        return says({"url": setting.names.link(path, setting.now_ns, payload.get("expires_s", 3600))})

    def _change(self, operation: str, path: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        before = self._kept.pop(path, None)
        if operation == "write":
            self._kept[path] = base64.b64decode(str(payload.get("base64", "")), validate=True)
        if before != self._kept.get(path):
            deeds.append(Deed("files", operation, {"path": path, "base64": payload.get("base64")}))
        return says(None)


STAGE: type[Stage] = Files


def _content(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, Mapping) and "base64" in value:
        return base64.b64decode(str(value["base64"]))  # pyright: ignore[reportUnknownArgumentType]  (parsed YAML or JSON)
    return json.dumps(value).encode()
