"""Bodies about programs that act for people: API keys, machine clients, connected agents."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.pages import Shape, Strict
from api.schemas.people import Name


class KeyIn(Strict):
    name: Name
    scopes: list[str] = Field(min_length=1, description="What the key may do; never more than its maker.")
    expires_at: Annotated[datetime | None, Field(strict=False)] = None


class KeyOut(Shape):
    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


class NewKeyOut(KeyOut):
    token: str = Field(description="Shown this once.")


class ClientIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    scopes: list[str] = Field(description="Of tools:call, tools:author, runs:read; never more than your own.")


class NewClientOut(BaseModel):
    client_id: str
    client_secret: str = Field(description="Shown once.")
    token_endpoint: str
    resource: str = Field(description="What its tokens are for.")


class AgentOut(BaseModel):
    """One connection: a client that may act for this tenant."""

    id: str
    client_name: str
    client_id: str
    scopes: list[str]
    user_email: str = Field(description="Who connected it.")
    created_at: datetime
    last_used_at: datetime | None
