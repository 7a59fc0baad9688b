"""An image's files, and the native code made of them, which is loaded only if we wrote it ourselves."""

import contextlib
import hashlib
import hmac
import json
import mmap
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from sandbox.image.templates import GlobalImport

MANIFEST = "manifest.json"
TEMPLATE = "template.wasm"
MEMORY = "memory"
HASHES = "hashes"
KEY = "key"


@dataclass(frozen=True, slots=True)
class Library:
    """A library that tools may import.

    `shelved`: large and wanted by few, so it lies in the image packed and is imported by the tool that wants it.
    `without`: patterns of files that are left out. `languages`: those whose data are not, where it has some.
    `own`: a part of the guest itself.
    """

    name: str
    version: str
    imports: tuple[str, ...]
    licence: str
    use: str
    shelved: bool = False
    own: bool = False
    without: tuple[str, ...] = ()
    languages: str = ""

    @classmethod
    def of(cls, listed: Mapping[str, Any]) -> "Library":
        name, version, licence, use = (str(listed[key]) for key in ("name", "version", "licence", "use"))
        how = {key: bool(listed.get(key, False)) for key in ("shelved", "own")}
        without, languages = tuple(listed.get("without", ())), str(listed.get("languages", ""))
        return cls(name, version, tuple(listed["imports"]), licence, use, **how, without=without, languages=languages)


@dataclass(frozen=True)
class Image:
    """A base image on disk. `digest` is a sha256 in hex that names its template and memory.

    `memory_pages` counts 64 KiB, of which what lies packed takes `shelved_pages`: no run has those counted. Below
    `stack_high` the memory is a dead stack; `watched` are the mutable globals.
    """

    root: Path
    digest: str
    python: str
    libraries: tuple[Library, ...]
    modules: tuple[str, ...]
    memory_pages: int
    stack_high: int
    watched: tuple[GlobalImport, ...]
    shelved_pages: int = 0

    @classmethod
    def read(cls, root: Path) -> "Image":
        """Raises FileNotFoundError when there is no finished image."""
        said = json.loads((root / MANIFEST).read_text())
        libraries = tuple(Library.of(one) for one in said["libraries"])
        watched = tuple(
            GlobalImport(one["instance"], one["name"], bytes.fromhex(one["type"])) for one in said["watched"]
        )
        plain = {key: said[key] for key in ("digest", "python", "memory_pages", "stack_high")}
        shelved = int(said.get("shelved_pages", 0))
        return cls(
            root,
            libraries=libraries,
            watched=watched,
            modules=tuple(said["modules"]),
            shelved_pages=shelved,
            **plain,
        )

    def write(self) -> None:
        """The manifest; written last, it says that the image is whole."""
        watched = [{**asdict(one), "type": one.type.hex()} for one in self.watched]
        said = {**asdict(self), "watched": watched}
        del said["root"]
        (self.root / MANIFEST).write_text(json.dumps(said, indent=1))

    @cached_property
    def memory(self) -> memoryview:
        """The base's memory, mapped."""
        with (self.root / MEMORY).open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ))

    @property
    def template(self) -> bytes:
        return (self.root / TEMPLATE).read_bytes()

    @property
    def hashes(self) -> bytes:
        """Eight bytes for each 4 KiB page of the memory."""
        return (self.root / HASHES).read_bytes()


def digest_of(template: bytes, memory: bytes | bytearray) -> str:
    found = hashlib.sha256(hashlib.sha256(template).digest())
    found.update(memory)
    return found.hexdigest()


class Forged(RuntimeError):  # noqa: N818  (reads as a sentence)
    """A file of native code is not the one we wrote."""


@dataclass(frozen=True, slots=True)
class Vault:
    """A folder of native code. Machine code is trusted, so each file carries a seal that only we can make."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> "Vault":
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = folder / KEY
        if not key.exists():
            made = key.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
            with contextlib.suppress(FileExistsError):
                os.link(made, key)  # never replaces a key that another process has just made
            made.unlink()
        return cls(folder)

    def write(self, name: str, code: BinaryIO) -> Path:
        path = self.folder / name
        made = path.with_suffix(f".{secrets.token_hex(4)}")
        with made.open("xb") as file:
            shutil.copyfileobj(code, file, 1 << 20)
        made.chmod(0o400)
        made.replace(path)
        self._seal_path(name).write_text(self._seal(name, path))
        return path

    def path(self, name: str) -> Path:
        """The file, once its seal has been checked. Raises FileNotFoundError or Forged."""
        path = self.folder / name
        said = self._seal_path(name).read_text()
        if not hmac.compare_digest(said, self._seal(name, path)):
            raise Forged(f"{path} is not the native code that was compiled here")
        return path

    def ensure(self, name: str, make: Callable[[], bytes | bytearray]) -> Path:
        """The checked file, made anew when there is none or another's."""
        try:
            return self.path(name)
        except (FileNotFoundError, Forged):
            return self.write(name, BytesIO(make()))

    def _seal_path(self, name: str) -> Path:
        return self.folder / f"{name}.seal"

    def _seal(self, name: str, path: Path) -> str:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        key = (self.folder / KEY).read_bytes()
        return hmac.new(key, name.encode() + b"\0" + content, hashlib.sha256).hexdigest()
