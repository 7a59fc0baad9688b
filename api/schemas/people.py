"""Bodies about people: signing up and in, members, invitations."""

import unicodedata
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from api.schemas.pages import CallerOut, Shape, Strict
from tenants.base.errors import InvalidError
from tenants.people.email_addresses import tidy_email
from tenants.people.passwords import LENGTH_MAX, LENGTH_MIN
from tenants.rights.access import Permission


def _email(given: str) -> str:
    try:
        return tidy_email(given)
    except InvalidError as error:
        raise PydanticCustomError("email", "This is not an email address.") from error


# What a person does not see, or that turns the text around it. Some scripts and emoji need the joiners.
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")


def _visible(given: str) -> str:
    for letter in given:
        if unicodedata.category(letter) in _HIDDEN and letter not in _JOINERS:
            said = f"It holds a character that nobody sees, U+{ord(letter):04X}: leave it out."
            raise PydanticCustomError("invisible", "{said}", {"said": said})
    return given


# In its normal form from here on: what is looked up and what is counted is the same text.
Email = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(_email)]
Password = Annotated[str, StringConstraints(min_length=LENGTH_MIN, max_length=LENGTH_MAX)]
# Names stand beside others' in lists, letters and records: none looks like another by what is not seen.
Visible = AfterValidator(_visible)
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Visible]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$")]
RoleName = Literal["owner", "approver", "author", "viewer"]


class SignUp(Strict):
    email: Email
    password: Password
    name: Name
    tenant_name: Name
    tenant_slug: Slug | None = Field(None, description="In every URL; made from the name when left out.")


class SignIn(Strict):
    email: Email
    password: Annotated[str, StringConstraints(max_length=200)]


class UserOut(BaseModel):
    id: str
    email: str
    name: str


class TenantOut(BaseModel):
    slug: str
    name: str
    role: RoleName
    permissions: list[Permission]
    second_factor_needed: bool = Field(
        False, description="Whether this session lacks permissions that the tenant asks a second factor for."
    )


class SessionOut(BaseModel):
    user: UserOut
    tenants: list[TenantOut]


class MemberIn(Strict):
    email: Email
    role: RoleName


class RoleIn(Strict):
    role: RoleName


class MemberOut(BaseModel):
    user_id: str
    email: str
    name: str
    role: RoleName
    created_at: datetime
    last_seen_at: datetime | None = Field(
        description="When they were last signed in; null where that was never, or is not the caller's to know."
    )


class PolicyOut(BaseModel):
    """What a tenant has decided for itself."""

    model_config = ConfigDict(extra="allow")

    self_approval: bool = Field(description="Whether an approver may approve a version that they wrote themselves.")
    canary_percent: int = Field(100, description="The share of calls that an approved version starts with; 100: all.")
    canary_promotes_after: int = Field(
        0, description="Calls after which a canary that does no worse takes over by itself; 0: a person decides."
    )
    generation_usd_a_month: int = Field(50, description="What models that write tools may cost, in US dollars.")
    limits: dict[str, int] = Field(
        default_factory=dict[str, int],
        description="How much may be asked of one server process: calls_per_minute and runs_at_once of the tenant, "
        "client_calls_per_minute and client_runs_at_once of each key, agent or person. More is answered 429.",
    )
    second_factor: str = Field(
        "none", description="Whom it asks for a second factor: none, approvers (and owners), everyone."
    )
    uncertain: dict[str, str] = Field(
        default_factory=dict[str, str],
        description="For email and http, what becomes of a call that nobody knows the end of: report (as what is not "
        "named) or retry, which may do it twice.",
    )
    second_implementation: bool = Field(
        False,
        description="Whether a model writes each tool a second time, from what it promises alone, for the approver to "
        "be asked where the two answer differently.",
    )
    always_on_runs: list[str] = Field(
        default_factory=list[str],
        description='Tools ("*": all) of which each real run is held against what its spec says is always so.',
    )
    gates: dict[str, str] = Field(
        default_factory=dict[str, str],
        description="block, warn or off for gates that may be relaxed; all others, and what is not named, block.",
    )


class TenantPage(BaseModel):
    slug: str
    name: str
    policy: PolicyOut
    mcp_url: str
    permissions: list[Permission]
    generates: bool = Field(description="Whether a model is configured here that writes specs and code.")


class InvitationOut(Shape):
    id: str
    email: str
    role: RoleName
    invited_by: CallerOut
    created_at: datetime
    expires_at: datetime


class NewInvitationOut(InvitationOut):
    link: str | None = Field(
        description="Shown this once: pass it on yourself. Null where letters are sent: it went to the address alone."
    )


class OfferOut(BaseModel):
    """What an invitation's link leads to."""

    tenant: str = Field(description="Its slug.")
    tenant_name: str
    email: str = Field(description="Whom it is for.")
    role: RoleName
    invited_by: str
    expires_at: datetime


class InvitedSignUp(Strict):
    name: Name
    password: Password
