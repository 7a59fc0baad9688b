"""The tenant's files, by path. They are not a file system: read a whole file, write a whole file.

A file has at most 8 MiB; how much fits through one call is the run's `argument_bytes` and `response_bytes`, in
base64.

Bounds: a path has up to 500 characters and no `.`, `..` or leading `/`. Reading, writing and links may raise HostError
"unavailable" (retryable): the store does not answer.
"""

import base64 as _base64
import builtins

from sealwright import _host
from sealwright._errors import Json


def read(path: str) -> bytes:
    """The bytes of a file. Raises HostError with code "not_found"."""
    return _base64.b64decode(_host.call("files", "read", {"path": path})["base64"])


def read_text(path: str) -> str:
    """Raises HostError "not_found", or UnicodeDecodeError where it is no UTF-8."""
    return read(path).decode("utf-8")


def write(path: str, content: bytes | str, *, content_type: str | None = None, create_only: bool = False) -> None:
    """Write a file; content is bytes or str. content_type: what a browser that downloads it is told.

    create_only: raise HostError with code "exists" where there is a file already, instead of replacing it.

    Raises HostError "too_large" above 8 MiB, and "over_quota" above what the tenant may keep (1 GiB, 10,000 files).
    A str is written as UTF-8. content_type: "application/octet-stream" unless given.
    """
    if isinstance(content, str):
        content = content.encode("utf-8")
    encoded = _base64.b64encode(content).decode()
    asked = _host.given(path=path, base64=encoded, content_type=content_type, create_only=create_only or None)
    _host.call("files", "write", asked)


def list(prefix: str = "") -> builtins.list[dict[str, Json]]:
    """[{"path", "size"}] of the files under the prefix, sorted by path. More than 1,000 are a HostError "too_many".

    Raises only that. size: in bytes.
    """
    return _host.call("files", "list", {"prefix": prefix})


def delete(path: str) -> None:
    """Raises CapabilityRefused beyond the grant; a file that is not there is no error."""
    _host.call("files", "delete", {"path": path})


def exists(path: str) -> bool:
    """Whether there is a file at this path.

    Raises CapabilityRefused beyond the grant.
    """
    return _host.call("files", "exists", {"path": path})


def link(path: str, *, expires_s: int = 3600) -> str:
    """A URL from which anybody who has it can download the file as it is now, for so long (at most 7 days).

    Needs the permit `share PATH`.

    Raises HostError "not_found". expires_s: 1 to 604,800 seconds.
    """
    return _host.call("files", "link", {"path": path, "expires_s": expires_s})["url"]
