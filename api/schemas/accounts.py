"""Bodies about one's own account: proving who one is, second factors, sessions."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from api.schemas.pages import Strict
from api.schemas.people import Email, Name, Password, UserOut, Visible

Typed = Annotated[str, StringConstraints(max_length=200)]
Token = Annotated[str, StringConstraints(max_length=100)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Visible]


class LetterSent(BaseModel):
    """The same for every address."""

    status: str = "letter_sent"
    detail: str = "We have sent a letter to this address, if it can get one. Open the link in it."


class SecondFactorAsked(BaseModel):
    """The first factor was right: now show one of these, at POST /api/v1/session/second-factor."""

    second_factor: list[str] = Field(description="passkey, code, recovery_code")


class SecondFactorIn(Strict):
    """One of them."""

    code: Typed | None = Field(None, description="Of an authenticator app.")
    recovery_code: Typed | None = None
    passkey: dict[str, Any] | None = Field(None, description="What navigator.credentials.get gave, as JSON.")


class ReauthenticationIn(SecondFactorIn):
    password: Typed | None = None


class ConfirmSignUp(Strict):
    token: Token
    password: Typed = Field(description="The one that was chosen when signing up.")


class PendingSignUp(BaseModel):
    email: str


class AskReset(Strict):
    email: Email


class ResetIn(Strict):
    token: Token
    password: Password


class PasswordIn(Strict):
    current: Typed
    password: Password


class AddressIn(Strict):
    email: Email


class TokenIn(Strict):
    token: Token


class CodeIn(Strict):
    code: Typed


class PasskeyIn(Strict):
    name: Label
    credential: dict[str, Any] = Field(description="What navigator.credentials.create gave, as JSON.")


class NameIn(Strict):
    name: Name


class PasskeyOut(BaseModel):
    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


class AppOut(BaseModel):
    """What an authenticator app needs to know. `qr_path` is an SVG path in a square of `qr_size` units."""

    secret: str
    uri: str
    qr_path: str
    qr_size: int


class RecoveryCodesOut(BaseModel):
    recovery_codes: list[str] = Field(description="Shown this once; empty when those there are go on.")


class NewPasskeyOut(RecoveryCodesOut):
    passkey: PasskeyOut


class AccountOut(BaseModel):
    user: UserOut
    address_proved: bool
    has_password: bool
    is_own: bool = Field(description="Whether the person signed up, rather than being brought by an identity provider.")
    sends_letters: bool = Field(description="Whether this installation writes to people.")
    app: bool
    passkeys: list[PasskeyOut]
    recovery_codes: int
    fresh_until: datetime | None = Field(description="Until when what changes how one signs in asks for nothing more.")


class BrowserOut(BaseModel):
    """A browser that is signed in."""

    id: str
    is_this: bool
    user_agent: str
    network: str = Field(description="Where it signed in from, shortened.")
    second_factor: bool
    created_at: datetime
    last_seen_at: datetime
