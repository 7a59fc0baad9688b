"""signatures: how something is signed, and the secret that the host checks it with; or public keys, written out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.capabilities.named import Asking, NamedThings
from sandbox.capabilities.permits import Malformed, Need, Permit, Unreadable, demand_known, text
from sandbox.capabilities.traits import Capability, Kind, Reading, Traits
from sandbox.capabilities.verification import marks, web_tokens
from sandbox.contract.hosts import Effect

NAME_CHARACTERS_MAX = 100
# What checking asks of a secret; a permit of `secret` asks the same, so that one question reads both.
_USE = "use"
_COMMON = ("scheme", "key", "body", "body_base64", "signature")
_TOKEN = ("algorithm", "key", "keys", "token", "issuer", "audience", "within_s")
_SENDERS = {"github": "GitHub's", "stripe": "Stripe's", "slack": "Slack's"}


@dataclass(frozen=True, slots=True)
class Keys:
    """A permit that holds the public keys themselves, `text`, as JSON in its one form."""

    algorithm: str
    text: str

    @property
    def line(self) -> str:
        return f"{self.algorithm} {self.text}"

    @property
    def sentence(self) -> str:
        return f"Check JWTs signed by {self.algorithm} with the public keys {self.text}."

    def allows(self, need: Need) -> bool:
        return (need.verb, need.target) == (self.algorithm, self.text)

    def covers(self, other: Permit) -> bool:
        return self == other


class Signatures(NamedThings):
    name = "signatures"
    grammar = ("github hook_secret", "hmac-sha512 partner_*", "RS256 idp_jwks")
    permit_length_max = 8_000
    operations: Mapping[str, Effect] = {"verify": "read", "claims": "read"}
    verbs: Mapping[str, frozenset[str]] = {
        how: frozenset({how, _USE}) for how in (*marks.SCHEMES, *web_tokens.ALGORITHMS)
    }
    asked: Mapping[str, Asking] = {}
    traits = Traits(
        ambient=False,
        reaches_out=False,
        reaches_people=False,
        asks_people=False,
        waits_for_nobody=True,
        shared=False,
        harmless_in_doubt=True,
        repeatable=False,
        batches={},
        in_parts=frozenset(),
        keys="nobody",
        contents_compared=False,
        tenant_limit=None,
    )

    def permit(self, line: str) -> Permit:
        """Raises Unreadable."""
        algorithm, _, keys = line.partition(" ")
        if algorithm not in web_tokens.PUBLIC or not keys.startswith("{"):
            return super().permit(line)
        try:
            canonical = web_tokens.canonical_keys(json.loads(keys))
            tuple(web_tokens.read_keys(canonical, algorithm, algorithm))
        except (Malformed, ValueError, RecursionError) as error:
            raise Unreadable(f"these are no public keys for {algorithm}, as a JWK or JWKS in JSON") from error
        return Keys(algorithm, canonical)

    def sentence(self, verb: str, name: str) -> str:
        if verb in web_tokens.PUBLIC:
            return f"Check JWTs signed by {verb} with the public keys in the secret {name}."
        what = f"JWTs signed by {verb}" if verb in web_tokens.SHARED else f"{_signer(verb)} signatures"
        return f"Check {what} with the secret {name}, without seeing it."

    def read(self, operation: str, payload: Mapping[str, Any]) -> Reading:
        """Raises Malformed."""
        field, known = ("scheme", marks.SCHEMES) if operation == "verify" else ("algorithm", web_tokens.ALGORITHMS)
        how = payload.get(field)
        if not isinstance(how, str) or how not in known:
            raise Malformed(f"{field!r} is one of: {', '.join(known)}.")
        if operation == "claims" and "keys" in payload:
            target, shown = web_tokens.canonical_keys(payload["keys"]), '{"keys": [...]}'
        else:
            target = shown = text(payload, "key", NAME_CHARACTERS_MAX)
        return Reading(payload, [Need(how, target, f"{how} {shown}")], self.operations[operation], 1, (payload,))

    def check(self, operation: str, payload: Mapping[str, Any]) -> None:
        """Raises Malformed."""
        if operation == "verify":
            demand_known(payload, (*_COMMON, *marks.SCHEMES[payload["scheme"]]), f"signatures.{payload['scheme']}")
            marks.body_of(payload)
        else:
            shared = payload["algorithm"] in web_tokens.SHARED
            fields = (*_TOKEN, "key_encoding") if shared else _TOKEN
            demand_known(payload, fields, f"signatures.{payload['algorithm']}")
            if "keys" in payload and (shared or "key" in payload):
                raise Malformed("'keys' are public keys, instead of a secret's name.")
        _check_fields(payload)

    def kind(self, operation: str, what: Mapping[str, Any]) -> Kind:
        del operation, what
        return "question"

    def told(self, operation: str, what: Mapping[str, Any]) -> str:
        return f"signatures {operation} {what.get('key') or ''}".strip()


CAPABILITY: Capability = Signatures()


def _signer(scheme: str) -> str:
    return _SENDERS.get(scheme) or scheme.upper().replace("-SHA", " SHA-")


def _check_fields(payload: Mapping[str, Any]) -> None:
    for field, longest in (
        ("signature", marks.SIGNATURE_CHARACTERS_MAX), ("token", web_tokens.TOKEN_CHARACTERS_MAX), ("prefix", 100),
        ("issuer", 2_000), ("audience", 2_000),
    ):  # fmt: skip
        _optional_text(payload, field, longest)
    _one_of(payload, "encoding", marks.ENCODINGS)
    _one_of(payload, "key_encoding", marks.KEY_ENCODINGS)
    timestamp, within_s = payload.get("timestamp"), payload.get("within_s", marks.WITHIN_S)
    if isinstance(timestamp, bool) or not isinstance(timestamp, str | int | None):
        raise Malformed("'timestamp' is a time in seconds, as it came.")
    if isinstance(within_s, bool) or not isinstance(within_s, int) or not 1 <= within_s <= marks.WITHIN_S_MAX:
        raise Malformed(f"'within_s' is a whole number of seconds, 1 to {marks.WITHIN_S_MAX:,}.")


def _optional_text(payload: Mapping[str, Any], field: str, longest: int) -> None:
    """None and an empty text may stand for what was not sent: that is for the check to say."""
    value = payload.get(field)
    if value is not None and (not isinstance(value, str) or len(value) > longest):
        raise Malformed(f"{field!r} is one text of at most {longest:,} characters.")


def _one_of(payload: Mapping[str, Any], field: str, known: Sequence[str]) -> None:
    value = payload.get(field, known[0])
    if not isinstance(value, str) or value not in known:
        raise Malformed(f"{field!r} is one of: {', '.join(known)}.")


def check_signature(operation: str, payload: Mapping[str, Any], key: str | None, now_s: float) -> Any:
    """What a host says, real or canned: true, or the claims. `key` is the secret's value, None where there is none.

    Raises Malformed, whose fault the tool is told.
    """
    if "keys" in payload:
        return web_tokens.verify_token(payload, payload["algorithm"], web_tokens.canonical_keys(payload["keys"]), now_s)
    if key is None:
        raise marks.lacking_key(payload["key"])
    if operation == "claims":
        return web_tokens.verify_token(payload, payload["key"], key, now_s)
    marks.verify_mark(payload, payload["key"], key, now_s)
    return True
