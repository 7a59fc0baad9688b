"""What a request's headers call its body."""

import re

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_JSON = re.compile(r"application/(json|[a-z0-9!#$&^_.-]+\+json)")


# Types that no browser runs anything of, wherever it shows them. What a file says of itself is its author's word.
_PASSIVE = re.compile(
    r"text/(?:plain|csv|tab-separated-values|markdown|calendar)|application/(?:pdf|json|zip|gzip|vnd\.[a-z0-9.+-]+)"
    r"|image/(?:png|jpeg|gif|webp|avif|bmp)|audio/[a-z0-9.+-]+|video/[a-z0-9.+-]+"
)
BYTES = "application/octet-stream"


def passive(content_type: str) -> str:
    """Return the type, if it is one that a browser shows without running anything of it; else that of plain bytes."""
    kind, charset = media_type(content_type.encode("latin-1", "replace"))
    if _PASSIVE.fullmatch(kind) is None or kind.endswith(("+xml", ".xml")) or "html" in kind:
        return BYTES
    # UTF-16 and UTF-7 make markup of what is none in UTF-8.
    return f"{kind}; charset=utf-8" if kind.startswith("text/") and charset in {None, "utf-8"} else kind


def media_type(content_type: bytes) -> tuple[str, str | None]:
    """Return the type, in small letters, and the charset that is named with it. The type is empty where none is."""
    kind, *parameters = content_type.decode("latin-1").lower().split(";")
    named = [value for name, _, value in (one.partition("=") for one in parameters) if name.strip() == "charset"]
    kind = kind.strip()
    return kind if _TYPE.fullmatch(kind) else "", ",".join(one.strip().strip('"') for one in named) if named else None


def not_utf8(content_type: bytes, content_encoding: bytes) -> str | None:
    """Why a body is no plain UTF-8, going by its headers; None when it may be."""
    encoding = content_encoding.decode("latin-1").strip().lower()
    if encoding not in ("", "identity"):
        return f"Bodies are taken as they are, not compressed by {encoding[:40]}."
    charset = media_type(content_type)[1]
    if charset not in (None, "utf-8", "utf8"):
        return f"Bodies are UTF-8, not {charset[:40]}."
    return None


def is_json(kind: str) -> bool:
    return _JSON.fullmatch(kind) is not None


def not_json(content_type: bytes, content_encoding: bytes) -> str | None:
    """Why a body is none of JSON, going by its headers; None when it may be."""
    if content_type == b"application/json" and not content_encoding:
        return None
    if not is_json(media_type(content_type)[0]):
        return "The body is JSON: send Content-Type: application/json."
    return not_utf8(content_type, content_encoding)
