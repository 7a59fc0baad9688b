"""Files, in memory."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from sandbox.capabilities.files import LINK_S_DEFAULT, LISTED_MAX, PATH_CHARACTERS_MAX, content, demand_path
from sandbox.capabilities.permits import demand_whole, text
from sandbox.contract.hosts import HostCall, HostReply
from sandbox.contract.outcomes import Fault
from sandbox.worlds.answers.responses import unpacked
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.stages import BadDay, Deed, InvalidWorld, Lasting, Stage, demand, fails, mapping, part, says, words
from sandbox.worlds.statements import Seen, Statements


def _files_are_away(call: HostCall, reply: HostReply) -> HostReply:
    del call
    fault = Fault("unavailable", "The file store does not answer.", "Try again later.", {"retryable": True})
    return HostReply(fault=fault, elapsed_ns=reply.elapsed_ns)


def _file_is_gone(call: HostCall, reply: HostReply) -> HostReply:
    fault = Fault("not_found", f"There is no file {str(call.payload.get('path'))!r}.", "List the files first.")
    return HostReply(fault=fault, elapsed_ns=reply.elapsed_ns)


class Files(Lasting):
    """`{path: text | {"text" | "base64" | "json": ...}}`."""

    stated: ClassVar[Statements] = Statements(
        told=lambda what: f"{'no file' if what.get('content') is None else 'file'} {what.get('path')}",
        kind=lambda what: "delete" if what.get("content") is None else "write",
        fields={"path": "json", "content": "content"},
        substance=("content",),
        places=("path",),
        value="content",
        kept="content",
        kept_by=1,
    )
    wait: ClassVar[Wait] = Wait(1.5, 0.9)
    bad_days: ClassVar[tuple[BadDay, ...]] = (
        BadDay("files", "the file store is away", _files_are_away),
        BadDay("files", "the file is not there", _file_is_gone, operation="read", severity="question"),
    )

    def __init__(self, given: object, setting: Setting):
        self._setting = setting
        self._kept = {path: _content(path, value) for path, value in mapping(given, "files").items()}
        self.begin()

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        if operation == "list":
            return self._list(str(payload.get("prefix") or "").removesuffix("*"))
        path = str(payload["path"])
        if operation == "exists":
            return says(path in self._kept)
        if operation == "link":
            return self._link(path, payload)
        if operation == "read":
            return self._read(path)
        if payload.get("create_only") and path in self._kept:
            return fails("exists", f"There is a file {path!r} already.", "Write to another path.")
        return self._change(operation, path, payload, deeds)

    def _list(self, prefix: str) -> HostReply:
        paths = sorted(path for path in self._kept if path.startswith(prefix))
        if len(paths) > LISTED_MAX:
            said = f"There are more than {LISTED_MAX:,} files under {prefix!r}."
            return fails("too_many", said, "List a longer prefix.")
        return says([{"path": path, "size": len(self._kept[path])} for path in paths])

    def _read(self, path: str) -> HostReply:
        if path not in self._kept:
            return fails("not_found", f"There is no file {path!r}.", "List the files first.")
        return says({"base64": base64.b64encode(self._kept[path]).decode()})

    def _link(self, path: str, payload: Mapping[str, Any]) -> HostReply:
        if path not in self._kept:
            return fails("not_found", f"There is no file {path!r}.", "List the files first.")
        setting = self._setting
        return says({"url": setting.names.link(path, setting.now_ns, payload.get("expires_s", LINK_S_DEFAULT))})

    def _change(self, operation: str, path: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        before = self._kept.pop(path, None)
        if operation == "write":
            self._kept[path] = content(payload)
        if before != self._kept.get(path):
            deeds.append(Deed("files", operation, {"path": path, "base64": payload.get("base64")}))
        return says(None)

    def amend(self, given: object) -> None:
        for path, value in mapping(given, "files").items():
            _demand_path(path)
            if value is None:
                self._kept.pop(path, None)
            else:
                self._kept[path] = _content(path, value)

    def begin(self) -> None:
        self._began = dict(self._kept)

    def done(self, deeds: Sequence[Deed], asked: Sequence[Mapping[str, Any]]) -> list[Seen]:
        """Only what has changed in the end."""
        del deeds, asked
        paths = dict.fromkeys((*self._began, *self._kept))
        return [
            Seen({"path": path, "content": self._kept.get(path)})
            for path in paths
            if self._kept.get(path) != self._began.get(path)
        ]

    def kept(self, place: Sequence[str]) -> bytes | None:
        return self._kept.get(place[0])


STAGE: type[Stage] = Files


def _content(path: str, value: object) -> bytes:
    """From a text, a list (which is JSON), or `{"text" | "base64" | "json"}`."""
    where = f"files.{path}"
    _demand_path(path)
    if isinstance(value, str):
        return _encoded(value, where)
    if not isinstance(value, Mapping):
        return json.dumps(value).encode()
    said = part(cast("Mapping[str, object]", value), where, ("text", "base64", "json"))
    if len(said) != 1:
        raise InvalidWorld(f'world.{where} is a text, or has one of {{"text"}}, {{"base64"}} and {{"json"}}.')
    if "base64" in said:
        return unpacked(said["base64"], f"{where}.base64")
    return (
        _encoded(words(said["text"], f"{where}.text"), where) if "text" in said else json.dumps(said["json"]).encode()
    )


def _demand_path(path: str) -> None:
    demand(lambda: demand_path(text({"path": path}, "path", PATH_CHARACTERS_MAX)), "files")


def _encoded(given: str, where: str) -> bytes:
    demand(lambda: demand_whole(given, where), where)
    return given.encode()
