"""Wording: a description is read by agents as if it were part of their orders, so it may only describe."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, cast

from sandbox import Finding
from tenants.gates.trial.candidates import Candidate

name = "wording"
_ORDERS = re.compile(
    r"(?:ignore|disregard|forget|override)\s+(?:\w+\s+){0,3}(?:instruction|rule|prompt|message|guideline|polic)"
    r"|(?:do\s+not|don'?t|never|without)\s+(?:tell|inform|mention|show|notify|alert|telling|informing|asking|ask)"
    r"\w*\s+(?:\w+\s+){0,3}(?:user|human|person|operator|anyone)"
    r"|(?:before|instead\s+of)\s+(?:using|calling|any)\s+(?:\w+\s+){0,2}(?:other|another)\s+tools?"
    r"|(?:always|must)\s+(?:call|use|invoke|run)\s+this\s+tool\s+(?:first|before|instead)"
    r"|(?:system|developer)\s+(?:prompt|message)|</?(?:system|important|instructions?|secret)>"
    # The history of an order is a tool's business; the reader's own is not.
    r"|(?:pass|include|send|paste|put|provide|copy|add|append)\s+(?:\w+\s+){0,4}(?:full|entire|whole|complete|your)\s+"
    r"(?:\w+\s+)?(?:history|context|conversation|chat|memory|instructions)"
    r"|(?:your|our)\s+(?:(?:full|entire|whole|complete)\s+)?(?:conversation|chat)\b"
    r"|(?:reveal|print|send|include|pass|read|exfiltrat\w*)\s+(?:\w+\s+){0,4}"
    r"(?:password|credential|api[ _-]?key|secret|token|\.env|ssh\s+key|private\s+key)"
    # A password reset is a mail, and a number of tokens is a number.
    r"(?!s?[ -](?:reset|chang|expir|rotat|polic|reminder|count|usage|limit|balance|budget|strength|recover|updat))",
    re.IGNORECASE,
)
_HIDDEN_KINDS = {"Cf", "Co", "Cn"}
_PLAIN_FORMAT = {"\u00ad"}  # a soft hyphen is only typography


async def check(candidate: Candidate) -> list[Finding]:
    found = [_judged(where, text) for where, text in _texts(candidate.spec)]
    found.append(_hidden("the source", candidate.source))
    return [finding for finding in found if finding is not None]


def _texts(spec: Any) -> Iterator[tuple[str, str]]:
    for part in ("title", "description"):
        if spec[part]:
            yield part, spec[part]
    for part in ("input_schema", "output_schema"):
        yield from _described(spec[part], f"/{part}")


def _described(schema: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text of a schema that an agent gets to read."""
    if isinstance(schema, dict):
        for key, value in cast("dict[str, Any]", schema).items():
            if key in {"title", "description", "$comment"} and isinstance(value, str):
                yield f"{path}/{key}", value
            else:
                yield from _described(value, f"{path}/{key}")
    elif isinstance(schema, list):
        for index, value in enumerate(cast("list[Any]", schema)):
            yield from _described(value, f"{path}/{index}")


def _judged(where: str, text: str) -> Finding | None:
    order = _ORDERS.search(text)
    if order is not None:
        message = f"{where} gives orders to whoever reads it: {order.group()!r}."
        return Finding(name, "error", message, "Say what the tool does and when it is of use, and nothing else.")
    return _hidden(where, text)


def _hidden(where: str, text: str) -> Finding | None:
    """Characters that a person does not see and a model reads, or that turn the text around."""
    for at, character in enumerate(text):
        if unicodedata.category(character) in _HIDDEN_KINDS and character not in _PLAIN_FORMAT:
            if character in "\u200d\ufe0f" and at and unicodedata.category(text[at - 1]) in {"So", "Sk"}:
                continue  # joins two halves of an emoji
            line = text.count("\n", 0, at) + 1 if where == "the source" else None
            message = f"{where} holds an invisible character, U+{ord(character):04X}."
            return Finding(name, "error", message, "Remove it, or write it as an escape.", line)
    return None
