"""What the literals of a source come to, put together as the source puts them together."""

import ast
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sandbox.rules.drafts import Draft

# Of one literal, and of all: more is no clearer.
_READ_MOST, _READ_IN_ALL, _DEPTH_MAX = 4_096, 512 << 10, 40


@dataclass(frozen=True, slots=True)
class Data:
    """What a literal comes to: a text, or numbers, and where it stands."""

    node: ast.AST
    text: str = ""
    numbers: tuple[float, ...] = ()
    pieces: bool = False  # a container of texts, which need not belong together

    @property
    def size(self) -> int:
        return len(self.text) or len(self.numbers)


@dataclass
class Reader:
    """Folds literal expressions, through names that are given once."""

    given: dict[str, ast.expr]
    _known: dict[str, Data | None] = field(default_factory=dict[str, "Data | None"])
    _depth: int = 0

    def fold(self, node: ast.AST) -> Data | None:
        """None for what is no literal."""
        if self._depth >= _DEPTH_MAX:
            return None
        self._depth += 1
        try:
            return self._folded(node)
        finally:
            self._depth -= 1

    def _folded(self, node: ast.AST) -> Data | None:  # noqa: C901, PLR0911, PLR0912 - a table of the forms of a literal
        match node:
            case ast.Constant(str(text)):
                return Data(node, text[:_READ_MOST])
            case ast.Constant(bytes(raw)):
                return Data(node, raw[:_READ_MOST].decode("latin-1"))
            case ast.Constant(int(number) | float(number)) if not isinstance(number, bool):
                return Data(node, numbers=(number,))
            case ast.UnaryOp(ast.USub(), operand):
                return self.fold(operand)
            case ast.Name(id=name):
                return self._named(node, name)
            case ast.BinOp():
                return _together(node, [self.fold(one) for one in _chain(node)])
            case ast.JoinedStr(values):
                return _together(node, [self.fold(one) or Data(one) for one in values])
            case ast.FormattedValue(value):
                return self.fold(value)
            case ast.List(several) | ast.Tuple(several) | ast.Set(several):
                return _together(node, [self.fold(one) for one in several], pieces=True)
            case ast.Dict(keys, values):
                return self._table(node, [key for key in keys if key is not None], values)
            case ast.Subscript(value, ast.Slice()) | ast.Starred(value):
                return self.fold(value)
            case ast.Call(ast.Attribute(ast.Constant(str() | bytes()), "join"), [several]):
                found = self.fold(several)
                return None if found is None else Data(node, found.text, found.numbers)
            case ast.Call(ast.Attribute(value, "replace" | "encode" | "strip" | "lower" | "upper" | "removeprefix")):
                return self.fold(value)
            case _:
                return None

    def _named(self, node: ast.AST, name: str) -> Data | None:
        if name in self.given and name not in self._known:
            self._known[name] = None  # of a name that is given by itself
            self._known[name] = self.fold(self.given[name])
        found = self._known.get(name)
        return None if found is None else Data(node, found.text, found.numbers, found.pieces)

    def _table(self, node: ast.Dict, keys: Sequence[ast.expr], values: Sequence[ast.expr]) -> Data | None:
        """The texts of both sides, and the numbers of one: keys that count are no part of what they count."""
        sides = [_together(node, [self.fold(one) for one in side], pieces=True) for side in (values, keys)]
        found = [side for side in sides if side is not None]
        if not found:
            return None
        numbers = next((side.numbers for side in found if side.numbers), ())
        return Data(node, "".join(side.text for side in found)[:_READ_MOST], numbers, pieces=True)


def _together(node: ast.AST, parts: Sequence[Data | None], *, pieces: bool = False) -> Data | None:
    """None where a part is no literal; in a table of both texts and numbers the one that there is more of counts."""
    whole = [part for part in parts if part is not None]
    if not whole or len(whole) < len(parts):
        return None
    text = "".join(one.text for one in whole)[:_READ_MOST]
    numbers = tuple(islice((number for one in whole for number in one.numbers), _READ_MOST))
    return Data(node, text, numbers, pieces=pieces)


def _chain(node: ast.BinOp) -> list[ast.expr]:
    """The parts of a sum, the first one first: a long one is nested as deep as it is long."""
    parts: list[ast.expr] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp):
        parts.append(left.right)
        left = left.left
    return [left, *reversed(parts)]


def given_once(draft: Draft) -> dict[str, ast.expr]:
    given: dict[str, ast.expr] = {}
    times: Counter[str] = Counter()
    for node in draft.nodes:
        match node:
            case ast.Assign([ast.Name(id=name)], value) | ast.AnnAssign(ast.Name(id=name), _, ast.expr() as value):
                given[name] = value
                times[name] += 1
            case ast.AugAssign(ast.Name(id=name)):
                times[name] += 2
            case _:
                pass
    return {name: value for name, value in given.items() if times[name] == 1}


def largest(tree: ast.AST, reader: Reader) -> Iterator[Data]:
    """Every literal as it is put together, and not its parts again."""
    waiting: deque[ast.AST] = deque([tree])
    seen: set[tuple[str, tuple[float, ...]]] = set()
    left = _READ_IN_ALL
    while waiting and left > 0:
        node = waiting.popleft()
        data = None if isinstance(node, ast.Name) else reader.fold(node)
        if data is None or data.pieces:
            waiting.extend(ast.iter_child_nodes(node))
        if data is None:
            continue
        if (data.text, data.numbers) not in seen:
            seen.add((data.text, data.numbers))
            left -= data.size
            yield data
