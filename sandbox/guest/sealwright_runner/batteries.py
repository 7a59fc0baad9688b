"""Which modules the image has imported before it is sealed. What is not imported here cannot be imported by a tool."""

import os
import sys

# No use in a sandbox, or large for what they give. Modules whose C half wasi lacks fail by themselves.
LEFT_OUT = {
    "_pyrepl",
    "antigravity",
    "ctypes",
    "curses",
    "dbm",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "multiprocessing",
    "pydoc",
    "pydoc_data",
    "test",
    "this",
    "tkinter",
    "turtle",
    "turtledemo",
    "venv",
    "webbrowser",
    "xmlrpc",
    "__phello__",
    "__hello__",
    "_aix_support",
    "_android_support",
    "_apple_support",
    "_ios_support",
    "_osx_support",
    "nturl2path",
    "ntpath",
    "_sitebuiltins",
    "unittest.__main__",
    "sqlite3.__main__",
    "encodings.mbcs",
    "encodings.oem",
    "_strptime_",
    "cProfile",
    "pstats",
    "profile",
    "doctest",
    "bdb",
    "pdb",
    "pty",
    "tty",
    "pipes",
    "imaplib",
    "nntplib",
    "poplib",
    "smtplib",
    "ftplib",
    "telnetlib",
    "socketserver",
    "wsgiref",
    "http.server",
    "asyncio.__main__",
    "code",
    "codeop",
    "rlcompleter",
    "compileall",
    "py_compile",
    "_pydatetime",
    "_pydecimal",
    "_pyio",
    "mailbox",
    "pickletools",
    "tabnanny",
    "trace",
    "zipapp",
    "modulefinder",
    "pyclbr",
    "symtable",
    "concurrent.interpreters",
}


def import_batteries(libraries):
    """Import everything once; returns {name: why} of what could not be imported."""
    missing = {}
    standard = [name for name in sorted(sys.stdlib_module_names) if name not in LEFT_OUT]
    for name in [*standard, *libraries]:
        _import(name, missing)
    return missing


def _import(name, missing):
    if name in LEFT_OUT or name.endswith(".__main__") or ".test" in name:
        return
    try:
        __import__(name)
    except BaseException as error:
        missing[name] = f"{type(error).__name__}: {error}"
        return
    for directory in getattr(sys.modules[name], "__path__", ()):
        for child in sorted(_children(directory)):
            _import(f"{name}.{child}", missing)


def _children(directory):
    for entry in os.listdir(directory):
        if entry.endswith(".py") and entry != "__init__.py":
            yield entry[:-3]
        elif entry.isidentifier() and os.path.isfile(f"{directory}/{entry}/__init__.py"):
            yield entry


def import_harvested(names):
    """Import what the first step could, without looking at directories."""
    for name in sorted(sys.builtin_module_names):
        if name not in LEFT_OUT:
            __import__(name)
    for name in names:
        __import__(name)
