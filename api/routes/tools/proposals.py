"""Specs from plain words."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.auth.deps import CurrentActor, CurrentRuntime
from api.problems import RESPONSES
from api.schemas.people import Strict
from tenants.writing import proposals

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["tools"], responses=RESPONSES)


class DraftIn(Strict):
    text: str = Field(description="What the tool is to do, in plain words.", min_length=1, max_length=20_000)


class DraftProblem(BaseModel):
    path: str
    message: str
    hint: str | None = None


class DraftOut(BaseModel):
    """A proposed spec. Nothing has been submitted: edit it and POST it to /tools."""

    spec: dict[str, Any] | None
    problems: list[DraftProblem] = Field(description="What is still wrong with it; empty when it can be submitted.")
    questions: list[str] = Field(description="What the text left open.")


@router.post("/specs:draft")
async def draft_spec(body: DraftIn, actor: CurrentActor, runtime: CurrentRuntime) -> DraftOut:
    """Have a model propose a spec from a paragraph: the least that can do the job, with examples and hold-outs."""
    return DraftOut.model_validate(await proposals.draft(runtime, actor, body.text))
