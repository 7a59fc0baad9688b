"""Calling people out of bed. The grant says who."""

from sealwright import _host
from sealwright._errors import Json


def page(whom: str, text: str, key: str | None = None) -> dict[str, Json]:
    """Page somebody: returns {"id": str}. Raises HostError "unreached" where nobody answers.

    key: names this effect; a key that was paged before is not paged again.
    """
    return _host.call("pager", "page", _host.given(whom=whom, text=text, key=key))
