"""Invitations: links that make somebody a member. The link is in one answer and nowhere else."""

from fastapi import APIRouter, Request, Response

from api.auth.deps import CurrentActor, CurrentDatabase, CurrentPerson, CurrentRuntime, CurrentSettings, Reading, Unit
from api.problems import RESPONSES
from api.proxies import caller
from api.routes.people.session import open_session, welcome
from api.schemas.pages import PageOut
from api.schemas.people import InvitationOut, InvitedSignUp, MemberIn, NewInvitationOut, OfferOut, SessionOut
from api.settings import Settings
from tenants.people import attempts, invitations
from tenants.rights.access import Actor, Permission
from tenants.runtime import Runtime

owners = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["invitations"], responses=RESPONSES)
guests = APIRouter(prefix="/api/v1", tags=["invitations"], responses=RESPONSES)


@owners.post("/invitations", status_code=201)
async def invite(
    body: MemberIn, request: Request, actor: CurrentActor, runtime: CurrentRuntime, settings: CurrentSettings
) -> NewInvitationOut:
    """Invite somebody, who need not have signed up. The link holds until `expires_at`, once; the one before it ends.

    Nobody gives a role that holds more than they do; approvers and owners are made by a person who is signed in.
    """
    return await _invited(body, request, actor, runtime, settings)


@owners.post("/members", status_code=202)
async def add_member(
    body: MemberIn, request: Request, actor: CurrentActor, runtime: CurrentRuntime, settings: CurrentSettings
) -> NewInvitationOut:
    """The same: whoever it is becomes a member by accepting, whether or not there is an account with the address."""
    return await _invited(body, request, actor, runtime, settings)


async def _invited(
    body: MemberIn, request: Request, actor: Actor, runtime: Runtime, settings: Settings
) -> NewInvitationOut:
    database, mailer, link = runtime.database, runtime.mailer, None
    if mailer is not None:
        actor.require(Permission.MEMBERS_MANAGE)
        await attempts.begin(database, attempts.asking_for_letters(body.email, caller(request)))
    async with database.unit(actor.tenant_id) as session:
        if mailer is not None:
            invitation = await invitations.send(session, mailer, actor, body.email, body.role)
        else:
            invitation, token = await invitations.invite(session, actor, body.email, body.role)
            link = f"{settings.origin}/invitations/{token}"
    return NewInvitationOut.of(invitation, link=link)


@owners.get("/invitations")
async def list_invitations(actor: CurrentActor, session: Reading) -> PageOut[InvitationOut]:
    """What can still be accepted."""
    found = await invitations.list_open(session, actor)
    return PageOut(items=[InvitationOut.of(invitation) for invitation in found], next_cursor=None)


@owners.delete("/invitations/{invitation_id}", status_code=204)
async def revoke_invitation(invitation_id: str, actor: CurrentActor, unit: Unit) -> None:
    await invitations.revoke(unit, actor, invitation_id)


@guests.get("/invitations/{token}")
async def read_invitation(token: str, response: Response, database: CurrentDatabase) -> OfferOut:
    """What a link offers, to whoever has it."""
    response.headers["Cache-Control"] = "no-store"
    offer = await invitations.read_offer(database, token)
    by = offer.invitation.invited_by
    return OfferOut(
        tenant=offer.tenant.slug,
        tenant_name=offer.tenant.name,
        email=offer.invitation.email,
        role=offer.invitation.role,  # pyright: ignore[reportArgumentType] - a column knows no literals; pydantic checks
        invited_by=by["label"] if by["kind"] == "person" else f"the key {by['label']}",
        expires_at=offer.invitation.expires_at,
    )


@guests.post("/invitations/{token}/accept")
async def accept_invitation(token: str, person: CurrentPerson, database: CurrentDatabase) -> SessionOut:
    """Become a member, as whom you are signed in."""
    await invitations.accept(database, token, person.user, person.only)
    return await welcome(database, person.user, person.only, second_factor=person.second_factor)


@guests.post("/invitations/{token}/signup", status_code=201)
async def sign_up_by_invitation(
    token: str,
    body: InvitedSignUp,
    request: Request,
    response: Response,
    database: CurrentDatabase,
    settings: CurrentSettings,
) -> SessionOut:
    """Sign up with the invited address, become a member, and sign in. It needs no open sign-up, and no own tenant."""
    user, _ = await invitations.sign_up(database, token, name=body.name, password=body.password)
    await open_session(database, settings, user, request, response)
    return await welcome(database, user)


router = APIRouter()
router.include_router(owners)
router.include_router(guests)
