"""Where files' contents lie: a folder of this machine, or a bucket of an S3 API. The only place that knows obstore."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, S3Store

if TYPE_CHECKING:  # they are there for types only
    from obstore.store import ClientConfig, S3Config

_OPTIONS = frozenset({"endpoint", "region", "path_style"})


class GoneError(Exception):
    """There is nothing under this key."""


class StoreAwayError(Exception):
    """The store does not do what it is asked: away, full, or its credentials do not hold. The message is its own."""


class Bucket:
    """Contents by key; each is written once. Raises StoreAwayError from everything."""

    def __init__(self, store: LocalStore | S3Store, tidying: LocalStore | None = None) -> None:
        """`tidying`: the same folder, where a removal takes away the folders that are empty then."""
        self._store = store
        self._tidying = tidying

    @classmethod
    def open(cls, where: str | Path) -> "Bucket":
        """From a folder, made when it is missing, or `s3://BUCKET[/PREFIX][?endpoint=URL&region=NAME&path_style=true]`.

        Credentials come from where AWS's own tools look for them. Raises ValueError.
        """
        if isinstance(where, Path) or "://" not in where:
            folder = Path(where)
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            there = folder.absolute()
            return cls(LocalStore(prefix=there), LocalStore(prefix=there, automatic_cleanup=True))
        url = urlsplit(where)
        said = {name: values[-1] for name, values in parse_qs(url.query).items()}
        if url.scheme != "s3" or not url.netloc or said.keys() - _OPTIONS:
            raise ValueError("The storage URL is s3://BUCKET[/PREFIX][?endpoint=URL&region=NAME&path_style=true].")
        return cls(_s3(url.netloc, url.path.strip("/"), said))

    async def put(self, key: str, content: bytes, content_type: str, name: str) -> None:
        """Write under a key that is new. `name` is what the file is called when it is downloaded."""
        # A folder keeps no such things; there our own route says them.
        about = {"Content-Type": content_type, "Content-Disposition": disposition(name)}
        async with _told():
            await obstore.put_async(
                self._store,
                key,
                content,
                mode="create",
                use_multipart=False,
                attributes=about if isinstance(self._store, S3Store) else None,
            )

    async def get(self, key: str) -> bytes:
        """Raises GoneError."""
        async with _told():
            try:
                return bytes(await (await obstore.get_async(self._store, key)).bytes_async())
            except FileNotFoundError:
                raise GoneError from None

    async def delete(self, key: str) -> None:
        async with _told():
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                return

    async def list_below(self, prefix: str) -> dict[str, datetime]:
        """The keys that begin with `prefix`, which ends with a slash, and when each was written."""
        async with _told():
            listed: Any = obstore.list  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  (one form is of another library)
            found = await listed(self._store, prefix).collect_async()
        return {one["path"]: one["last_modified"] for one in found}

    async def delete_below(self, prefix: str) -> int:
        """Remove everything that begins with `prefix`, which ends with a slash, and its folders; return how many."""
        found = await self.list_below(prefix)
        if self._tidying is not None:
            # A folder is taken away with the last thing in it: one that was empty gets something.
            await self.put(f"{prefix}last", b"", "", "last")
        async with _told():
            for key in (*found, *([f"{prefix}last"] if self._tidying else [])):
                await obstore.delete_async(self._tidying or self._store, key)
        return len(found)

    async def link(self, key: str, expires_s: int) -> str | None:
        """A URL that the store itself answers for so long; None where it is a folder."""
        if not isinstance(self._store, S3Store):
            return None
        async with _told():
            return await obstore.sign_async(self._store, "GET", key, timedelta(seconds=expires_s))


def disposition(name: str) -> str:
    """Files are for downloading: shown inside a page of ours, they could be one."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


@asynccontextmanager
async def _told() -> AsyncGenerator[None]:
    try:
        yield
    except AlreadyExistsError as error:
        # Keys are random: this is the store's own repeat of a write whose answer was lost.
        del error
    except (BaseError, OSError) as error:
        raise StoreAwayError(str(error).splitlines()[0][:300] if str(error) else type(error).__name__) from error


def _s3(bucket: str, prefix: str, said: dict[str, str]) -> S3Store:
    endpoint = said.get("endpoint")
    # With none, obstore finds Amazon's by the region.
    there: S3Config = {"endpoint": endpoint} if endpoint else {}
    options: ClientConfig = {"connect_timeout": "5s", "timeout": "30s"}
    if endpoint is not None and endpoint.startswith("http://"):
        options["allow_http"] = True
    path_style = said.get("path_style", "true" if endpoint else "false") == "true"
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=there,
        region=said.get("region", "us-east-1"),
        virtual_hosted_style_request=not path_style,
        client_options=options,
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
    )
