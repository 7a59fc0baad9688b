"""OAuth client credentials (RFC 6749, 4.4): the token that a request wants, and the request that fetches it.

The host fetches it, keeps it while it lasts and puts it in; a tool never has it. Where it is fetched is one more place
that the grant has to name, and the client's secret goes there and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote_plus

from sandbox.capabilities.permits import Malformed, demand_known
from sandbox.capabilities.syntax.urls import UnsafeUrl, Url
from sandbox.contract.placeholders import is_shown

# What stands for a token where nobody may see it, and where there is none.
SHOWN = "{{access token}}"
_FIELDS = ("token_url", "client_id", "client_secret", "scope", "audience", "resource", "in")
_PLACES = ("header", "body")
_CHARACTERS_MAX = 4_000
SECRETS = ("client_id", "client_secret")


@dataclass(frozen=True, slots=True)
class TokenAsked:
    """`parameters` are those of the request for the token, beside its client's."""

    url: Url
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    parameters: Mapping[str, str]
    place: str

    def payload(self) -> Mapping[str, Any]:
        """The request that fetches it, as a call of http would ask for it."""
        form = {"grant_type": "client_credentials", **self.parameters}
        asked = {"method": "POST", "url": self.url.text, "headers": {"Accept": "application/json"}}
        if self.place == "body":
            return {**asked, "data": {**form, "client_id": self.client_id, "client_secret": self.client_secret}}
        # RFC 6749, 2.3.1: each is encoded as in a form before they are put together.
        pair = [one if is_shown(one) else quote_plus(one) for one in (self.client_id, self.client_secret)]
        return {**asked, "data": form, "auth": {"basic": pair}}


def read_oauth(said: object) -> TokenAsked:
    """From a request's `auth`. Raises Malformed."""
    if not isinstance(said, Mapping):
        raise Malformed('auth\'s oauth is {"token_url", "client_id", "client_secret", ...}.')
    given = cast("Mapping[str, Any]", said)
    demand_known(given, _FIELDS, "auth's oauth")
    for name in _FIELDS:
        value = given.get(name, None if name in ("token_url", *SECRETS) else "x")
        if not isinstance(value, str) or not 0 < len(value) <= _CHARACTERS_MAX or not _is_whole(value):
            raise Malformed(f"the {name!r} of auth's oauth is a text of 1 to {_CHARACTERS_MAX:,} characters.")
    if given.get("in", "header") not in _PLACES:
        raise Malformed(f"the 'in' of auth's oauth is one of {', '.join(_PLACES)}: where the client says who it is.")
    try:
        url = Url.parse(given["token_url"])
    except UnsafeUrl as error:
        raise Malformed(f"the 'token_url' of auth's oauth is refused: {error}.") from error
    more = {name: str(given[name]) for name in ("scope", "audience", "resource") if name in given}
    return TokenAsked(url, given["client_id"], given["client_secret"], more, given.get("in", "header"))


def _is_whole(text: str) -> bool:
    try:
        return bool(text.encode())
    except UnicodeEncodeError:
        return False


def token_asked(request: Mapping[str, Any]) -> TokenAsked | None:
    """The token that a request wants, if any. Raises Malformed."""
    auth = request.get("auth")
    if not isinstance(auth, Mapping) or "oauth" not in auth:
        return None
    return read_oauth(cast("Mapping[str, object]", auth)["oauth"])


def is_of_token(path: Sequence[str | int]) -> bool:
    """Whether a secret's place is the client's, and so goes to where the token is fetched."""
    return tuple(path[-3:-1]) == ("auth", "oauth")
