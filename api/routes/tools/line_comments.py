"""Comments on lines of a version's source."""

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentRuntime, Number, Unit
from api.problems import RESPONSES
from api.schemas.evolution import LineCommentIn, LineCommentOut, SettledIn
from tenants.writing import line_comments

PATH = "/api/v1/tenants/{tenant}/tools/{name}/versions/{number}/comments"
router = APIRouter(prefix=PATH, tags=["tools"], responses=RESPONSES)


@router.get("")
async def list_line_comments(
    name: str, number: Number, actor: CurrentActor, runtime: CurrentRuntime
) -> list[LineCommentOut]:
    """By their lines. Who is shown one counts as shown the source, and writes no outside cases for it any more."""
    return [LineCommentOut.of(one) for one in await line_comments.open_all(runtime.database, actor, name, number)]


@router.post("", status_code=201)
async def add_line_comment(
    name: str, number: Number, body: LineCommentIn, actor: CurrentActor, unit: Unit
) -> LineCommentOut:
    """Say something of a line: its author reads it here, an agent in `get_version`. It stays with the version."""
    return LineCommentOut.of(await line_comments.add_comment(unit, actor, name, number, (body.line, body.text)))


@router.patch("/{comment_id}")
async def settle_line_comment(
    name: str, number: Number, comment_id: str, body: SettledIn, actor: CurrentActor, unit: Unit
) -> LineCommentOut:
    """Say that it has been answered, or take that back."""
    row = await line_comments.settle_comment(unit, actor, name, number, comment_id, is_settled=body.settled)
    return LineCommentOut.of(row)
