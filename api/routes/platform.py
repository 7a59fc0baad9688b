"""What is the same for every tenant: health, what the image offers, and the guide, which ends with what one has."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.auth.deps import CurrentActor, CurrentRuntime
from api.problems import RESPONSES
from api.schemas.platform import GateOut, Health, ImageOut, LibraryOut, PageOfGuide
from api.watching import readiness
from tenants.confinement import spec_schemas
from tenants.rights.access import Permission
from tenants.rules.gates import GATES
from tenants.writing import guide
from tenants.writing.guide import tenant_page

router = APIRouter(tags=["platform"])


@router.get("/healthz")
async def read_health(runtime: CurrentRuntime) -> Health:
    """Answer once the database and the sandbox answer."""
    async with runtime.database.system_reading() as session:
        await session.connection()
    return Health(status="ok", image=runtime.image.digest)


@router.get("/livez", include_in_schema=False)
async def read_liveness() -> JSONResponse:
    """That this process answers. Nothing outside of it is asked: starting it anew would not mend that."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", include_in_schema=False)
async def read_readiness(runtime: CurrentRuntime) -> JSONResponse:
    """Whether requests should be sent here now: 503 names the parts for which they should not."""
    is_ready, told = readiness.told(await readiness.read_parts(runtime))
    return JSONResponse(told) if is_ready else JSONResponse(told, 503, {"Retry-After": "1"})


@router.get("/api/v1/image")
async def read_image(runtime: CurrentRuntime) -> ImageOut:
    """The Python and the libraries every tool can import."""
    offered: Any = runtime.image
    return ImageOut(
        digest=offered.digest,
        python=offered.python,
        libraries=[LibraryOut.model_validate(library, from_attributes=True) for library in offered.libraries],
    )


@router.get("/api/v1/gates")
async def list_gates() -> list[GateOut]:
    """Every gate in its order: what it holds versions to, and whether a tenant's policy may relax it."""
    return [GateOut(name=name, says=gate.says, relaxable=gate.relaxable) for name, gate in GATES.items()]


@router.get("/api/v1/sdk")
async def read_sdk() -> PageOfGuide:
    """The `sealwright` package inside the sandbox: what a tool's source may call, in Markdown."""
    return PageOfGuide(text=guide.page("sdk"))


@router.get("/api/v1/tenants/{tenant}/guide", responses=RESPONSES)  # noqa: FAST003 - who is asking says which
async def show_guide(actor: CurrentActor, runtime: CurrentRuntime) -> PageOfGuide:
    """Every page of the guide as one text in Markdown; for authors it ends with what the tenant has."""
    actor.require(Permission.TOOLS_READ)
    own = await tenant_page.tenant(runtime, actor) if Permission.TOOLS_AUTHOR in actor.permissions else ""
    return PageOfGuide(text=f"{guide.whole().rstrip()}\n\n{own}".rstrip() + "\n")


@router.get(spec_schemas.PATH)
async def read_spec_schema() -> JSONResponse:
    """The JSON Schema of a spec, for editors: `# yaml-language-server: $schema=THIS-URL` in a spec.yaml."""
    return JSONResponse(spec_schemas.whole(), media_type="application/schema+json")
