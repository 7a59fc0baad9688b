"""Landlock: this process and its threads-to-be may read the given folders, write or execute the given files, and reach
nothing else by path or port.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

# The same numbers on every architecture.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1, 1 << 1, 1 << 2, 1 << 3, 1 << 14
_FS_RIGHTS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many of the lowest bits exist
_TCP_RIGHTS = 0b11  # bind, connect: ABI 4
_SCOPES = 0b11  # abstract sockets, signals: ABI 6
_O_PATH = 0x200000


def version(libc: ctypes.CDLL) -> int:
    """The ABI the kernel offers; below 1 there is none."""
    if sys.platform != "linux":
        return 0  # elsewhere the same number is another call
    return int(libc.syscall(_CREATE, None, 0, _VERSION_FLAG))


def restrict(
    libc: ctypes.CDLL, readable: Iterable[Path], writable: Iterable[Path] = (), executable: Iterable[Path] = ()
) -> int:
    """Bind the calling thread and those it starts later; gives the ABI. Raises OSError.

    Needs no_new_privs. Files that are open already stay usable.
    """
    abi = version(libc)
    if abi < 1:
        raise OSError(ctypes.get_errno(), "the kernel offers no Landlock")
    rights = (1 << _FS_RIGHTS_BY_ABI.get(abi, 16)) - 1
    attributes = struct.pack("QQQ", rights, _TCP_RIGHTS if abi >= 4 else 0, _SCOPES if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    rules = _checked(libc.syscall(_CREATE, attributes, size, 0))
    try:
        for path in readable:
            _allow(libc, rules, path, _READ_FILE | _READ_DIR if path.is_dir() else _READ_FILE)
        for path in writable:
            _allow(libc, rules, path, (_READ_FILE | _WRITE_FILE | _TRUNCATE) & rights)
        for path in executable:
            _allow(libc, rules, path, _READ_FILE | _EXECUTE)
        _checked(libc.syscall(_RESTRICT, rules, 0))
    finally:
        os.close(rules)
    return abi


def _allow(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    opened = os.open(path, _O_PATH | os.O_CLOEXEC)
    try:
        _checked(libc.syscall(_ADD, rules, _PATH_BENEATH, struct.pack("=Qi", rights, opened), 0))
    finally:
        os.close(opened)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
