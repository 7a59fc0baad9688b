"""Native code on disk: bounded, sealed, each file made once however many ask for it at the same time."""

import asyncio
import hashlib
import os
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from sandbox.contract.components import Component
from sandbox.image.artifacts import Forged, Vault
from sandbox.machine.native_code import Form
from sandbox.machine.native_keys import USUAL_METER, MeterKind, meter_name, native_key

BYTES_MAX = 4 << 30


class Cache:
    """The components' native code of one machine. What was unused for longest makes room."""

    def __init__(self, vault: Vault, bytes_max: int = BYTES_MAX, meter: MeterKind = USUAL_METER):
        self._vault, self._bytes_max = vault, bytes_max
        self.meter = meter_name(meter)
        self._folder = str(vault.folder)
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self._checked: set[str] = set()
        self._in_use: Counter[str] = Counter()
        self._making: dict[str, asyncio.Lock] = {}
        self._bytes = 0

    @classmethod
    def open(cls, folder: Path, bytes_max: int = BYTES_MAX, meter: MeterKind = USUAL_METER) -> "Cache":
        """Named by what native code depends on, so that another wasmtime or machine never meets these files."""
        # Absolute: workers, which open these files by name, start in a folder of their own.
        vault = Vault.open(folder.absolute() / f"native-{native_key(meter)}")
        # A worker that runs as nobody opens files by their name, and lists nothing.
        vault.folder.chmod(0o711)
        cache = cls(vault, bytes_max, meter)
        files = [path for path in vault.folder.iterdir() if path.with_name(f"{path.name}.seal").exists()]
        for path in sorted(files, key=lambda path: path.stat().st_mtime):
            cache._note(path.name, path.stat().st_size)
        return cache

    @property
    def folder(self) -> Path:
        return self._vault.folder

    def holds(self, name: str) -> bool:
        """Whether this file is here and has been checked."""
        return name in self._checked

    def _is_there(self, name: str) -> bool:
        """Another process may share the folder, and may have made room in it."""
        # Asked before every run: pathlib takes ten times as long.
        return name in self._checked and os.access(f"{self._folder}/{name}", os.F_OK)

    @asynccontextmanager
    async def file(
        self, component: Component, form: Form, make: Callable[[BinaryIO], Awaitable[None]]
    ) -> AsyncGenerator[str]:
        """The component's native code, by its path; `make` writes it when it is missing or not ours.

        It stays while in use.
        """
        name = name_of(component, form)
        self._in_use[name] += 1
        try:
            if not self._is_there(name):
                async with self._making.setdefault(name, asyncio.Lock()):
                    await self._ensure(name, make)
                self._making.pop(name, None)
            self._sizes.move_to_end(name)
            yield f"{self._folder}/{name}"
        finally:
            self._in_use[name] -= 1
            if not self._in_use[name]:
                del self._in_use[name]

    async def put(self, component: Component, form: Form, native: BinaryIO) -> None:
        """Keep native code that was just made, and written to `native`."""
        name = name_of(component, form)
        self._keep(name, await asyncio.to_thread(self._write, name, native))

    async def _ensure(self, name: str, make: Callable[[BinaryIO], Awaitable[None]]) -> None:
        if self._is_there(name):
            return
        try:
            path = await asyncio.to_thread(self._vault.path, name)
        except (FileNotFoundError, Forged):
            with TemporaryFile(dir=self._folder) as native:
                await make(native)
                path = await asyncio.to_thread(self._write, name, native)
        self._keep(name, path)

    def _keep(self, name: str, path: Path) -> None:
        self._note(name, path.stat().st_size)
        self._checked.add(name)
        self._make_room()

    def _write(self, name: str, native: BinaryIO) -> Path:
        native.seek(0)
        path = self._vault.write(name, native)
        path.chmod(0o444)
        return path

    def _note(self, name: str, size: int) -> None:
        self._bytes += size - self._sizes.pop(name, 0)
        self._sizes[name] = size

    def _make_room(self) -> None:
        for name in [name for name in self._sizes if name not in self._in_use]:
            if self._bytes <= self._bytes_max:
                return
            self._bytes -= self._sizes.pop(name)
            self._checked.discard(name)
            for path in (self._vault.folder / name, self._vault.folder / f"{name}.seal"):
                path.unlink(missing_ok=True)


def name_of(component: Component, form: Form) -> str:
    """What is asked for, by content: neither name nor source can make two components share a file."""
    return file_name(component.image, component.digest, form)


@lru_cache(maxsize=4096)
def file_name(image: str, digest: str, form: Form) -> str:
    """What a component's native code is called, by the digests of its image and of itself."""
    return hashlib.sha256(f"{image} {digest} {form}".encode()).hexdigest()
