"""A backup's folder: files under names, each with its hash in a manifest that is written last."""

import gzip
import hashlib
import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from tenants.backups.rows import Form
from tenants.base.errors import TenantsError

FORMAT = 1
_MANIFEST = "manifest.json"
KEYS = "secrets.keys"


class BackupError(TenantsError):
    """This backup cannot be taken, or not be restored."""

    code = "backup"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `keys`: fingerprints by id of all that something in it is wrapped by.

    `files`: sha256 and size by name; `rows`: how many by table, `forms`: their columns, in an order in which they can
    be written; `images`: digests.
    """

    taken_at: str
    revision: str
    keys: Mapping[str, str | None]
    has_keys: bool
    images: list[str]
    rows: dict[str, int]
    forms: list[Form]
    files: dict[str, tuple[str, int]]
    format: int = FORMAT

    @classmethod
    def parse(cls, text: str) -> "Manifest":
        """Raises BackupError."""
        try:
            said: dict[str, Any] = json.loads(text)
            if said["format"] != FORMAT:
                raise BackupError(f"This backup has the format {said['format']}; this release reads {FORMAT}.")
            forms = [Form(one["table"], one["columns"]) for one in said.pop("forms")]
            files = {name: (digest, size) for name, (digest, size) in said.pop("files").items()}
            return cls(forms=forms, files=files, **said)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise BackupError(f"The backup's {_MANIFEST} is none: {error}.") from error


@dataclass
class Archive:
    """A folder that a backup is written to, or read from."""

    folder: Path
    files: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])

    @contextmanager
    def writing(self, name: str) -> Generator["Hashed"]:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            hashed = Hashed(file)
            yield hashed
        self.files[name] = (hashed.sha256.hexdigest(), hashed.size)

    @contextmanager
    def writing_lines(self, name: str) -> Generator[gzip.GzipFile]:
        with self.writing(name) as file, gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) as lines:
            yield lines

    @contextmanager
    def reading_lines(self, name: str) -> Generator[gzip.GzipFile]:
        with gzip.open(self.folder / name, "rb") as lines:
            yield lines

    def put(self, name: str, content: bytes) -> None:
        with self.writing(name) as file:
            file.write(content)

    def seal(self, manifest: Manifest) -> None:
        (self.folder / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))

    def manifest(self) -> Manifest:
        """What it says it holds. Raises BackupError."""
        path = self.folder / _MANIFEST
        if not path.is_file():
            raise BackupError(f"There is no whole backup at {self.folder}: {_MANIFEST} is missing.")
        return Manifest.parse(path.read_text())

    def check(self, manifest: Manifest) -> None:
        """Compare every file with its hash. Raises BackupError."""
        for name, (digest, size) in manifest.files.items():
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise BackupError(f"The backup names {name!r}, outside of its folder.")
            path = self.folder / name
            if not path.is_file() or path.stat().st_size != size or _digest(path) != digest:
                raise BackupError(f"The backup's {name} is missing, or is not as it was written.")


class Hashed:
    """A file being written, with the hash of what went into it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()
        self.size = 0

    def write(self, content: bytes) -> int:
        self.sha256.update(content)
        self.size += len(content)
        return self._file.write(content)

    def flush(self) -> None:
        self._file.flush()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
