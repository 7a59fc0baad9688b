"""The files that libraries read beside their code (time zones, catalogues), in memory: a tool has no file system.

They are found under the names that they had when the image was built, by `open`, `os.stat`, `os.listdir` and
`importlib.resources`. They cannot be changed, and there are no others.
"""

import builtins
import collections.abc
import functools
import io
import os
import pathlib
import stat
import sys
import zlib

from sealwright_runner import standins

# Code, what translators work on, and what is read while the library is imported.
_LEFT_OUT = (".py", ".pyc", ".pyi", ".po", ".pot", ".typed", ".c", ".zi", ".md", ".rst")
_READ_AT_IMPORT = frozenset({"text_unidecode"})
_READ_OFTEN = "tzdata"

_files = {}
# What is seldom read, by its name: (how long it is, what it packs to).
_packed = {}
_folders = {}


def bake(packages):
    """Take in what lies in the packages' folders. Called while they are still there."""
    for package in packages:
        there = [f"{entry}/{package}" for entry in sys.path if os.path.isdir(f"{entry}/{package}")]
        if there and package not in _READ_AT_IMPORT:
            keep = _files.__setitem__ if package == _READ_OFTEN else _pack
            _take(there[0], os.path.dirname(sys.modules[package].__file__), keep)


def bake_packed(files):
    """The same of packages that are not imported: `files` gives the file of each of their modules, by its name."""
    for package in sorted({name.partition(".")[0] for name in files}):
        there = [f"{entry}/{package}" for entry in sys.path if os.path.isdir(f"{entry}/{package}")]
        if there:
            _take(there[0], os.path.dirname(files[package]), _pack)


def packed_size():
    """In bytes."""
    return sum(len(packed) for _, packed in _packed.values())


def _pack(name, content):
    _packed[name] = (len(content), zlib.compress(content, 9))


def _take(folder, name, keep):
    inside = []
    for entry in sorted(os.listdir(folder)):
        path = f"{folder}/{entry}"
        if os.path.isdir(path):
            if entry != "__pycache__":
                _take(path, f"{name}/{entry}", keep)
                inside.append(entry)
        elif not entry.endswith(_LEFT_OUT):
            with open(path, "rb") as file:
                keep(f"{name}/{entry}", file.read())
            inside.append(entry)
    _folders[name] = tuple(inside)


def _content(name):
    """The file's bytes, or None."""
    return zlib.decompress(_packed[name][1]) if name in _packed else _files.get(name)


def zones():
    """The content of each time zone's file, by its key."""
    root = f"{os.path.dirname(sys.modules['tzdata'].__file__)}/zoneinfo/"
    return {path.removeprefix(root): content for path, content in _files.items() if content[:4] == b"TZif"}


class Reader:
    """What importlib.resources asks a package's loader for."""

    def __init__(self, package):
        self._folder = pathlib.Path(sys.modules[package].__file__).parent

    def files(self):
        return self._folder


def mount():
    standins.put(_opening(io.open), (io, "open"), (builtins, "open"))
    for name in ("stat", "lstat"):
        standins.put(_telling(getattr(os, name)), (os, name))
    standins.put(_listing(os.listdir), (os, "listdir"))
    standins.put(_scanning(os.scandir), (os, "scandir"))


def _named(path):
    """Of a path, or of what stands for one, the name that it would have here."""
    try:
        return os.path.normpath(os.fspath(path))
    except (TypeError, ValueError):
        return None


def _opening(otherwise):
    @functools.wraps(otherwise)
    def open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
        content = _content(_named(file)) if set(mode) <= set("rbt") else None
        if content is None:
            return otherwise(file, mode, buffering, encoding, errors, newline, closefd, opener)
        if "b" in mode:
            return io.BytesIO(content)
        return io.TextIOWrapper(io.BytesIO(content), encoding or "utf-8", errors, newline)

    return open


def _telling(otherwise):
    @functools.wraps(otherwise)
    def told(path, *args, **kwargs):
        name = _named(path)
        if name in _files or name in _packed:
            size = _packed[name][0] if name in _packed else len(_files[name])
            return os.stat_result((stat.S_IFREG | 0o444, 0, 0, 1, 0, 0, size, 0, 0, 0))
        if name in _folders:
            return os.stat_result((stat.S_IFDIR | 0o555, 0, 0, 1, 0, 0, 0, 0, 0, 0))
        return otherwise(path, *args, **kwargs)

    return told


def _listing(otherwise):
    @functools.wraps(otherwise)
    def listed(path="."):
        name = _named(path)
        return list(_folders[name]) if name in _folders else otherwise(path)

    return listed


class _Entry:
    """What `os.scandir` gives of one name."""

    def __init__(self, folder, name):
        self.name, self.path = name, f"{folder}/{name}"

    def is_dir(self, *, follow_symlinks=True):
        return self.path in _folders

    def is_file(self, *, follow_symlinks=True):
        return self.path in _files or self.path in _packed

    def is_symlink(self):
        return False

    def stat(self, *, follow_symlinks=True):
        return os.stat(self.path)

    def __fspath__(self):
        return self.path


def _scanning(otherwise):
    @functools.wraps(otherwise)
    def scanned(path="."):
        name = _named(path)
        if name not in _folders:
            return otherwise(path)
        return _Entries(name)

    return scanned


class _Entries(collections.abc.Iterator):
    def __init__(self, folder):
        self._left = iter([_Entry(folder, name) for name in _folders[folder]])

    def __next__(self):
        return next(self._left)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        self._left = iter(())
