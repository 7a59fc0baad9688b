"""files: the tenant's files by path. The database knows them; their contents lie in a bucket, each written once."""

import base64
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import time
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import FILE_BYTES_MAX as FILE_BYTES
from sandbox import FILES_MAX, LINK_S_DEFAULT, HostCall, Malformed, file_content
from sandbox import LISTED_MAX as LISTED
from tenants.base import ids
from tenants.base.db import Database, now
from tenants.capabilities.bound import Bound, Operation, Unable, admitted
from tenants.capabilities.files.buckets import Bucket, GoneError, StoreAwayError
from tenants.capabilities.files.links import Link, Links
from tenants.capabilities.stored import grow
from tenants.models import StoredFile, Tenant

FILE_BYTES_MAX = FILE_BYTES
TENANT_BYTES_MAX = 1 << 30
TENANT_FILES_MAX = FILES_MAX
LISTED_MAX = LISTED
_TYPE = "application/octet-stream"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Download:
    """A file as it is handed to whoever has a link to it."""

    link: Link
    content: bytes


class Files:
    """Answers for every run of this process."""

    def __init__(self, database: Database, bucket: Bucket, links: Links) -> None:
        self._database = database
        self._bucket = bucket
        self._links = links

    @property
    def operations(self) -> Mapping[str, Operation]:
        return {
            "read": self.read,
            "write": self.write,
            "list": self.list,
            "delete": self.delete,
            "exists": self.exists,
            "link": self.link,
        }

    async def read(self, call: HostCall, bound: Bound) -> Mapping[str, str]:
        """Raises Unable."""
        path: str = admitted(call).payload["path"]
        for _ in range(2):
            # Whoever replaces a file removes the content that was there: then the new one is read.
            file = await self._found(bound, path)
            with suppress(GoneError):
                content = await self._at_the_store(self._bucket.get(key_of(bound.tenant_id, file.blob)))
                return {"base64": base64.b64encode(content).decode()}
        raise _unable("unavailable", f"The content of {path!r} cannot be found.", retryable=True)

    async def exists(self, call: HostCall, bound: Bound) -> bool:
        path: str = admitted(call).payload["path"]
        async with self._database.reading(bound.tenant_id) as session:
            return await session.get(StoredFile, (bound.tenant_id, path)) is not None

    async def list(self, call: HostCall, bound: Bound) -> list[dict[str, Any]]:
        """In the order of their paths. Raises Unable."""
        prefix = str(admitted(call).payload.get("prefix") or "").removesuffix("*")
        under = StoredFile.path.startswith(prefix, autoescape=True)
        query = select(StoredFile.path, StoredFile.size_bytes).where(under).limit(LISTED_MAX + 1)
        async with self._database.reading(bound.tenant_id) as session:
            found = {file.path: file.size_bytes for file in await session.execute(query)}
        if len(found) > LISTED_MAX:
            message = f"There are more than {LISTED_MAX:,} files under {prefix!r}."
            raise Unable("too_many", message, "List a longer prefix.")
        # Sorted and looked at here: databases differ in how they order texts, and one ignores case in LIKE.
        return [{"path": path, "size": found[path]} for path in sorted(found) if path.startswith(prefix)]

    async def write(self, call: HostCall, bound: Bound) -> None:
        call = admitted(call)
        path: str = call.payload["path"]
        content, content_type = _content(call.payload), call.payload.get("content_type") or _TYPE
        blob = ids.new("blb")
        name = path.rpartition("/")[2]
        await self._at_the_store(self._bucket.put(key_of(bound.tenant_id, blob), content, content_type, name))
        try:
            async with self._database.unit(bound.tenant_id) as session:
                before = await _replace(session, call, bound, path, (blob, len(content), content_type))
        except Unable:
            await self._forget(bound.tenant_id, blob)
            raise
        await self._forget(bound.tenant_id, before)

    async def delete(self, call: HostCall, bound: Bound) -> None:
        path: str = admitted(call).payload["path"]
        async with self._database.unit(bound.tenant_id) as session:
            gone = delete(StoredFile).where(StoredFile.path == path)
            found = (await session.execute(gone.returning(StoredFile.blob, StoredFile.size_bytes))).one_or_none()
            if found is not None:
                await grow(session, bound.tenant_id, -found.size_bytes)
            blob = None if found is None else found.blob
        await self._forget(bound.tenant_id, blob)

    async def link(self, call: HostCall, bound: Bound) -> Mapping[str, str]:
        """It shows the file as it is now, and ends with it, or when it is replaced. Raises Unable."""
        call = admitted(call)
        path, expires_s = str(call.payload["path"]), int(call.payload.get("expires_s", LINK_S_DEFAULT))
        file = await self._found(bound, path)
        url = await self._at_the_store(self._bucket.link(key_of(bound.tenant_id, file.blob), expires_s))
        ours = Link(bound.tenant_id, file.blob, path.rpartition("/")[2], file.content_type, int(time()) + expires_s)
        return {"url": url or self._links.url(ours)}

    async def download(self, token: str) -> Download | None:
        """What a link of our own gives; None when it is over, or the file is gone. Raises StoreAwayError."""
        link = self._links.read(token)
        if link is None:
            return None
        try:
            return Download(link, await self._bucket.get(key_of(link.tenant_id, link.blob)))
        except GoneError:
            return None

    async def _found(self, bound: Bound, path: str) -> StoredFile:
        async with self._database.reading(bound.tenant_id) as session:
            file = await session.get(StoredFile, (bound.tenant_id, path))
        if file is None:
            raise Unable("not_found", f"There is no file {path!r}.", "List the files first.")
        return file

    async def _forget(self, tenant_id: str, blob: str | None) -> None:
        """Remove a content that nothing names any more. Left behind, it costs room and does no harm."""
        if blob is not None:
            try:
                await self._bucket.delete(key_of(tenant_id, blob))
            except StoreAwayError as error:
                log.warning("the content %s was left behind: %s", blob, error)

    @staticmethod
    async def _at_the_store(asked: Any) -> Any:
        try:
            return await asked
        except StoreAwayError as error:
            log.warning("the file store failed: %s", error)
            raise _unable("unavailable", "The file store does not answer.", retryable=True) from error


