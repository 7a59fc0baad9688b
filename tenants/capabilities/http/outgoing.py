"""One HTTP request of a tool, read from its payload, its secrets put in, ready to leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox import (
    ACCESS_TOKEN,
    READING,
    Malformed,
    Slot,
    TokenAsked,
    Url,
    in_the_clear,
    is_of_token,
    no_secret,
    web_requests,
    wrong_host,
)
from tenants.capabilities.addresses import place as at
from tenants.capabilities.bound import Bound, Unable
from tenants.capabilities.http.request_spans import NOT_TRACED, Traced
from tenants.capabilities.http.signatures import sign
from tenants.capabilities.secrets import Secret, fill


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request that may leave. `repeatable`: sending it twice does no more than sending it once.

    `shown_url` is the URL as people and the tool may read it, without a secret's value.
    """

    method: str
    url: Url = field(repr=False)
    shown_url: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    timeout_s: float
    repeatable: bool
    token: TokenAsked | None = None
    traced: Traced = NOT_TRACED

    def bearing(self, token: str) -> "Outgoing":
        """The same with a token in the place of what stands for it."""
        headers = {name: text.replace(ACCESS_TOKEN, token) for name, text in self.headers.items()}
        return replace(self, headers=headers)


def read(
    payload: Mapping[str, Any], slots: Sequence[Slot], bound: Bound, place: str, secrets: Mapping[str, Secret]
) -> Outgoing:
    """From a call's payload. `place` is `seq` or `seq.index`: where in the run it was asked for. Raises Unable.

    `secrets` are those that the run's grant names; their values go into the slots and nowhere else.
    """
    try:
        asked = leaving = web_requests.Request.parse(payload)
        _check_secrets(slots, asked, bound, secrets)
        if slots:
            in_url = {slot.path[1]: secrets[slot.name].value for slot in slots if slot.path[0] == "url"}
            filled = fill(payload, [slot for slot in slots if slot.path[0] != "url"], secrets)
            leaving = web_requests.Request.parse(filled, in_url, sign)
    except Malformed as error:
        raise Unable.of(error.fault) from error
    headers = dict(leaving.headers)
    if asked.method not in READING:
        headers.setdefault("idempotency-key", asked.key or f"{bound.run_id}:{place}")
    return Outgoing(
        asked.method, leaving.url, asked.url.text, headers, leaving.content, asked.timeout_s, asked.repeatable,
        leaving.token,
    )  # fmt: skip


def for_token(asked: TokenAsked, timeout_s: float) -> Outgoing:
    """The request that fetches a token. Asking once more does no harm. Raises Unable."""
    try:
        request = web_requests.Request.parse(asked.payload())
    except Malformed as error:
        raise Unable.of(error.fault) from error
    url = request.url
    return Outgoing("POST", url, url.text, request.headers, request.content, timeout_s, repeatable=True)


def _check_secrets(
    slots: Sequence[Slot], asked: web_requests.Request, bound: Bound, secrets: Mapping[str, Secret]
) -> None:
    """Every secret named must exist, be bound to the host that it goes to, and not leave in the clear."""
    of_token = asked.token.url if asked.token else asked.url
    goes = {(slot.name, of_token if is_of_token(slot.path) else asked.url) for slot in slots}
    for name, url in sorted(goes, key=lambda pair: (pair[0], pair[1].text)):
        secret = secrets.get(name)
        if secret is None:
            raise Unable.of(no_secret(name))
        if not secret.may_go_to(url.host):
            raise Unable.of(wrong_host(name, secret.hosts, url.host))
        if url.scheme != "https" and at(url.host.strip("[]"), url.port) not in bound.internal_hosts:
            raise Unable.of(in_the_clear(name))
