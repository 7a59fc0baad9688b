"""Which secrets a world has, and where each may go: `[names]`, or `{name: [hosts]}`. Without either it has them all."""

from collections.abc import Mapping, Sequence
from typing import cast

from sandbox.capabilities.secret import in_the_clear, may_go_to, no_secret, wrong_host
from sandbox.capabilities.syntax.tokens import is_of_token
from sandbox.capabilities.syntax.urls import Url
from sandbox.contract.hosts import HostCall
from sandbox.contract.outcomes import Fault
from sandbox.worlds.stages import InvalidWorld, listing, mapping, words


class KnownSecrets:
    """Only their names are known: nothing is sent, so names stay where values would go. Raises InvalidWorld."""

    def __init__(self, given: object) -> None:
        self._hosts: Mapping[str, Sequence[str] | None] | None = None if given is None else _hosts(given)

    def refusal(self, call: HostCall, at: int, url: Url, token_url: Url | None = None) -> Fault | None:
        """Why the secrets of a call's request cannot be sent, as the real host says it."""
        batch = [slot for slot in call.secrets if slot.path[:1] == ("requests",)]
        slots = [slot for slot in batch if slot.path[1] == at] if batch else call.secrets
        goes = {(slot.name, (token_url if is_of_token(slot.path) else url) or url) for slot in slots}
        refused = (self._of_one(name, place) for name, place in sorted(goes, key=lambda pair: (pair[0], pair[1].text)))
        return next((fault for fault in refused if fault is not None), None)

    def _of_one(self, name: str, url: Url) -> Fault | None:
        if self._hosts is None:
            return None
        if name not in self._hosts:
            return no_secret(name)
        hosts = self._hosts[name]
        if hosts is not None and not may_go_to(hosts, url.host):
            return wrong_host(name, hosts, url.host)
        return in_the_clear(name) if hosts is not None and url.scheme != "https" else None


def _hosts(given: object) -> Mapping[str, Sequence[str] | None]:
    if isinstance(given, list):
        return dict.fromkeys(words(name, "secrets") for name in cast("list[object]", given))
    if not isinstance(given, Mapping):
        raise InvalidWorld('world.secrets is a list of names, or says where each may go: {"stripe_key": [hosts]}.')
    named = mapping(cast("object", given), "secrets")
    return {
        name: None if hosts is None else [words(one, f"secrets.{name}") for one in listing(hosts, f"secrets.{name}")]
        for name, hosts in named.items()
    }