async def _replace(
    session: AsyncSession, call: HostCall, bound: Bound, path: str, new: tuple[str, int, str]
) -> str | None:
    """Let the path name the new content. Return the blob that nothing names now."""
    blob, size, content_type = new
    # One writer of a tenant at a time: two together must not go over what both would fit into.
    await session.get_one(Tenant, bound.tenant_id, with_for_update=True)
    file = await session.get(StoredFile, (bound.tenant_id, path))
    if file is not None and call.payload.get("create_only"):
        if (file.run_id, file.call_seq) == (bound.run_id, call.seq):
            return blob  # this same call, before a crash
        raise Unable("exists", f"There is a file {path!r} already.", "Write to another path.")
    count, total = (await session.execute(select(func.count(), func.sum(StoredFile.size_bytes)))).one()
    total = int(total or 0) - (0 if file is None else file.size_bytes) + size
    if total > TENANT_BYTES_MAX or (file is None and count >= TENANT_FILES_MAX):
        message = f"The tenant's files may have {TENANT_BYTES_MAX:,} bytes, and be {TENANT_FILES_MAX:,}."
        raise Unable("over_quota", message, "Delete some.", {"bytes": total, "files": count})
    await grow(session, bound.tenant_id, size - (0 if file is None else file.size_bytes))
    before = None if file is None else file.blob
    if file is None:
        file = StoredFile(path=path)
        session.add(file)
    file.blob, file.size_bytes, file.content_type = blob, size, content_type
    file.run_id, file.call_seq, file.updated_at = bound.run_id, call.seq, now()
    file.written_by = dict(bound.person or {"kind": "tool", "id": bound.run_id, "label": bound.tool_name})
    return before


def key_of(tenant_id: str, blob: str) -> str:
    """Where a file's content lies in the bucket."""
    return f"{tenant_id}/files/{blob}"


def _content(payload: Mapping[str, Any]) -> bytes:
    try:
        return file_content(payload, FILE_BYTES_MAX)
    except Malformed as error:
        raise Unable.of(error.fault) from error


def _unable(code: str, message: str, *, retryable: bool) -> Unable:
    return Unable(code, message, "Try again later." if retryable else None, {"retryable": retryable})
