"""Bodies about what tenants keep here: secrets, connections, files."""

from datetime import datetime

from pydantic import BaseModel, Field, SecretStr

from api.schemas.pages import CallerOut, Shape, Strict
from api.schemas.runs import RunError
from tenants.capabilities.secrets import SHORTEST


class SecretIn(Strict):
    value: SecretStr = Field(description=f"{SHORTEST} characters or more; it is never shown again.")
    hosts: list[str] = Field(
        max_length=50,
        description="Where it may be sent; empty for one that only signatures are checked with.",
        examples=[["api.stripe.com"]],
    )


class SecretOut(Shape):
    name: str
    hosts: list[str] = Field(description="Where it may be sent, and nowhere else.")
    version: int
    created_at: datetime
    updated_at: datetime
    updated_by: CallerOut


class RenewedOut(BaseModel):
    sealed_anew: int = Field(description="How many values the new key seals.")


class FileOut(BaseModel):
    path: str
    size: int


class ConnectionIn(Strict):
    url: SecretStr = Field(
        description="`postgresql://USER:PASSWORD@HOST[:PORT]/DATABASE[?sslmode=verify-full|require|disable]`,"
        " or `sqlite:///NAME.db` in the folder that the operator keeps for the tenant.",
        examples=["postgresql://reader:secret-password@db.acme.com/crm"],
    )


class ConnectionOut(Shape):
    name: str
    url: str = Field(description="Where it leads, without the password.")
    version: int
    created_at: datetime
    updated_at: datetime
    updated_by: CallerOut


class CheckOut(BaseModel):
    works: bool
    error: RunError | None
