"""Connections: databases for the tenant's tools, set up by name. No answer ever holds a password."""

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentRuntime, CurrentVault, Reading, Unit
from api.problems import RESPONSES
from api.schemas.pages import PageOut
from api.schemas.runs import RunError
from api.schemas.stores import CheckOut, ConnectionIn, ConnectionOut
from tenants.capabilities import Capabilities, Unable
from tenants.rights.access import Permission
from tenants.stores import connections

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["connections"], responses=RESPONSES)


@router.put("/connections/{name}")
async def put_connection(
    name: str, body: ConnectionIn, actor: CurrentActor, safe: CurrentVault, unit: Unit
) -> ConnectionOut:
    """Set up a database, or change where its name leads. Tools name it: `sql.query("NAME", ...)`."""
    entry = await connections.put(unit, actor, safe, name, body.url.get_secret_value())
    return ConnectionOut.of(entry)


@router.get("/connections")
async def list_connections(actor: CurrentActor, session: Reading) -> PageOut[ConnectionOut]:
    found = await connections.list_all(session, actor)
    return PageOut(items=[ConnectionOut.of(entry) for entry in found], next_cursor=None)


@router.post("/connections/{name}/check")
async def check_connection(name: str, actor: CurrentActor, runtime: CurrentRuntime, session: Reading) -> CheckOut:
    """Connect once, as a tool would; the answer says what is wrong."""
    actor.require(Permission.SECRETS_MANAGE)
    await connections.read_connection(session, actor, name)
    effects = runtime.effects
    if not isinstance(effects, Capabilities) or effects.stores.sql is None:
        raise RuntimeError("the server was opened without databases")
    try:
        await effects.stores.sql.check(actor.tenant_id, name, effects.internal_hosts)
    except Unable as unable:
        fault = unable.fault
        return CheckOut(works=False, error=RunError(code=fault.code, message=fault.message, hint=fault.hint))
    return CheckOut(works=True, error=None)


@router.delete("/connections/{name}", status_code=204)
async def remove_connection(name: str, actor: CurrentActor, unit: Unit) -> None:
    await connections.remove(unit, actor, name)
