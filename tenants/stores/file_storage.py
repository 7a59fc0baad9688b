"""The tenant's files as people see them: what their tools read and write, listed, put there, fetched and removed.

Approved tools act on what they read here, so who may only propose tools writes nothing of it.
"""

import base64
from typing import Any

from sandbox import HostCall
from tenants.base import ids
from tenants.base.db import Database
from tenants.base.errors import ConflictError, InvalidError, NotFoundError, TenantsError
from tenants.capabilities.bound import Bound, Unable
from tenants.capabilities.files.files import Files
from tenants.rights.access import Actor, Permission
from tenants.rules import audit

_ERRORS: dict[str, type[TenantsError]] = {"not_found": NotFoundError, "malformed_request": InvalidError}


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
    bound = Bound(actor.tenant_id, ids.new("req"), "")
    try:
        return await getattr(files, operation)(HostCall(0, "files", operation, payload), bound)
    except Unable as unable:
        fault = unable.fault
        raise _ERRORS.get(fault.code, ConflictError)(fault.message, hint=fault.hint) from unable
