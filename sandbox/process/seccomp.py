"""A system call filter: what a worker needs to compute and to talk to its parent, and nothing else.

Written by hand as classic BPF (four kinds of instruction), so that it needs no library. Anything not listed answers
EPERM; a system call of another architecture kills the process.
"""

import ctypes
import platform
import struct
import sys

# name: (x86-64, aarch64). -1 where the architecture has none.
CALLS = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "poll": (7, -1),
    "ppoll": (271, 73),
    "lseek": (8, 62),
    "pread64": (17, 67),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "membarrier": (324, 283),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "gettimeofday": (96, 169),
    "getrandom": (318, 278),
    "getrusage": (98, 165),
    "sendto": (44, 206),
    "recvfrom": (45, 207),
    "sendmsg": (46, 211),
    "recvmsg": (47, 212),
    "fcntl": (72, 25),
    "restart_syscall": (219, 128),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
# What a process that forks others and watches them needs besides.
_FORKING = {
    "wait4": (61, 260),
    "kill": (62, 129),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "setrlimit": (160, 164),
    "seccomp": (317, 277),
    "socketpair": (53, 199),
    "getppid": (110, 173),
    "ioctl": (16, 29),
}
# What a process that keeps a database in a file needs besides. Which files is for Landlock to say.
_FILES = {
    "open": (2, -1),
    "stat": (4, -1),
    "lstat": (6, -1),
    "access": (21, -1),
    "readlink": (89, -1),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "pwrite64": (18, 68),
    "ftruncate": (77, 46),
    "fallocate": (285, 47),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "fchmod": (91, 52),
    "fchown": (93, 55),
    "unlink": (87, -1),
    "unlinkat": (263, 35),
}
# What a process needs to become another program, and that program to load itself. Which one is for Landlock to say.
_EXECUTING = {
    "execve": (59, 221),
    "arch_prctl": (158, -1),
    "set_tid_address": (218, 96),
    "prlimit64": (302, 261),
    "access": (21, -1),
    "faccessat": (269, 48),
    "readlink": (89, -1),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
    "ioctl": (16, 29),
}
_OPENAT = (257, 56)
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_SETPRIORITY = (141, 140)
_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CLONE_THREAD = 0x00010000
# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET: no child may come into a namespace of its own.
_CLONE_NEW = 0x7E020000
# O_WRONLY, O_RDWR, O_CREAT, O_TRUNC: the same on both.
_WRITING = 0o1103
_X32_BIT = 0x40000000

_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_LOAD, _IF_EQUAL, _IF_SET, _IF_GREATER_EQUAL, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_AT_CALL, _AT_ARCH, _AT_FIRST_ARGUMENT, _AT_SECOND_ARGUMENT, _AT_THIRD_ARGUMENT = 0, 4, 16, 24, 32
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SET_MODE_FILTER, _ON_EVERY_THREAD = 1, 1


def _cloning(*, forks: bool) -> list[bytes]:
    """A thread is allowed and a process is not; with `forks`, anything plain is."""
    flags = (_CLONE_NEW, 1, 0) if forks else (_CLONE_THREAD, 0, 1)
    return [
        _step(_LOAD, _AT_FIRST_ARGUMENT),
        _step(_IF_SET, *flags),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _ERRNO | _EPERM),
    ]


def _opening(*, files: bool) -> list[bytes]:
    """Files may be read; with `files`, written."""
    return [
        _step(_LOAD, _AT_THIRD_ARGUMENT),
        _step(_IF_SET, 0 if files else _WRITING, 0, 1),
        _step(_RETURN, _ERRNO | _EPERM),
        _step(_RETURN, _ALLOW),
    ]


def _standing_back() -> list[bytes]:
    """A thread may stand back behind others: itself, and no other."""
    return [
        _step(_LOAD, _AT_FIRST_ARGUMENT),
        _step(_IF_EQUAL, 0, 0, 3),
        _step(_LOAD, _AT_SECOND_ARGUMENT),
        _step(_IF_EQUAL, 0, 0, 1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _ERRNO | _EPERM),
    ]


def program(machine: str, *, forks: bool = False, files: bool = False, executes: bool = False) -> bytes:
    """The filter for `x86_64` or `aarch64`. Raises KeyError for any other. `forks`: other processes may be made.
    `files`: files may be written. `executes`: the process may become another program.
    """
    column = 0 if machine == "x86_64" else 1
    steps = [
        _step(_LOAD, _AT_ARCH),
        _step(_IF_EQUAL, _ARCH[machine], 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _AT_CALL),
        _step(_IF_GREATER_EQUAL, _X32_BIT, 0, 1),
        _step(_RETURN, _KILL),
        # clone3 hides its flags behind a pointer: say it does not exist, and libc falls back to clone.
        *_when(_CLONE3[column], [_step(_RETURN, _ERRNO | _ENOSYS)]),
        *_when(_CLONE[column], _cloning(forks=forks)),
        *_when(_OPENAT[column], _opening(files=files)),
        *_when(_SETPRIORITY[column], _standing_back()),
    ]
    more = [_FORKING] * forks + [_FILES] * files + [_EXECUTING] * executes
    for numbers in [*CALLS.values(), *(numbers for calls in more for numbers in calls.values())]:
        if numbers[column] >= 0:
            steps += _when(numbers[column], [_step(_RETURN, _ALLOW)])
    return b"".join([*steps, _step(_RETURN, _ERRNO | _EPERM)])


def install(libc: ctypes.CDLL, *, forks: bool = False, files: bool = False, executes: bool = False) -> None:
    """Bind every thread of this process. Raises OSError where the kernel does not grant it.

    `forks`: it may make processes, and must bind each of them again, without. `files`: it may write files.
    `executes`: it may become another program.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _ARCH:
        raise OSError(0, f"no filter is written for {machine} under {sys.platform}")
    code = program(machine, forks=forks, files=files, executes=executes)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    done = libc.syscall(_SECCOMP[machine], _SET_MODE_FILTER, _ON_EVERY_THREAD, header)
    if done != 0:
        raise OSError(ctypes.get_errno(), "seccomp was refused")


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, then, otherwise, value)


def _when(number: int, body: list[bytes]) -> list[bytes]:
    return [_step(_IF_EQUAL, number, 0, len(body)), *body]
