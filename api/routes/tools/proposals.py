"""Specs from plain words."""

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentRuntime
from api.problems import RESPONSES, SPENDING
from api.schemas.tools import DraftIn, DraftOut
from tenants.writing import proposals

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["tools"], responses=RESPONSES)


@router.post("/specs:draft", responses=SPENDING)
async def draft_spec(body: DraftIn, actor: CurrentActor, runtime: CurrentRuntime) -> DraftOut:
    """Have a model propose a spec from a paragraph: the least that can do the job, with examples and hold-outs."""
    return DraftOut.model_validate(await proposals.draft(runtime, actor, body.text))
