"""A version's sealed component, to be taken elsewhere."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from api.auth.deps import CurrentActor, CurrentRuntime, Number
from api.problems import RESPONSES
from api.routes.runs.runs import admitted
from tenants.catalog import exports
from tenants.tools import source_readings, versions

router = APIRouter(prefix="/api/v1/tenants/{tenant}/tools", tags=["tools"], responses=RESPONSES)
_WASM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/wasm": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get(
    "/{name}/versions/{number}/component",
    response_class=Response,
    responses=_WASM,
    dependencies=[Depends(admitted, scope="function")],
)
async def read_component(
    name: str,
    number: Number,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    form: Annotated[Literal["standalone"], Query(description="One component with everything in it.")] = "standalone",
) -> Response:
    """The WebAssembly component, tens of megabytes: any component host runs it that offers `sealwright:tool/host`."""
    del form
    async with runtime.database.reading(actor.tenant_id) as session:
        version = await versions.read(session, actor, name, number)
        component = await exports.find_component(session, version)
    await source_readings.keep(runtime.database, actor, version)  # it lies in the component, as text
    async with runtime.demanding(actor.tenant_id):
        exported = await exports.standalone(await runtime.pool.image_of(component), component, number)
    headers = {
        "Content-Disposition": f'attachment; filename="{exported.filename}"',
        "ETag": f'"{exported.digest}"',
    }
    return Response(exported.wasm, media_type="application/wasm", headers=headers)
