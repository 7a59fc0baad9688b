"""OAuth clients made by hand for machines, and the agents that people have connected."""

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentDatabase, CurrentSettings, Reading, Unit
from api.auth.resources import resource_url
from api.problems import RESPONSES
from api.schemas.agents import AgentOut, ClientIn, NewClientOut
from api.schemas.pages import PageOut
from tenants.agents import clients

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["agents"], responses=RESPONSES)


@router.post("/clients", status_code=201)
async def create_client(
    body: ClientIn, actor: CurrentActor, database: CurrentDatabase, settings: CurrentSettings
) -> NewClientOut:
    """Make a client for a machine (OAuth client credentials). Its secret is in this answer and nowhere else."""
    resource = resource_url(settings.origin, actor.tenant_slug)
    # A client is global, so it is written in a system unit; the function keeps it to this tenant.
    async with database.system() as session:
        client, secret = await clients.create(session, actor, name=body.name, scopes=body.scopes, resource=resource)
    return NewClientOut(
        client_id=client.client_id,
        client_secret=secret,
        token_endpoint=f"{settings.origin}/oauth/token",
        resource=resource,
    )


@router.get("/clients")
async def list_clients(actor: CurrentActor, session: Reading) -> PageOut[AgentOut]:
    """What is connected: your own, or everybody's when you manage the members."""
    items = [
        AgentOut(
            id=grant.id,
            client_name=client.details["client_name"],
            client_id=client.client_id,
            scopes=grant.scopes,
            user_email=user.email,
            created_at=grant.created_at,
            last_used_at=grant.last_used_at,
        )
        for grant, client, user in await clients.list_agents(session, actor)
    ]
    return PageOut(items=items, next_cursor=None)


@router.delete("/clients/{grant_id}", status_code=204)
async def disconnect(grant_id: str, actor: CurrentActor, unit: Unit) -> None:
    """Disconnect an agent or a machine: its tokens stop working at once."""
    await clients.revoke(unit, actor, grant_id)
