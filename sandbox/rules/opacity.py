"""Literals that nobody can read: what they hold is a question to the approver.

A tool cannot run what it decodes (the guest refuses that), but it can act by it. Nothing is refused here: identifiers
of other systems look like this too. What is put together of several literals is looked at as a whole, since it is as
well hidden in many short pieces.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sandbox.contract.findings import Finding
from sandbox.rules import text_measures
from sandbox.rules.drafts import Draft, dotted
from sandbox.rules.literals import Data, Reader, given_once, largest

GATE = "safety"
# Measured over the sources of sound tools: words, URLs, patterns and SQL stay below, 24 encoded bytes do not.
_TEXT_MIN, _PIECE_MIN, _PIECES_MIN = 32, 8, 80
_HEX_MIN, _DIGITS_MIN, _NUMBERS_MIN, _RANGE_MIN, _INTEGER_DIGITS_MIN = 40, 48, 24, 64, 24
_PLAIN_MIN = _TEXT_MIN * 3 // 4
_DECODED_MIN = 8
_TURNED_MIN = 16
_RAW_MIN, _UNSEEN_MIN, _SIGNS_MIN = 16, 4, 16
_CHANGES, _CHANGES_OF_PARTS, _RUN_MIN, _RARE, _ENTROPY = 0.24, 0.31, 20, 0.09, 3.2
_DECODERS = re.compile(
    r"(?:^|\.)(?:\w*b(?:16|32|32hex|64|85)decode|[az]85decode|decodebytes|decodestring|unhexlify|a2b_\w+|fromhex"
    r"|decompress|to_bytes|rot13|bytes|bytearray)$"
)
_CODECS = re.compile(r"^(?:rot_?13|hex|base_?64|zlib|bz2|uu|punycode|unicode_escape|raw_unicode_escape)", re.IGNORECASE)
# What patterns and formats consist of, and is no payload: classes, escapes, repeats, fields.
_SYNTAX = re.compile(r"\[[^\]\s]{1,24}\]|\\.|\(\?[a-zA-Z<!:=]+|\{[^{}\s]{0,24}\}|%[a-zA-Z]")
_HEX = re.compile(r"[0-9A-Fa-f]+")


def no_literal_is_opaque(draft: Draft) -> Iterator[Finding]:
    reader = Reader(given_once(draft))
    found: dict[int, Finding] = {}
    small: list[tuple[ast.AST, str]] = []
    for data in largest(draft.tree, reader):
        line: int = getattr(data.node, "lineno", 1)
        why = _opaque(data)
        if why is not None:
            found.setdefault(line, _asked(line, data, why))
        else:
            small += [(data.node, piece) for piece in _pieces(data.text)]
    for line, data in _decoded(draft, reader):
        found.setdefault(line, _asked(line, data, "it is decoded before it is used"))
    total = sum(len(piece) for _, piece in small)
    if not found and total >= _PIECES_MIN:
        line = getattr(small[0][0], "lineno", 1)
        found[line] = _asked(line, Data(small[0][0], "x" * total), f"it stands in {len(small)} short pieces")
    yield from found.values()


def _decoded(draft: Draft, reader: Reader) -> Iterator[tuple[int, Data]]:
    """Literals that are not what they say: they are decoded, turned round or exchanged letter by letter."""
    for node in draft.nodes:
        least, given = _read_otherwise(node)
        for data in map(reader.fold, given):
            if data is not None and (data.size >= least or _is_huge(data)):
                yield getattr(node, "lineno", 1), data


def _read_otherwise(node: ast.AST) -> tuple[int, list[ast.expr]]:  # noqa: C901, PLR0911, PLR0912 - a table of ways
    """What an expression decodes, and how much of it is more than a word."""
    match node:
        case ast.Call(ast.Attribute(value, "decode"), [ast.Constant(str(codec)), *_]) if _CODECS.match(codec):
            return _DECODED_MIN, [value]
        case ast.Call(func, [value, ast.Constant(str(codec)), *_]) if _CODECS.match(codec) and _ends(func, "decode"):
            return _DECODED_MIN, [value]
        case ast.Call(ast.Attribute(value, "to_bytes")):
            return _DECODED_MIN, [value]
        case ast.Call(ast.Attribute(value, "translate")) | ast.Call(ast.Name(id="reversed"), [value]):
            return _TURNED_MIN, [value]
        case ast.Subscript(value, ast.Slice(step=ast.UnaryOp(ast.USub()))):
            return _TURNED_MIN, [value]
        case ast.Call(ast.Name(id="map"), [ast.Name(id="chr" | "ord"), value]):
            return _DECODED_MIN, [value]
        case ast.GeneratorExp() | ast.ListComp() if _of_characters(node):
            return _DECODED_MIN, [one.iter for one in node.generators]
        case ast.Call(func, [value, *_]) if _DECODERS.search(dotted(func)):
            return _DECODED_MIN, [value]
        case _:
            return 0, []


def _ends(func: ast.expr, name: str) -> bool:
    return dotted(func).rpartition(".")[2] == name


def _of_characters(node: ast.GeneratorExp | ast.ListComp) -> bool:
    """Whether it makes characters of numbers, or other characters of characters."""
    called = {dotted(one.func) for one in ast.walk(node.elt) if isinstance(one, ast.Call)}
    return "chr" in called


def _asked(line: int, data: Data, why: str) -> Finding:
    numbers = len(data.numbers) if len(data.numbers) >= _NUMBERS_MIN or not data.text else 0
    what = f"{numbers:,} numbers" if numbers else f"{len(data.text):,} characters"
    return Finding(
        GATE,
        "warning",
        f"What does the literal of {what} hold? Nobody can read it: {why}.",
        "Author: write out what it says, or keep it in `files` or `kv`, where people can look at it. Approver: have "
        "the author show what it decodes to, or which system gave it as a name, before you say yes.",
        line,
    )


def _opaque(data: Data) -> str | None:
    """Why nobody can read it; None when somebody can."""
    return _numbers(data.numbers) or _text(data)


def _numbers(numbers: Sequence[float]) -> str | None:
    if _is_huge(Data(ast.Constant(0), numbers=tuple(numbers))):
        return "a number so long is a text"
    if len(numbers) < _NUMBERS_MIN:
        return None
    letters = sum(32 <= one <= 126 and one == int(one) for one in numbers) / len(numbers)
    several = len(set(numbers)) >= len(numbers) ** 0.5
    if letters > 0.9 and several and list(numbers) != sorted(numbers):
        return "its numbers are those of letters"
    ups = sum(one <= other for one, other in pairwise(numbers)) / (len(numbers) - 1)
    mixed = 0.25 < ups < 0.75 and len(set(numbers)) >= _NUMBERS_MIN and max(numbers) - min(numbers) >= _RANGE_MIN
    if len(numbers) >= 2 * _NUMBERS_MIN and mixed and all(one == int(one) for one in numbers):
        return "its numbers are in no order"
    return None


def _is_huge(data: Data) -> bool:
    return any(isinstance(one, int) and abs(one) >= 10**_INTEGER_DIGITS_MIN for one in data.numbers)


def _text(data: Data) -> str | None:
    text = data.text
    unseen = sum(text_measures.is_unseen(character) for character in text)
    if unseen >= _UNSEEN_MIN:
        return f"{unseen} of them cannot be seen"
    raw = sum((ord(character) < 32 and character not in "\t\n\r") or 127 <= ord(character) < 160 for character in text)
    if raw >= _RAW_MIN / 4 and len(text) >= _RAW_MIN:
        return "it is no text"
    if any(min(run.count(" "), run.count("\t")) >= _UNSEEN_MIN for run in re.findall(r"[ \t]{16,}", text)):
        return "it is made of blanks"
    for token in _SYNTAX.sub(" ", text).split():
        why = _token(token, pieces=data.pieces)
        if why is not None:
            return why
    return _foreign(text)


def _token(token: str, *, pieces: bool) -> str | None:
    """A run without blanks. What a table holds need not belong together: of that only what is mixed is looked at."""
    plain = re.sub(r"[^A-Za-z0-9]", "", token)
    if text_measures.is_alphabet(token) or text_measures.is_periodic(token):
        return None
    found = None if pieces else _of_few_kinds(plain)
    if found is not None or len(token) < (2 * _TEXT_MIN if pieces else _TEXT_MIN):
        return found
    if not token.isascii() or text_measures.entropy(token) < _ENTROPY or _HEX.fullmatch(plain):
        return None
    if (
        len(plain) >= _PLAIN_MIN
        and not _HEX.fullmatch(plain)
        and text_measures.changes(plain) >= _least_changes(token, pieces=pieces)
    ):
        return "it looks like base64"
    return None if pieces else _of_many_kinds(token, plain)


def _least_changes(token: str, *, pieces: bool) -> float:
    """Names of elements in a path change almost as often as what is encoded, but a path has ends of words."""
    longest = max(map(len, re.split(r"[^A-Za-z0-9]+", token)))
    return _CHANGES if longest >= _RUN_MIN and not pieces else _CHANGES_OF_PARTS


def _of_few_kinds(plain: str) -> str | None:
    kinds = len(set(plain.lower()))
    if len(plain) >= _HEX_MIN and kinds > 4 and not plain.isdigit() and _HEX.fullmatch(plain):
        return "it looks like hexadecimal"
    return "it is made of digits" if len(plain) >= _DIGITS_MIN and plain.isdigit() else None


def _of_many_kinds(token: str, plain: str) -> str | None:
    marks = 1 - len(plain) / len(token)
    if len(plain) >= _PLAIN_MIN and text_measures.rare(plain) >= _RARE:
        return "its letters are no words"
    if 0.08 <= marks <= 0.6 and text_measures.changes(token) >= 0.5 and text_measures.longest_word(token) <= 5:
        return "it looks like base85"
    return None


def _foreign(text: str) -> str | None:
    """Letters of many scripts, or of one without any end of a word."""
    strange = [character for character in text if not character.isascii() and not character.isspace()]
    if len(strange) < _TEXT_MIN:
        return None
    scripts = {0 if 0x3040 <= ord(one) <= 0xD7FF else ord(one) >> 7 for one in strange}
    if len(scripts) >= 8:
        return "its characters are of many scripts"
    if len({one for one in strange if not one.isalnum()}) >= _SIGNS_MIN:
        return "it is made of signs"
    longest = max((len(run) for run in re.findall(r"[^\W\d_]+", text)), default=0)
    if longest >= _TEXT_MIN * 3 / 2 and len(set(strange)) > len(strange) / 2:
        return "its characters are no words"
    return None


def _pieces(text: str) -> list[str]:
    """Short runs that look like a part of something encoded."""
    runs = re.findall(r"[A-Za-z0-9+=]+", _SYNTAX.sub(" ", text))
    return [run for run in runs if len(run) >= _PIECE_MIN and _is_mixed(run) and text_measures.changes(run) >= _CHANGES]


def _is_mixed(run: str) -> bool:
    return {text_measures.kind(character) for character in run} >= {1, 2, 3}


RULES = (no_literal_is_opaque,)
