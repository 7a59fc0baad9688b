"""The tenant's files, by path. They are not a file system: read a whole file, write a whole file."""

import base64 as _base64

from sealwright import _host


def read(path):
    """The bytes of a file. Raises HostError with code "not_found"."""
    return _base64.b64decode(_host.call("files", "read", {"path": path})["base64"])


def read_text(path):
    return read(path).decode("utf-8")


def write(path, content):
    """Write a file; content is bytes or str."""
    if isinstance(content, str):
        content = content.encode("utf-8")
    _host.call("files", "write", {"path": path, "base64": _base64.b64encode(content).decode()})


def list(prefix=""):
    """[{"path", "size"}] of the files under the prefix, sorted by path."""
    return _host.call("files", "list", {"prefix": prefix})


def delete(path):
    _host.call("files", "delete", {"path": path})


def exists(path):
    """Whether there is a file at this path."""
    return _host.call("files", "exists", {"path": path})
