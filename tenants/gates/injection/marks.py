"""Marks: texts that mean something to whoever reads them as more than text, and where they have come to mean it."""

import base64
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from sandbox import HostCall
from sandbox.worlds import World
from tenants.gates.trial.candidates import Trial, brief
from tenants.gates.trial.faults import Stagehand

# Each is plain text where it stands as text, and is admitted where it becomes more: what is malformed never gets there.
MARKUP, SQL, ADDRESS = "<zq9>&", ", zq9", "/zq9?zq8=1&zq7=2#zq6"
_PAGES = (".html", ".htm", ".xhtml", ".svg")
_ESCAPE = "Escape it where it is put in: html.escape(text)."
_BIND = "Pass it as a parameter, or take the name of a column from a list of those that there are."
_QUOTE = "Quote it: urllib.parse.quote(text, safe=''), or pass it in params."


class Reached(NamedTuple):
    """Where a mark means something, in words that follow upon a colon, and what to do about it."""

    sentence: str
    hint: str


def that_matter(usual: Trial, text: str) -> Iterator[str]:
    """Yield the marks that could mean something in what a run does, and that such a text does not hold itself."""
    if any(True for _ in pages(usual.world)) and "<" not in text:
        yield MARKUP
    if any("statement" in call.payload for call in usual.calls):
        yield SQL
    if any(True for call in usual.calls for _ in _urls(call)) and "/" not in text and "?" not in text:
        yield ADDRESS


def reached(mark: str, host: Stagehand) -> Reached | None:
    """Return where a mark has come to mean something in a run."""
    if mark == MARKUP:
        where = next((where for where, page in pages(host.world) if "<zq9>" in page), None)
        return Reached(f"it stands as markup, <zq9>, in the HTML of {where}", _ESCAPE) if where else None
    if mark == SQL:
        built = next((one for one in statements(host.calls) if "zq9" in one), None)
        return Reached(f"it becomes part of the SQL statement {brief(built, 160)}", _BIND) if built else None
    other = next((url for call in host.calls for url in _urls(call) if _is_elsewhere(url)), None)
    return Reached(f"it makes another address of it: {other[:160]}", _QUOTE) if other else None


def pages(world: World) -> Iterator[tuple[str, str]]:
    """Yield what a run has written that is shown as HTML, each with what it is."""
    for deed in world.deeds:
        what: Mapping[str, Any] = deed.what
        if what.get("html") is not None:
            yield f"the mail to {what.get('to')}", str(what["html"])
        if str(what.get("path", "")).endswith(_PAGES) and what.get("base64"):
            yield str(what["path"]), _decoded(what["base64"])
        for one in what.get("attachments") or ():
            if str(one.get("filename", "")).endswith(_PAGES):
                yield str(one["filename"]), str(one.get("text") or _decoded(one.get("base64")))


def statements(calls: Any) -> Iterator[str]:
    """Yield the SQL statements of calls."""
    yield from (str(call.payload["statement"]) for call in calls if "statement" in call.payload)


def _decoded(given: Any) -> str:
    return base64.b64decode(str(given or "")).decode("utf-8", "replace")


def _is_elsewhere(url: str) -> bool:
    """Whether the mark has become a step of the path, or a parameter of its own."""
    parts = urlsplit(url)
    asked = {key for key, _ in parse_qsl(parts.query, keep_blank_values=True)}
    return bool({"zq8", "zq7"} & asked) or "zq9" in parts.path.split("/")


def _urls(call: HostCall) -> Iterator[str]:
    for part in call.parts or (call.payload,):
        if isinstance(part.get("url"), str):
            yield part["url"]
