"""A process that keeps one SQLite file open for its parent, behind walls: whatever a statement does to the library, or
a file to it, stays here.

Started as `serving.main()` with a socket. It hears and says frames of JSON, a length before each.
"""

import json
import os
import resource
import socket
import struct
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sandbox.contract.outcomes import Fault
from sandbox.process import hardening
from sandbox.sqlite.databases import Budget, Database, StatementFailed

HEADER = struct.Struct(">I")
_MEMORY_BYTES = 256 << 20  # beyond what the process is born with
_WAL_MARK = b"\x02\x02"  # in the header of a file that is kept with a write-ahead log


def main() -> None:
    """Raise the walls, open the file, answer until the parent goes."""
    told = json.loads(sys.argv[1])
    hardening.close_descriptors(told["socket"])
    parent = socket.socket(fileno=told["socket"])
    path, writing = Path(told["path"]), bool(told["writing"])
    readable, writable = _files(path, writing=writing)
    walls = hardening.confine_to_files(readable, writable, path.stat().st_uid, _mapped_bytes() + _MEMORY_BYTES)
    try:
        database = Database.file(path, Budget(**told["budget"]), writing=writing)
    except StatementFailed as failed:
        _say(parent, {"fault": asdict(failed.fault)})
        os._exit(0)
    _say(parent, {"walls": walls})
    while (asked := _heard(parent)) is not None:
        _say(parent, _answer(database, asked))
    os._exit(0)


def _files(path: Path, *, writing: bool) -> tuple[list[Path], list[Path]]:
    """Which files there have to be: SQLite keeps a journal or a log beside the file, and behind the walls it can make
    none. What is missing is made now, for a reader too: who may not look into a journal takes it for one to be undone.
    """
    with path.open("rb") as file:
        logged = file.read(20)[18:20] == _WAL_MARK
    beside = [path.with_name(path.name + end) for end in (("-wal", "-shm") if logged else ("-journal",))]
    for one in beside:
        _make(one, path)
    there = [one for one in beside if one.exists()]
    if writing:
        return [], [path, *there]
    # A reader of a log takes part in its index.
    return ([path], there) if logged else ([path, *there], [])


def _make(file: Path, like: Path) -> None:
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_WRONLY, like.stat().st_mode & 0o666)
    except OSError:
        return  # it is there, or the folder is not to be written: then the statement says so
    try:
        os.fchown(descriptor, like.stat().st_uid, like.stat().st_gid)
    except OSError:
        pass
    finally:
        os.close(descriptor)


def _mapped_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 33


def _answer(database: Database, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        if asked["operation"] == "query":
            return {"rows": database.query(asked["statement"], asked["parameters"])}
        return {"changed": database.execute(asked["statement"], asked["parameters"])}
    except StatementFailed as failed:
        return {"fault": asdict(failed.fault)}
    except MemoryError:
        fault = Fault("too_large", "The statement takes more memory than there is for one.", "Narrow it.")
        return {"fault": asdict(fault)}


def _heard(parent: socket.socket) -> dict[str, Any] | None:
    header = _taken(parent, HEADER.size)
    return json.loads(_taken(parent, HEADER.unpack(header)[0])) if header else None


def _taken(parent: socket.socket, size: int) -> bytes:
    taken = bytearray()
    while len(taken) < size:
        part = parent.recv(size - len(taken))
        if not part:
            return b""
        taken += part
    return bytes(taken)


def _say(parent: socket.socket, said: dict[str, Any]) -> None:
    text = json.dumps(said, allow_nan=False).encode()
    parent.sendall(HEADER.pack(len(text)) + text)
