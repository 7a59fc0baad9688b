"""What one version of a tool may reach. Absence grants nothing; what cannot be read is refused."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from secrets import token_bytes

from sandbox.capabilities import AMBIENT, CAPABILITIES, secret
from sandbox.capabilities.permits import Malformed, Permit, Unreadable
from sandbox.capabilities.syntax.slots import RIGHT_WAY
from sandbox.capabilities.traits import Capability, Misplaced, Reading
from sandbox.contract import placeholders
from sandbox.contract.hosts import HostCall
from sandbox.contract.outcomes import Fault
from sandbox.contract.placeholders import Placeholders

PERMITS_MAX = 500  # of one capability
_SHOWN = 200
_SECRET = secret.CAPABILITY.name
# The fault code of every refusal; the guest raises CapabilityRefused for it.
REFUSED = "capability_refused"
_AT_MOST = re.compile(r"at most (?P<count>[1-9][0-9]{0,8}) a (?P<span>run|day)")


class InvalidGrant(ValueError):  # noqa: N818  (reads as a sentence where it is raised)
    """A grant that cannot be read. The message says which line, and what may be written."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One capability of a grant: its permits, and how much of it may be used (None: no count).

    at_most: by one run. at_most_a_day: by all runs of the tool in a day (UTC); whoever runs it keeps that count.
    """

    capability: str
    permits: tuple[Permit, ...] = ()
    at_most: int | None = None
    at_most_a_day: int | None = None

    def lines(self) -> list[str]:
        spans = {"run": self.at_most, "day": self.at_most_a_day}
        caps = [f"at most {cap} a {span}" for span, cap in spans.items() if cap is not None]
        return [*(permit.line for permit in self.permits), *caps]

    def sentences(self) -> list[str]:
        spans = {"in a run": self.at_most, "a day": self.at_most_a_day}
        caps = [
            f"Use {self.capability} {_at_most(self.capability, cap)} {span}."
            for span, cap in spans.items()
            if cap is not None
        ]
        return [*(permit.sentence for permit in self.permits), *caps]

    def covers(self, other: "Reach") -> bool:
        within = _within(self.at_most, other.at_most) and _within(self.at_most_a_day, other.at_most_a_day)
        return within and all(any(mine.covers(theirs) for mine in self.permits) for theirs in other.permits)


@dataclass(frozen=True, slots=True)
class Grant:
    """Capabilities, narrowed. `Grant()` allows nothing."""

    reaches: Mapping[str, Reach] = field(default_factory=dict[str, Reach])

    @classmethod
    def parse(cls, given: Mapping[str, object] | None) -> "Grant":
        """From `{"http": ["GET https://api.stripe.com/v1/*"], ...}`. Raises InvalidGrant."""
        reaches = {name: _reach(name, lines) for name, lines in (given or {}).items()}
        return cls(dict(sorted(reaches.items())))

    def as_dict(self) -> dict[str, list[str]]:
        """Canonical: equal grants give equal data, and `parse` reads it back."""
        return {name: reach.lines() for name, reach in self.reaches.items()}

    def sentences(self) -> list[str]:
        """What an approver allows, in plain words; one sentence says so when it is nothing."""
        said = [sentence for reach in self.reaches.values() for sentence in reach.sentences()]
        return said or ["Reach nothing outside itself."]

    def covers(self, other: "Grant") -> bool:
        """Whether everything `other` allows is allowed here too. Says no when unsure."""
        return all(name in self.reaches and self.reaches[name].covers(reach) for name, reach in other.reaches.items())

    def refusal(self, call: HostCall) -> Fault | None:
        """Why a call may not be made, with the permit that would allow it; None when it may."""
        asked = read_call(call)
        return asked if isinstance(asked, Fault) else self.judge(call, asked)

    def judge(self, call: HostCall, asked: Reading) -> Fault | None:
        """As `refusal`, for a call that has been read."""
        reach = self.reaches.get(call.capability)
        if reach is None:
            if call.capability in AMBIENT:
                return self._unshared_secret(call)
            return _refuse(call, asked.needs[0].line if asked.needs else CAPABILITIES[call.capability].grammar[0])
        for need in asked.needs:
            if not any(permit.allows(need) for permit in reach.permits):
                return _refuse(call, need.line)
        for span, cap in (("run", reach.at_most), ("day", reach.at_most_a_day)):
            if cap is not None and asked.weight > cap:
                return _too_many(call.capability, cap, asked.weight, span)
        return self._unshared_secret(call)

    def daily(self) -> Mapping[str, int]:
        """How often each capability may be used in a day, for those that are counted so."""
        return {name: reach.at_most_a_day for name, reach in self.reaches.items() if reach.at_most_a_day is not None}

    def _unshared_secret(self, call: HostCall) -> Fault | None:
        for name in placeholders.names(call.secrets):
            if not self.shares(name):
                return _refuse(HostCall(call.seq, _SECRET, "use", {}), name)
        return None

    def shares(self, name: str, capability: str = _SECRET) -> bool:
        """Whether the secret of this name may be put into requests, or used as another capability uses it."""
        reach = self.reaches.get(capability)
        return reach is not None and any(secret.shares(permit, name) for permit in reach.permits)

    def allowance(self, seed: bytes | None = None) -> "Allowance":
        """For one run; by its seed the placeholders that are its own are known. Without one, no text is any."""
        return Allowance(self, Placeholders(token_bytes(32) if seed is None else seed))


@dataclass(slots=True)
class Allowance:
    """A grant in use by one run: it also counts towards `at most N a run`."""

    grant: Grant
    own: Placeholders
    used: Counter[str] = field(default_factory=Counter[str])

    def admit(self, call: HostCall) -> Fault | HostCall:
        """The call in canonical form, counted, its secrets found; or why it may not be made."""
        try:
            call = with_slots(call, self.own)
        except Misplaced as error:
            return Fault("secret_misplaced", f"{error}.", RIGHT_WAY)
        asked = read_call(call)
        if isinstance(asked, Fault):
            return asked
        fault = self.grant.judge(call, asked)
        if fault is not None:
            return fault
        fault = _unsound(call, asked)
        if fault is not None:
            return fault
        total = self.used[call.capability] + asked.weight
        reach = self.grant.reaches.get(call.capability)
        if reach is not None and reach.at_most is not None and total > reach.at_most:
            return _too_many(call.capability, reach.at_most, total, "run")
        self.used[call.capability] = total
        return _in_form(call, asked)


def _in_form(call: HostCall, asked: Reading) -> HostCall:
    what, how = call.capability, call.operation
    in_parts = how in CAPABILITIES[what].traits.in_parts
    return HostCall(call.seq, what, how, asked.payload, call.secrets, asked.effect, asked.weight, asked.parts, in_parts)


def with_slots(call: HostCall, own: Placeholders) -> HostCall:
    """The call with the places of its secrets found. Raises Misplaced."""
    if not own.touch(call.payload):
        return call
    capability = CAPABILITIES.get(call.capability)
    if capability is None:
        raise Misplaced(f"A secret cannot go into {call.capability}.{call.operation}: only into an HTTP request")
    payload, found = capability.take_secrets(call.operation, call.payload, own)
    return replace(call, payload=payload, secrets=found)


def read_call(call: HostCall) -> Reading | Fault:
    """What a call asks for, whether or not it may; or why that cannot be said."""
    capability = CAPABILITIES.get(call.capability)
    if capability is None or call.operation not in capability.operations:
        return _unknown(call)
    try:
        return capability.read(call.operation, call.payload)
    except Malformed as error:
        return _told(call, error)


def _unsound(call: HostCall, asked: Reading) -> Fault | None:
    """Why no host could do what is asked, granted or not."""
    try:
        CAPABILITIES[call.capability].check(call.operation, asked.payload)
    except Malformed as error:
        return _told(call, error)
    return None


def _told(call: HostCall, error: Malformed) -> Fault:
    said = error.fault
    if said.code != "malformed_request":
        return said
    return replace(said, message=f"{call.capability}.{call.operation}: {said.message}")


def admitted(call: HostCall) -> HostCall | Fault:
    """A call in its one form, as a host hears it; or why nobody could answer it. What has been read is not read again.

    Whether it may be made is not asked here.
    """
    if call.parts:
        return call
    asked = read_call(call)
    if isinstance(asked, Fault):
        return asked
    return _unsound(call, asked) or _in_form(call, asked)


def _reach(name: str, lines: object) -> Reach:
    capability = CAPABILITIES.get(name)
    if capability is None or name in AMBIENT:
        known = ", ".join(other for other in CAPABILITIES if other not in AMBIENT)
        raise InvalidGrant(f"There is no capability {name!r} to grant; there are {known}.")
    if not isinstance(lines, list | tuple) or not lines:
        raise InvalidGrant(f"{name}: give a list of permits, such as {capability.grammar[0]!r}.")
    return _read(capability, lines)  # pyright: ignore[reportUnknownArgumentType]  (each line is checked next)


def _read(capability: Capability, lines: Sequence[object]) -> Reach:
    permits: dict[str, Permit] = {}
    caps: dict[str, int] = {}
    if len(lines) > PERMITS_MAX:
        raise InvalidGrant(f"{capability.name}: there are {len(lines):,} permits; {PERMITS_MAX} are allowed.")
    for line in lines:
        found = _AT_MOST.fullmatch(line) if isinstance(line, str) else None
        if found is not None:
            caps[found["span"]] = min(int(found["count"]), caps.get(found["span"], 1_000_000_000))
            continue
        permit = _permit(capability, line)
        permits[permit.line] = permit
    if not permits:
        raise InvalidGrant(f"{capability.name}: say what may be reached, such as {capability.grammar[0]!r}.")
    whole = sorted(capability.complete(tuple(permits.values())), key=lambda permit: permit.line)
    return Reach(capability.name, tuple(whole), caps.get("run"), caps.get("day"))


def _within(mine: int | None, theirs: int | None) -> bool:
    return mine is None or (theirs is not None and theirs <= mine)


def _permit(capability: Capability, line: object) -> Permit:
    try:
        if not isinstance(line, str):
            raise Unreadable("a permit is a text")  # noqa: TRY301  (one message for every unreadable permit)
        _demand_short(capability, line)
        return capability.permit(" ".join(line.split()))
    except Unreadable as error:
        allowed = ", ".join(
            repr(example) for example in (*capability.grammar, "at most 100 a run", "at most 500 a day")
        )
        shown = str(line) if len(str(line)) <= _SHOWN else f"{str(line)[:_SHOWN]}..."
        raise InvalidGrant(
            f"{capability.name}: cannot read {shown!r}: {error}. Permits look like {allowed}."
        ) from error


def _demand_short(capability: Capability, line: str) -> None:
    if len(line) > capability.permit_length_max:
        raise Unreadable(f"it has {len(line):,} characters, which is too long")
    if capability.stars_max is not None and line.count("*") > capability.stars_max:
        raise Unreadable(f"it has more than {capability.stars_max} stars")


def _refuse(call: HostCall, line: str) -> Fault:
    return Fault(
        REFUSED,
        f"This tool may not use {call.capability}.{call.operation} here: no permit of its grant allows it.",
        f'Ask for it in the spec: capabilities: {{"{call.capability}": ["{line}"]}}.',
        {"capability": call.capability, "operation": call.operation, "permit": line},
    )


def _at_most(capability: str, cap: int) -> str:
    counted = CAPABILITIES[capability].counted.removesuffix("s" if cap == 1 else "")
    return f"at most {cap:,} {counted}" if counted.startswith("time") else f"for at most {cap:,} {counted}"


def _too_many(capability: str, cap: int, wanted: int, span: str) -> Fault:
    line = f"at most {wanted} a {span}"
    return Fault(
        REFUSED,
        f"This tool may use {capability} {_at_most(capability, cap)} in a {span}, and this call makes it {wanted:,}.",
        f'Ask for more in the spec: capabilities: {{"{capability}": ["{line}"]}}.',
        {"capability": capability, "permit": line, "at_most": cap},
    )


def _unknown(call: HostCall) -> Fault:
    capability = CAPABILITIES.get(call.capability)
    if capability is None:
        what = f"There is no capability {call.capability[:80]!r}; there are {', '.join(CAPABILITIES)}."
    else:
        operations = ", ".join(capability.operations) or "none"
        what = f"{call.capability} has no operation {call.operation[:80]!r}; it has {operations}."
    return Fault("unknown_operation", what, "Use the sealwright SDK's functions.")
