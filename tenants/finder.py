"""Finding a live tool by what one wants done: ranked by words, in memory, over the catalogue that calls use too.

Okapi BM25 over name, title, description and argument names, the name counting most. A word also finds the longer
words it begins, at a discount; so no stemming, which differs by language, is needed.
"""

import math
import re
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from tenants import catalog
from tenants.catalog import Catalog, LiveTool
from tenants.db import Database

_WORD = re.compile(r"[^\W_]+")
_WEIGHTS = {"name": 4, "title": 3, "description": 1, "arguments": 1}
_PREFIX_DISCOUNT = 0.5
_PREFIX_MIN = 3
_K1, _B = 1.2, 0.75
_INDEXES_MAX = 500
# Words that say nothing about what a tool does.
_NOISE_TEXT = "a an and are as by can do for from how i in is it my of on or that the this to tool with you"
_NOISE = frozenset(_NOISE_TEXT.split())


@dataclass(frozen=True, slots=True)
class Hit:
    tool: LiveTool
    score: float


def words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in _NOISE]


class Index:
    """The words of one catalogue."""

    def __init__(self, source: Catalog) -> None:
        self.version = source.version
        self._tools = list(source.tools.values())
        self._counts = [_counts(tool) for tool in self._tools]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._mean = max(sum(self._lengths) / max(len(self._lengths), 1), 1.0)
        self._where: dict[str, list[int]] = {}
        for at, counts in enumerate(self._counts):
            for word in counts:
                self._where.setdefault(word, []).append(at)

    def search(self, query: str, limit: int) -> list[Hit]:
        """Return the best tools first; equal ones by name. Nothing for words that no tool has."""
        scores: Counter[int] = Counter()
        for asked in dict.fromkeys(words(query)):
            best: dict[int, float] = {}
            for word, discount in self._matches(asked):
                for at, score in self._scores(word):
                    best[at] = max(best.get(at, 0.0), discount * score)
            scores.update(best)  # pyright: ignore[reportArgumentType] - counters add floats as well
        ranked = sorted(scores.items(), key=lambda item: (-item[1], self._tools[item[0]].name))
        return [Hit(self._tools[at], round(score, 3)) for at, score in ranked[:limit]]

    def _matches(self, asked: str) -> Iterable[tuple[str, float]]:
        if asked in self._where:
            yield asked, 1.0
        if len(asked) >= _PREFIX_MIN:
            for word in self._where:
                # "invoices" finds "invoice" and the other way round.
                if word != asked and (word.startswith(asked) or (len(word) > _PREFIX_MIN and asked.startswith(word))):
                    yield word, _PREFIX_DISCOUNT

    def _scores(self, word: str) -> Iterable[tuple[int, float]]:
        holders = self._where[word]
        rarity = math.log(1 + (len(self._tools) - len(holders) + 0.5) / (len(holders) + 0.5))
        for at in holders:
            count = self._counts[at][word]
            yield at, rarity * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * self._lengths[at] / self._mean))


def _counts(tool: LiveTool) -> Counter[str]:
    texts = {
        "name": tool.name.replace("_", " "),
        "title": tool.title or "",
        "description": tool.description,
        "arguments": " ".join(tool.input_schema.get("properties", {})).replace("_", " "),
    }
    counts: Counter[str] = Counter()
    for part, text in texts.items():
        for word in words(text):
            counts[word] += _WEIGHTS[part]
    return counts


_INDEXES: WeakKeyDictionary[Database, OrderedDict[str, Index]] = WeakKeyDictionary()


async def search(database: Database, tenant_id: str, query: str, limit: int = 10) -> list[Hit]:
    """Search a tenant's live tools. An empty query gives them all, by name."""
    live = await catalog.live(database, tenant_id)
    if not words(query):
        return [Hit(tool, 0.0) for tool in list(live.tools.values())[:limit]]
    return _index(database, tenant_id, live).search(query, limit)


def _index(database: Database, tenant_id: str, live: Catalog) -> Index:
    indexes = _INDEXES.setdefault(database, OrderedDict())
    known = indexes.get(tenant_id)
    if known is None or known.version != live.version:
        known = indexes[tenant_id] = Index(live)
    indexes.move_to_end(tenant_id)
    if len(indexes) > _INDEXES_MAX:
        indexes.popitem(last=False)
    return known


async def alike(database: Database, tenant_id: str, name: str, title: str, description: str) -> list[LiveTool]:
    """Return live tools that seem to do already what a new one is to do, the likest first.

    Alike is what shares most of its words: those of the smaller one, so that a long description hides nothing.
    """
    mine = set(words(f"{name.replace('_', ' ')} {title} {description}"))
    found: list[tuple[float, LiveTool]] = []
    for hit in await search(database, tenant_id, " ".join(mine), limit=10):
        tool = hit.tool
        theirs = set(words(f"{tool.name.replace('_', ' ')} {tool.title or ''} {tool.description}"))
        share = len(mine & theirs) / max(min(len(mine), len(theirs)), 1)
        if share >= 0.6 and tool.name != name:
            found.append((share, tool))
    return [tool for _, tool in sorted(found, key=lambda item: (-item[0], item[1].name))[:3]]
