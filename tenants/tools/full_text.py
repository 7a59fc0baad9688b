"""The full-text index of a tenant's tools: kept current with what is served, and asked by words.

The database ranks: FTS5's BM25 on SQLite; on PostgreSQL `ts_rank` of each word times how rare the word is among the
tenant's own tools. Name, title, description and arguments count in that order. A word is found in its English forms,
and, from four letters on, at the beginning of longer words, which helps in other languages.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tenants.models import Tool, ToolText, Version

_WORD = re.compile(r"[^\W_]+")
_ASKED_MAX = 60
_PREFIX_MIN = 4
_TYPED_MIN = 2
_AT_ONCE = 500
# Words that say nothing about what a tool does.
_NOISE_TEXT = "a an and are as by can do for from how i in is it my of on or that the this to tool what who with you"
_NOISE = frozenset(_NOISE_TEXT.split())

_SQLITE = """
SELECT tool_texts.tool_id FROM tool_words
JOIN tool_texts ON tool_texts.id = tool_words.rowid JOIN tools ON tools.id = tool_texts.tool_id
WHERE tool_words MATCH :asked AND tool_texts.tenant_id = :tenant_id
  AND tools.retired_at IS NULL AND (tools.live_version IS NOT NULL OR NOT :live)
ORDER BY bm25(tool_words, 0, 8, 4, 2, 1), tools.id DESC LIMIT :limit OFFSET :offset
"""
_POSTGRES = """
WITH asked AS (
  SELECT group_no, to_tsquery('english', term) AS term
  FROM unnest(CAST(:groups AS int[]), CAST(:terms AS text[])) AS given(group_no, term)
), found AS (
  SELECT tool_texts.tool_id, asked.group_no, asked.term,
         ts_rank('{0.1, 0.2, 0.4, 0.8}', tool_texts.words, asked.term, 1) AS rank
  FROM asked JOIN tool_texts ON tool_texts.words @@ asked.term
  JOIN tools ON tools.id = tool_texts.tool_id
  WHERE tool_texts.tenant_id = :tenant_id AND tools.retired_at IS NULL
    AND (tools.live_version IS NOT NULL OR NOT :live)
), rare AS (
  SELECT term, ln(1 + (SELECT count(*) FROM tool_texts WHERE tenant_id = :tenant_id) / count(*)::float) AS weight
  FROM found GROUP BY term
)
SELECT tool_id FROM found JOIN rare USING (term) GROUP BY tool_id
HAVING NOT :every
  OR count(DISTINCT group_no) = (SELECT count(DISTINCT group_no) FROM asked WHERE numnode(term) > 0)
ORDER BY sum(rank * weight) DESC, tool_id DESC LIMIT :limit OFFSET :offset
"""


def words(given: str) -> list[str]:
    """Return the words of a text as they are indexed and asked for: lower case, without accents."""
    plain = unicodedata.normalize("NFKD", given.lower())
    return _WORD.findall("".join(char for char in plain if not unicodedata.combining(char)))


def telling(given: str) -> list[str]:
    """Return the words of a question that say what is meant, each once."""
    return [word for word in dict.fromkeys(words(given)) if word not in _NOISE][:_ASKED_MAX]


async def put(session: AsyncSession, tool: Tool) -> None:
    """Enter the words of a tool's spec, unless a version of it is live: then what was approved stays."""
    if tool.live_version is None:
        await session.flush()  # a new tool gets its tenant there
        await _enter(session, [_row(tool, None)])


async def follow(session: AsyncSession, tenant_id: str) -> None:
    """Enter the words of each tool of a tenant that another version serves now than when they were entered."""
    await session.flush()
    stale = (
        select(Tool, Version)
        .outerjoin(Version, (Version.tool_id == Tool.id) & (Version.number == Tool.live_version))
        .outerjoin(ToolText, ToolText.tool_id == Tool.id)
        .where(Tool.tenant_id == tenant_id)
        .where(func.coalesce(ToolText.version_id, "-") != func.coalesce(Version.id, ""))
    )
    await _enter(session, [_row(tool, version) for tool, version in (await session.execute(stale)).all()])


def _row(tool: Tool, version: Version | None) -> dict[str, Any]:
    told = {"tool_id": tool.id, "tenant_id": tool.tenant_id, "version_id": version.id if version else ""}
    return told | fields(version.spec if version else tool.spec)


async def _enter(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        await session.execute(delete(ToolText).where(ToolText.tool_id.in_([row["tool_id"] for row in some])))
        await session.execute(insert(ToolText), some)


def fields(spec: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns of a tool's words."""
    properties = cast("dict[str, Any]", spec["input_schema"].get("properties", {}))
    told: list[object] = [one.get("description") for one in properties.values() if one not in (True, False)]
    given = {
        "name": spec["name"],
        "title": spec["title"] or "",
        "description": spec["description"],
        "arguments": " ".join([*properties, *(one for one in told if isinstance(one, str))]),
    }
    return {field: " ".join(words(said)) for field, said in given.items()}


async def ranked(
    session: AsyncSession,
    asked: Iterable[str],
    *,
    every: bool = False,
    live: bool = False,
    limit: int = 10,
    offset: int = 0,
) -> list[str]:
    """Return the ids of this unit's tenant's tools that `asked` (words, see `telling`) finds, the best first.

    Retired ones are never among them.
    `every`: only tools that hold all of the words, or longer ones that begin so: for those who type.
    `live`: only tools that can be called.
    """
    terms = list(asked)
    if not terms:
        return []
    # Nothing narrows plain SQL, so the tenant is the unit's own, not one that a caller could get wrong.
    tenant_id: str = session.info["tenant"]
    longer_from = _TYPED_MIN if every else _PREFIX_MIN
    given: dict[str, Any] = {"tenant_id": tenant_id, "live": live, "limit": limit, "offset": offset}
    if session.get_bind().dialect.name == "sqlite":
        asked = _match(tenant_id, terms, longer_from, " AND " if every else " OR ")
        rows = await session.execute(text(_SQLITE), given | {"asked": asked})
    else:
        forms = [(number, form) for number, term in enumerate(terms) for form in _forms(term, longer_from)]
        given |= {"groups": [number for number, _ in forms], "terms": [form for _, form in forms]}
        rows = await session.execute(text(_POSTGRES), given | {"every": every})
    return [row[0] for row in rows]


def _forms(term: str, longer_from: int) -> list[str]:
    """Return a word and, when it is long enough, what begins with it. Whole words count twice by that."""
    return [term, f"{term}:*"] if len(term) >= longer_from else [term]


def _match(tenant_id: str, terms: list[str], longer_from: int, joined: str) -> str:
    """Return an FTS5 expression: the tenant's own column first, so that other tenants' words are not even read."""
    either = (f'("{term}" OR "{term}" *)' if len(term) >= longer_from else f'"{term}"' for term in terms)
    mine = tenant_id.rpartition("_")[2]
    return f'tenant_id : "{mine}" AND {{name title description arguments}} : ({joined.join(either)})'
