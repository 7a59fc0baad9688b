"""Before anything is submitted: specs from plain words, and drafts tried in canned worlds."""

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentRuntime
from api.problems import RESPONSES, SPENDING
from api.schemas.evolution import TriedOut, TryIn
from api.schemas.tools import DraftIn, DraftOut
from tenants.proving import dry_runs
from tenants.tools import holdouts, specs
from tenants.writing import proposals

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["tools"], responses=RESPONSES)


@router.post("/specs:draft", responses=SPENDING)
async def draft_spec(body: DraftIn, actor: CurrentActor, runtime: CurrentRuntime) -> DraftOut:
    """Have a model propose a spec from a paragraph: the least that can do the job, with examples and hold-outs."""
    return DraftOut.model_validate(await proposals.draft(runtime, actor, body.text))


@router.post("/tools/{name}/dry-run")
async def dry_run(name: str, body: TryIn, actor: CurrentActor, runtime: CurrentRuntime) -> TriedOut:
    """Build a draft and run it in canned worlds: what is wrong with it, and what each case did. Nothing is kept."""
    spec = body.spec
    if spec is None:
        # As the caller may see it: of a hold-out that somebody else wrote it does not say what is expected.
        async with runtime.database.reading(actor.tenant_id) as session:
            spec = holdouts.shown(actor, await specs.read(session, actor, name))
    return TriedOut.model_validate(await dry_runs.dry_run(runtime, actor, spec, body.source, body.cases))
