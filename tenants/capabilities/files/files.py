"""files: the tenant's files by path. The database knows them; their contents lie in a bucket, each written once."""

import base64
import binascii
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import time
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import HostCall
from tenants.base import ids
from tenants.base.db import Database, now
from tenants.capabilities.bound import Bound, Operation, Unable, malformed, text
from tenants.capabilities.files.buckets import Bucket, GoneError, StoreAwayError
from tenants.capabilities.files.links import Link, Links
from tenants.capabilities.stored import grow
from tenants.models import StoredFile, Tenant

LONGEST_PATH = 500
FILE_BYTES_MAX = 8 << 20
TENANT_BYTES_MAX = 1 << 30
TENANT_FILES_MAX = 10_000
LISTED_MAX = 1_000
LINK_S_MAX = 7 * 86_400
_CONTENT_TYPE = re.compile(
    r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}(; ?charset=[a-z0-9-]{1,30})?", re.IGNORECASE
)
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
        path = _path(call.payload)
        for _ in range(2):
            # Whoever replaces a file removes the content that was there: then the new one is read.
            file = await self._found(bound, path)
            with suppress(GoneError):
                content = await self._at_the_store(self._bucket.get(_key(bound.tenant_id, file.blob)))
                return {"base64": base64.b64encode(content).decode()}
        raise _unable("unavailable", f"The content of {path!r} cannot be found.", retryable=True)

    async def exists(self, call: HostCall, bound: Bound) -> bool:
        async with self._database.reading(bound.tenant_id) as session:
            return await session.get(StoredFile, (bound.tenant_id, _path(call.payload))) is not None

    async def list(self, call: HostCall, bound: Bound) -> list[dict[str, Any]]:
        """In the order of their paths. Raises Unable."""
        prefix = call.payload.get("prefix") or ""
        if not isinstance(prefix, str) or len(prefix) > LONGEST_PATH or "\0" in prefix:
            raise malformed(f"'prefix' must be a text of up to {LONGEST_PATH} characters.")
        prefix = prefix.removesuffix("*")
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
        path, content, content_type = _path(call.payload), _content(call.payload), _type(call.payload)
        blob = ids.new("blb")
        name = path.rpartition("/")[2]
        await self._at_the_store(self._bucket.put(_key(bound.tenant_id, blob), content, content_type, name))
        try:
            async with self._database.unit(bound.tenant_id) as session:
                before = await _replace(session, call, bound, path, (blob, len(content), content_type))
        except Unable:
            await self._forget(bound.tenant_id, blob)
            raise
        await self._forget(bound.tenant_id, before)

    async def delete(self, call: HostCall, bound: Bound) -> None:
        async with self._database.unit(bound.tenant_id) as session:
            gone = delete(StoredFile).where(StoredFile.path == _path(call.payload))
            found = (await session.execute(gone.returning(StoredFile.blob, StoredFile.size_bytes))).one_or_none()
            if found is not None:
                await grow(session, bound.tenant_id, -found.size_bytes)
            blob = None if found is None else found.blob
        await self._forget(bound.tenant_id, blob)

    async def link(self, call: HostCall, bound: Bound) -> Mapping[str, str]:
        """It shows the file as it is now, and ends with it, or when it is replaced. Raises Unable."""
        path, expires_s = _path(call.payload), call.payload.get("expires_s", 3600)
        if isinstance(expires_s, bool) or not isinstance(expires_s, int) or not 0 < expires_s <= LINK_S_MAX:
            raise malformed(f"'expires_s' must be a whole number from 1 to {LINK_S_MAX:,}.")
        file = await self._found(bound, path)
        url = await self._at_the_store(self._bucket.link(_key(bound.tenant_id, file.blob), expires_s))
        ours = Link(bound.tenant_id, file.blob, path.rpartition("/")[2], file.content_type, int(time()) + expires_s)
        return {"url": url or self._links.url(ours)}

    async def download(self, token: str) -> Download | None:
        """What a link of our own gives; None when it is over, or the file is gone. Raises StoreAwayError."""
        link = self._links.read(token)
        if link is None:
            return None
        try:
            return Download(link, await self._bucket.get(_key(link.tenant_id, link.blob)))
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
                await self._bucket.delete(_key(tenant_id, blob))
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
    return before


def _key(tenant_id: str, blob: str) -> str:
    return f"{tenant_id}/files/{blob}"


def _path(payload: Mapping[str, Any]) -> str:
    path = text(payload, "path", LONGEST_PATH)
    if path.startswith("/") or "\\" in path or not path.isprintable() or {"", ".", ".."} & set(path.split("/")):
        raise malformed(f"{path[:200]!r} is no plain path such as reports/2026/may.csv.")
    return path


def _content(payload: Mapping[str, Any]) -> bytes:
    given = payload.get("base64")
    try:
        content = base64.b64decode(given if isinstance(given, str) else "!", validate=True)
    except (binascii.Error, ValueError) as error:
        raise malformed("'base64' is not base64.") from error
    if len(content) > FILE_BYTES_MAX:
        raise Unable("too_large", f"The file has {len(content):,} bytes; at most {FILE_BYTES_MAX:,} can be kept.")
    return content


def _type(payload: Mapping[str, Any]) -> str:
    given = payload.get("content_type")
    if given is None:
        return "application/octet-stream"
    if not isinstance(given, str) or not _CONTENT_TYPE.fullmatch(given):
        raise malformed("'content_type' must be such as text/csv or text/plain; charset=utf-8.")
    return given


def _unable(code: str, message: str, *, retryable: bool) -> Unable:
    return Unable(code, message, "Try again later." if retryable else None, {"retryable": retryable})
