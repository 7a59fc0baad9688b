"""The tenant's files, by path. They are not a file system: read a whole file, write a whole file.

A file has at most 8 MiB; how much fits through one call is the run's `argument_bytes` and `response_bytes`, with
three bytes of a file as four in base64.
"""

import base64 as _base64

from sealwright import _host


def read(path):
    """The bytes of a file. Raises HostError with code "not_found"."""
    return _base64.b64decode(_host.call("files", "read", {"path": path})["base64"])


def read_text(path):
    return read(path).decode("utf-8")


def write(path, content, *, content_type=None, create_only=False):
    """Write a file; content is bytes or str. content_type: what a browser that downloads it is told.

    create_only: raise HostError with code "exists" where there is a file already, instead of replacing it.
    """
    if isinstance(content, str):
        content = content.encode("utf-8")
    encoded = _base64.b64encode(content).decode()
    asked = _host.given(path=path, base64=encoded, content_type=content_type, create_only=create_only or None)
    _host.call("files", "write", asked)


def list(prefix=""):
    """[{"path", "size"}] of the files under the prefix, sorted by path. More than 1,000 are a HostError "too_many"."""
    return _host.call("files", "list", {"prefix": prefix})


def delete(path):
    _host.call("files", "delete", {"path": path})


def exists(path):
    """Whether there is a file at this path."""
    return _host.call("files", "exists", {"path": path})


def link(path, *, expires_s=3600):
    """A URL from which anybody who has it can download the file as it is now, for so long (at most 7 days).

    Needs the permit `share PATH`.
    """
    return _host.call("files", "link", {"path": path, "expires_s": expires_s})["url"]
