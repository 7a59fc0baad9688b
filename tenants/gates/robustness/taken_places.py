"""Taken places: where a file is to be moved to, there is another file already. What is moved must not be lost."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox import Finding
from sandbox.worlds import World
from tenants.gates.trial.candidates import Candidate, Trial

_GATE = "robustness"
_OTHER = "another file, which stands here already\n"


@dataclass(frozen=True, slots=True)
class _Move:
    """A file that a run has copied to a place that was free, and then removed."""

    source: str
    target: str
    content: bytes


async def lost_in_moving(
    candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial
) -> list[Finding | None]:
    """Error where a file is removed although its copy could not be made."""
    return [await _lost(candidate, what, case, usual, move) for move in list(_moves(candidate, case, usual))[:2]]


async def _lost(candidate: Candidate, what: str, case: Mapping[str, Any], usual: Trial, move: _Move) -> Finding | None:
    canned: Mapping[str, Any] = case.get("world") or {}
    files: dict[str, Any] = {**canned.get("files", {}), move.target: _OTHER}
    world = candidate.world({**case, "world": {**canned, "files": files}})
    await candidate.once(case["arguments"], world, world.started_at_ns)
    paths: set[str] = {*files, *_written(usual), *(str(seen.what["path"]) for seen in world.done("files"))}
    if any(_kept(world, path) == move.content for path in paths):
        return None
    message = (
        f"{what}, when another file stands at {move.target} already: {move.source} is removed, and its content is kept "
        "nowhere."
    )
    hint = "Compare what is there with what you move, and report a conflict; remove a file only once its copy is made."
    return Finding(_GATE, "error", message, hint)


def _moves(candidate: Candidate, case: Mapping[str, Any], usual: Trial) -> Iterator[_Move]:
    before = candidate.world(case)
    written = _written(usual)
    for call in usual.calls:
        path = str(call.payload.get("path"))
        content = _kept(before, path) if call.operation == "delete" and "path" in call.payload else None
        if content is None or _kept(usual.world, path) is not None:
            continue
        for target, made in written.items():
            if made == content and target != path and _kept(before, target) is None:
                yield _Move(path, target, content)


def _written(usual: Trial) -> dict[str, bytes]:
    return {
        str(call.payload["path"]): base64.b64decode(str(call.payload.get("base64") or ""))
        for call in usual.calls
        if call.operation == "write" and "path" in call.payload
    }


def _kept(world: World, path: str) -> bytes | None:
    return world.kept("files", (path,))
