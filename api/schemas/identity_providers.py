"""Bodies about identity providers."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr, StringConstraints

from api.schemas.pages import CallerOut, Strict
from api.schemas.people import Visible

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), Visible]


class IdentityProviderIn(Strict):
    title: Text = Field(description="What its button says.", examples=["Acme staff"])
    issuer: Text = Field(description="Exactly as the provider spells it.", examples=["https://login.acme.com"])
    client_id: Text
    client_secret: SecretStr | None = Field(
        None, description="Left out: as it is. Empty: a client without one. It is never shown again."
    )
    email_domains: list[Text] = Field(
        max_length=50, description="The domains for whose addresses it vouches.", examples=[["acme.com"]]
    )
    newcomer_role: Literal["approver", "author", "viewer"] | None = Field(
        None, description="What somebody becomes whom nobody has added; null lets members in only."
    )
    second_factor_claims: list[Text] = Field(
        default_factory=list[Text],
        max_length=20,
        description="Values of amr or acr in its ID tokens that count as a second factor; by none, ours is asked for.",
        examples=[["mfa"]],
    )


class IdentityProviderOut(BaseModel):
    name: str
    title: str
    issuer: str
    client_id: str
    email_domains: list[str]
    newcomer_role: Literal["approver", "author", "viewer"] | None
    second_factor_claims: list[str]
    redirect_uri: str = Field(description="What to register at the provider.")
    sign_in_url: str = Field(description="A link that signs people in by it.")
    created_at: datetime
    updated_at: datetime
    updated_by: CallerOut


class WayInOut(BaseModel):
    """One button of the sign-in page."""

    title: str
    url: str


class WaysInOut(BaseModel):
    providers: list[WayInOut]
