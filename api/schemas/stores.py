"""Bodies about what tenants keep here: secrets, connections, files."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, Field, SecretStr

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
    expires_at: AwareDatetime | None = Field(
        None,
        strict=False,
        description="When its giver stops taking it. People are told two weeks before; it is sent all the same.",
    )


class SecretOut(Shape):
    name: str
    hosts: list[str] = Field(description="Where it may be sent, and nowhere else.")
    version: int
    created_at: datetime
    updated_at: datetime
    updated_by: CallerOut
    expires_at: datetime | None = Field(description="As who set it has said; nothing refuses it afterwards.")


class RenewedOut(BaseModel):
    sealed_anew: int = Field(description="How many values the new key seals.")


class FileOut(BaseModel):
    path: str
    size: int


class SubfolderOut(Shape):
    path: str = Field(description="It ends with a slash.")
    files: int = Field(description="All that lie below it.")
    bytes: int


class StoredFileOut(Shape):
    path: str
    size: int = Field(validation_alias="size_bytes")
    content_type: str
    written_by: CallerOut | None = Field(description="A tool, by the run's id, or a person; null when it is not known.")
    updated_at: datetime


class FolderOut(BaseModel):
    folders: list[SubfolderOut]
    files: list[StoredFileOut]
    is_cut: bool = Field(description="Whether it has more files of its own than are listed.")


class ScopeOut(Shape):
    scope: str = Field(description='"tenant", which all tools share, or "tool:NAME".')
    values: int


class ValueOut(Shape):
    key: str
    text: str = Field(description="The value as JSON, with every digit that it was kept with.")
    revision: int = Field(description="Counts up with each change.")
    updated_at: datetime


class ValueIn(Strict):
    scope: str = Field(max_length=70, examples=["tenant", "tool:add_numbers"])
    key: str = Field(max_length=500)
    text: str | None = Field(max_length=200_000, description="The new value as JSON; null or `null`: none any more.")
    revision: int = Field(ge=0, le=2**53, description="Of what is changed; 0: there is none yet.")


class EffectOut(Shape):
    key: str
    state: str = Field(description="`done`, or `claimed` by a run that has not said so.")
    run: str = Field(validation_alias="run_id")
    claimed_at: datetime
    done_at: datetime | None


class ForgetIn(Strict):
    keys: list[str] = Field(min_length=1, max_length=100)


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
