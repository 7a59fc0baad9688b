"""Coming in: from a first factor that was right, by way of a second where the person has one, to a session."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from tenants.models import SecondStep, User
from tenants.sign_in import second_factors, second_steps, sessions


@dataclass(frozen=True, slots=True)
class Entrance:
    """`token` is a session's, or, while `methods` names second factors to be shown, a step's."""

    token: str
    methods: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return not self.methods


@dataclass(frozen=True, slots=True)
class Browser:
    """What a session remembers of where it was opened. `network` is shortened."""

    user_agent: str = ""
    network: str = ""


async def enter(
    session: AsyncSession,
    user: User,
    browser: Browser,
    *,
    only_tenant_id: str | None = None,
    provider: str | None = None,
    second_factor: bool = False,
) -> Entrance:
    """Go on from a first factor. `second_factor`: whoever vouched for the first says that there was a second."""
    factors = await second_factors.of(session, user.id)
    if factors.any and not second_factor:
        token = await second_steps.open(session, user, only_tenant_id=only_tenant_id, provider=provider)
        return Entrance(token, tuple(factors.methods))
    token = await sessions.open(
        session,
        user,
        browser.user_agent,
        network=browser.network,
        only_tenant_id=only_tenant_id,
        provider=provider,
        second_factor=second_factor,
    )
    return Entrance(token)


async def finish(session: AsyncSession, step: SecondStep, user: User, browser: Browser) -> str:
    """The second factor was right: return the token of the session."""
    await second_steps.close(session, step)
    return await sessions.open(
        session,
        user,
        browser.user_agent,
        network=browser.network,
        only_tenant_id=step.only_tenant_id,
        provider=step.provider,
        second_factor=True,
    )
