"""The base image: built once per recipe, by content; opened in milliseconds ever after."""

import contextlib
import fcntl
import fnmatch
import hashlib
import importlib.metadata
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Generator
from pathlib import Path

from sandbox.image import compiler, host_interface, linking, templates, wasm
from sandbox.image.artifacts import HASHES, MEMORY, TEMPLATE, Image, Library, digest_of
from sandbox.image.immortals import make_immortal, mark_nothing

_HERE = Path(__file__).parent
_GUEST = _HERE.parent / "guest"
_LIBRARIES = _HERE / "libraries.toml"
_TOOLCHAIN = ("componentize-py", "wasmtime")
_PYTHON = "3.14.0"
# From a memory's bytes: eight bytes for each of its 4 KiB pages, as the reader of a fork counts them.
PageHashes = Callable[[bytes | bytearray], bytes]


class WrongLibrary(RuntimeError):  # noqa: N818  (reads as a sentence)
    """An installed package has another version than the image's list."""


def libraries() -> tuple[Library, ...]:
    """The curated list, in its order."""
    listed = tomllib.loads(_LIBRARIES.read_text())["library"]
    return tuple(Library.of(one) for one in listed)


def recipe() -> str:
    """Names everything an image is made of, without making it: sha256 in hex."""
    found = hashlib.sha256()
    for key in _TOOLCHAIN:
        found.update(f"{key} {importlib.metadata.version(key)}\n".encode())
    # How it is cut, read and hashed, beside what is in it: this folder is all that an image is made by.
    for folder in (_GUEST, _HERE):
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"):
            found.update(f"{path.relative_to(_HERE.parent)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def ensure(root: Path, page_hashes: PageHashes, say: Callable[[str], None]) -> Image:
    """The image of this release, built in `root` if it is not there yet. One process builds, the others wait.

    Raises CompilerFailed, WrongLibrary or Malformed when it cannot be built.
    """
    root = root.absolute()  # the compiler runs in a folder of its own
    folder = root / recipe()[:24]
    try:
        return Image.read(folder)
    except FileNotFoundError:
        root.mkdir(parents=True, exist_ok=True)
        with _locked(root / f"{folder.name}.lock", say):
            return _build_once(folder, page_hashes, say)


def _build_once(folder: Path, page_hashes: PageHashes, say: Callable[[str], None]) -> Image:
    with contextlib.suppress(FileNotFoundError):
        return Image.read(folder)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as scratch:
        made = Path(scratch) / "image"
        made.mkdir()
        _build(Path(scratch), made, page_hashes, say)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    return Image.read(folder)


@contextlib.contextmanager
def _locked(path: Path, say: Callable[[str], None]) -> Generator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another process builds the image; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(scratch: Path, folder: Path, page_hashes: PageHashes, say: Callable[[str], None]) -> None:
    chosen = libraries()
    source = prepare(scratch, chosen, say)
    say("building the image: importing them and taking the memory (2 of 3)")
    compiler.componentize("sealwright_image", source, source / "tool.wit", scratch / "image.wasm")
    say("building the image: linking, cutting and checking (3 of 3)")
    parts = templates.cut(linking.link((scratch / "image.wasm").read_bytes(), host_interface.ANSWERED))
    make_immortal(parts.memory, (source / "objects").read_bytes(), (source / "types").read_bytes())
    mark_nothing(parts.memory)
    (folder / HASHES).write_bytes(page_hashes(parts.memory))
    _write(folder, source, parts, chosen)


def prepare(scratch: Path, chosen: tuple[Library, ...], say: Callable[[str], None]) -> Path:
    """A folder from which componentize-py makes an image: our guest, the libraries, the code of every module."""
    source = scratch / "source"
    shutil.copytree(_GUEST, source, ignore=shutil.ignore_patterns("__pycache__"))
    _offer(source / "sealwright")
    say(f"building the image: {len(chosen)} libraries and the standard library")
    for library in chosen:
        if not library.own:
            _copy(library, source)
    for place, shelved in (("libraries", False), ("shelved", True)):
        names = [name for library in chosen if library.shelved is shelved for name in library.imports]
        (source / place).write_text("\n".join(names))
    (source / "loads").write_text("1")  # how many sources the image takes: a component holds one tool
    say("building the image: compiling every module (1 of 3)")
    _harvest(source, scratch)
    return source


def _offer(sdk: Path) -> None:
    """Have the SDK import its modules: the guest cannot look for them, it has no files."""
    names = sorted(path.stem for path in sdk.glob("*.py") if not path.stem.startswith("_"))
    (sdk / "_offered.py").write_text(f"from sealwright import {', '.join(names)}\n\n__all__ = {names!r}\n")


def _copy(library: Library, into: Path) -> None:
    """The package's Python files. What it has compiled for this machine is of no use to the guest."""
    found = importlib.metadata.distribution(library.name)
    if found.version != library.version:
        raise WrongLibrary(f"{library.name} {found.version} is installed, libraries.toml says {library.version}")
    for file in found.files or ():
        if _belongs(file) and _is_wanted(library, file):
            target = into / str(file)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(found.locate_file(file)), target)


def _belongs(file: importlib.metadata.PackagePath) -> bool:
    top = file.parts[0]
    if top == ".." or file.suffix in {".so", ".pyc", ".pyi"} or {"tests", "test"} & set(file.parts):
        return False
    return not top.endswith(".dist-info") or file.name in {"METADATA", "entry_points.txt"}


def _is_wanted(library: Library, file: importlib.metadata.PackagePath) -> bool:
    if any(fnmatch.fnmatch(str(file), pattern) for pattern in library.without):
        return False
    if not library.languages or file.suffix != ".dat" or file.parent.name != "locale-data":
        return True
    return file.stem.partition("_")[0] in library.languages.split()


def _harvest(source: Path, scratch: Path) -> None:
    """This step ends with the guest's own error once its files are written."""
    try:
        compiler.componentize("sealwright_harvest", source, source / "tool.wit", scratch / "none.wasm")
    except compiler.CompilerFailed:
        if not (source / "missing").exists():
            raise


def _shelf(source: Path) -> list[Path]:
    return [path for path in (source / "shelf").iterdir() if path.name != "index"]


def _write(folder: Path, source: Path, parts: templates.Cut, chosen: tuple[Library, ...]) -> None:
    template = templates.template(parts)
    (folder / TEMPLATE).write_bytes(template)
    (folder / MEMORY).write_bytes(parts.memory)
    Image(
        folder,
        digest_of(template, parts.memory),
        _PYTHON,
        chosen,
        (*(source / "modules").read_text().split(), *sorted(path.name for path in _shelf(source))),
        parts.memory_pages,
        parts.stack_high,
        tuple(parts.watched),
        int((source / "shelved_bytes").read_text()) // wasm.PAGE_BYTES,
    ).write()
