"""A body of multipart/form-data (RFC 7578), written one way: the same request has the same bytes, boundary included."""

import base64
import hashlib
import mimetypes
import re
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message
from typing import Any, cast

from sandbox.capabilities.permits import Malformed, demand_known

FILES_MAX = 50
_FIELDS = ("name", "filename", "content_type", "text", "base64")
_NAME_CHARACTERS = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTENT_TYPE = re.compile(
    r"[A-Za-z0-9!#$&^_.+-]{1,80}/[A-Za-z0-9!#$&^_.+-]{1,120}(?:; ?[a-z-]{1,40}=[\w./+-]{1,80}){0,3}"
)
# Its own tables and not the machine's: what a request is does not depend on where it is made.
_TYPES = mimetypes.MimeTypes(filenames=())


def encode(fields: Sequence[tuple[str, str]], files: object) -> tuple[str, bytes]:
    """The content type and the body of these fields and files. Raises Malformed.

    files: `{"name", "filename"?, "content_type"?, "text" or "base64"}`.
    """
    if not isinstance(files, list) or not 0 < len(cast("list[object]", files)) <= FILES_MAX:
        raise Malformed(f"'files' must be a list of 1 to {FILES_MAX}.")
    parts = [_part(name, None, None, _encoded(value)) for name, value in fields]
    parts += [_file(one) for one in cast("list[object]", files)]
    boundary = f"sealwright-{hashlib.sha256(b''.join(parts)).hexdigest()[:40]}"
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return f"multipart/form-data; boundary={boundary}", body


def fields_of(content_type: str, content: bytes) -> Iterator[tuple[str, str]]:
    """The fields of a body that `encode` made, without its files."""
    boundary = content_type.partition("boundary=")[2]
    for part in content.split(f"--{boundary}".encode())[1:-1]:
        head, _, value = part[2:-2].partition(b"\r\n\r\n")
        said = Message()
        said["Content-Disposition"] = head.decode().partition(":")[2].partition("\r\n")[0].strip()
        name = said.get_param("name", header="content-disposition")
        if isinstance(name, str) and said.get_filename() is None:
            yield _plain(name), value.decode("utf-8", "replace")


def named_texts(files: object) -> Iterator[tuple[str, str]]:
    """The names of files, each with the beginning of its content: a receiver may take it for a field."""
    for one in cast("list[object]", files) if isinstance(files, list) else []:
        named: Mapping[str, object] = cast("Mapping[str, object]", one) if isinstance(one, Mapping) else {}
        name, text, packed = named.get("name"), named.get("text"), named.get("base64")
        if isinstance(packed, str):
            text = _beginning(packed)
        if isinstance(name, str) and isinstance(text, str):
            yield name, text[:60]


def _beginning(packed: str) -> str:
    try:
        return base64.b64decode(packed[:80]).decode("latin-1")
    except ValueError:  # what is no base64 is refused where it would be sent
        return ""


def _file(given: object) -> bytes:
    if not isinstance(given, Mapping):
        raise Malformed("a file is an object.")
    one = cast("Mapping[str, Any]", given)
    demand_known(one, _FIELDS, "a file")
    filename = one.get("filename")
    if filename is not None:
        filename = _named(filename, "filename")
    kind: object = one.get("content_type")
    if kind is None:
        kind = (_TYPES.guess_type(filename)[0] if filename else None) or "application/octet-stream"
    if not isinstance(kind, str) or not _CONTENT_TYPE.fullmatch(kind):
        raise Malformed(f"{str(kind)[:100]!r} is no content type for a file, such as application/pdf.")
    return _part(_named(one.get("name"), "name"), filename, kind, _content(one))


def _named(given: object, what: str) -> str:
    fits = isinstance(given, str) and 0 < len(given) <= _NAME_CHARACTERS and not _CONTROL.search(given)
    if not fits:
        raise Malformed(f"the {what} of a file is a text of 1 to {_NAME_CHARACTERS} characters on one line.")
    return str(given)


def _content(file: Mapping[str, Any]) -> bytes:
    if ("text" in file) == ("base64" in file):
        raise Malformed("a file has a name, and its content: bytes or a text.")
    try:
        if "text" not in file:
            return base64.b64decode(str(file["base64"]), validate=True)
        if isinstance(file["text"], str):
            return file["text"].encode()
    except ValueError as error:
        raise Malformed("the content of a file is not base64, or holds half a character.") from error
    raise Malformed("the text of a file must be a text.")


def _part(name: str, filename: str | None, kind: str | None, content: bytes) -> bytes:
    said = f'form-data; name="{_quoted(name)}"'
    if filename is not None:
        said += f'; filename="{_quoted(filename)}"'
    head = f"Content-Disposition: {said}\r\n" + (f"Content-Type: {kind}\r\n" if kind else "")
    return _encoded(head) + b"\r\n" + content


def _quoted(text: str) -> str:
    """As browsers write it: UTF-8, and what would end the name in its escaped form."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _plain(name: str) -> str:
    return name.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Malformed("the body holds half a character (a lone surrogate).") from error
