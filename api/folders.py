"""The folder that everything is kept in. It holds every tenant's runs, so nobody else on the machine may look."""

import os
import stat
from pathlib import Path

from api.logs import log
from api.settings import Settings

OTHERS = 0o077
"""The umask of every command: what it makes is for its own user alone."""


def open_data_dir(settings: Settings) -> Path:
    """Make the data directory, or close one that stands open, and say so. Raises OSError."""
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    open_ones = [path for path in (folder, *_databases(folder)) if _is_open(path)]
    for path in open_ones:
        _close(path)
    if settings.database_url is None:
        # SQLite gives its other files the mode of this one.
        os.close(os.open(folder / "sealwright.db", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return folder


def _databases(folder: Path) -> list[Path]:
    return [*folder.glob("*.db*"), *folder.glob("*.keys")]


def _is_open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & OTHERS)


def _close(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    try:
        path.chmod(mode & ~OTHERS)
    except PermissionError:
        # A volume that somebody else owns, as orchestrators mount them. The files in it are still ours alone.
        log.warning("others may look into this, and it is not ours to close", path=str(path), mode=oct(mode))
    else:
        log.warning("others could look into this; it is closed now", path=str(path), mode=oct(mode))
