"""The tenant's files as people see them: what their tools read and write, listed, put there, fetched and removed.

Approved tools act on what they read here, so who may only propose tools writes nothing of it.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from sandbox import HostCall
from tenants.base import ids
from tenants.base.db import Database
from tenants.base.errors import ConflictError, InvalidError, NotFoundError, TenantsError
from tenants.capabilities.bound import Bound, Unable
from tenants.capabilities.files.files import LISTED_MAX, Files
from tenants.models import StoredFile
from tenants.rights.access import Actor, Permission
from tenants.rules import audit

_ERRORS: dict[str, type[TenantsError]] = {"not_found": NotFoundError, "malformed_request": InvalidError}


@dataclass(frozen=True, slots=True)
class Folder:
    """`path` ends with a slash; `files` and `bytes` count everything below it."""

    path: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Opened:
    """What lies in a folder: the folders in it, and its own files up to LISTED_MAX, both by path."""

    folders: Sequence[Folder]
    files: Sequence[StoredFile]
    is_cut: bool


async def open_folder(database: Database, actor: Actor, path: str) -> Opened:
    """What lies in a folder, such as `reports/`; "" is the outermost one. Raises InvalidError."""
    actor.require(Permission.RUNS_READ)
    if path and not path.endswith("/"):
        raise InvalidError(problems=[{"path": "/path", "message": "A folder's path ends with a slash."}])
    # By length rather than by LIKE, which ignores case in one of the databases.
    below = func.substr(StoredFile.path, 1, len(path)) == path
    rest = func.substr(StoredFile.path, len(path) + 1)
    is_own = ~rest.contains("/")
    own = select(StoredFile).where(below, is_own).order_by(StoredFile.path).limit(LISTED_MAX + 1)
    deeper = select(StoredFile.path, StoredFile.size_bytes).where(below, ~is_own)
    folders: dict[str, list[int]] = {}
    async with database.reading(actor.tenant_id) as session:
        files = (await session.scalars(own)).all()
        for full, size in await session.execute(deeper):
            folders.setdefault(path + full[len(path) :].partition("/")[0] + "/", []).append(size)
    found = [Folder(name, len(sizes), sum(sizes)) for name, sizes in sorted(folders.items())]
    return Opened(found, sorted(files[:LISTED_MAX], key=lambda file: file.path), len(files) > LISTED_MAX)


async def list_all(files: Files, actor: Actor, prefix: str) -> list[dict[str, Any]]:
    """Path and size of each, in the order of their paths. Raises ConflictError when there are too many to list."""
    actor.require(Permission.RUNS_READ)
    return await _asked(files, actor, "list", prefix=prefix)


async def read_content(files: Files, actor: Actor, path: str) -> bytes:
    actor.require(Permission.RUNS_READ)
    return base64.b64decode((await _asked(files, actor, "read", path=path))["base64"])


async def write(files: Files, database: Database, actor: Actor, path: str, content: bytes, kind: str | None) -> None:
    """Put a file there, or replace it; `kind` is its content type."""
    actor.require(Permission.DATA_WRITE)
    encoded = base64.b64encode(content).decode()
    await _asked(files, actor, "write", path=path, base64=encoded, content_type=kind)
    async with database.unit(actor.tenant_id) as session:
        await audit.record(session, actor, "file.written", path[:200], bytes=len(content))


async def remove(files: Files, database: Database, actor: Actor, path: str) -> None:
    actor.require(Permission.DATA_WRITE)
    await _asked(files, actor, "delete", path=path)
    async with database.unit(actor.tenant_id) as session:
        await audit.record(session, actor, "file.removed", path[:200])


async def _asked(files: Files, actor: Actor, operation: str, **payload: Any) -> Any:
    bound = Bound(actor.tenant_id, ids.new("req"), "", person=actor.who())
    try:
        return await getattr(files, operation)(HostCall(0, "files", operation, payload), bound)
    except Unable as unable:
        fault = unable.fault
        raise _ERRORS.get(fault.code, ConflictError)(fault.message, hint=fault.hint) from unable
