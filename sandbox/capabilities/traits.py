"""What each kind of reach into the world says of itself. Nobody else goes by its name: they ask here.

A capability is its module in this folder, its canned stage in `sandbox/worlds`, its real implementation in
`tenants/capabilities` and its module in `sandbox/guest/sealwright`. What is missing here, pyright says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sandbox.capabilities import globs
from sandbox.capabilities.permits import LENGTH_MAX, Need, Permit, demand_known, mappings
from sandbox.contract.hosts import Effect, HostCall
from sandbox.contract.placeholders import Placeholders, Slot

# What doing it once more makes of a deed:
# question: nothing was done; note: the tool's own memory; mark: it only says that something else was done;
# setting: how something is to be, twice is once; addition: twice is twice; request: an addition, or only a question
# that looks like one; call: of another tool, which may do anything.
Kind = Literal["question", "note", "mark", "setting", "addition", "request", "call"]


class Misplaced(ValueError):  # noqa: N818  (it is the secret that is misplaced)
    """A secret stands where none may go. The message says where."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a call asks for, read once, when it is admitted.

    `payload` is in its one form. `weight` is what it uses of an `at most N`. `parts` is what it asks for one by one.
    """

    payload: Mapping[str, Any]
    needs: Sequence[Need]
    effect: Effect
    weight: int
    parts: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What has to be known of every capability. There are no defaults: whoever adds one says it all.

    ambient: there without a permit, because it reaches nothing.
    reaches_out: others than the tenant may be met by it; agents are told so (MCP's openWorldHint).
    reaches_people: what it delivers comes to people, so that fewer of them are the trouble.
    asks_people: a run waits for somebody's decision.
    waits_for_nobody: our own database answers it; of the others a tool may wait for as long as it likes.
    shared: what it keeps is the tenant's, for all of its tools.
    harmless_in_doubt: begun and not ended, it has not happened, or shows where it is kept.
    repeatable: a tenant may choose to have it done again where nobody knows whether it happened.
    batches: the operations that ask for many things at once, each with its payload's field for them.
    in_parts: the operations that journal what they do part by part, so that the call itself can be entered again.
    keys: who honours a part's `key`: the host before it leaves, its receiver, or nobody.
    contents_compared: its deeds are judged by what is kept afterwards, not one by one.
    tenant_limit: the tenant's limit that counts it by the day, whichever tool asks.
    """

    ambient: bool
    reaches_out: bool
    reaches_people: bool
    asks_people: bool
    waits_for_nobody: bool
    shared: bool
    harmless_in_doubt: bool
    repeatable: bool
    batches: Mapping[str, str]
    in_parts: frozenset[str]
    keys: Literal["host", "receiver", "nobody"]
    contents_compared: bool
    tenant_limit: str | None


@dataclass(frozen=True, slots=True)
class Excess:
    """A permit that is wider than anything the examples use. `instead` is what to ask for, `line` the permit."""

    line: str
    because: str
    instead: str
    # It allows what cannot be counted up: the approver decides.
    in_doubt: bool = False


class Granted(Protocol):
    """What a grant of it means.

    `grammar` is the lines that may be written, as examples. `operations` gives each operation's effect:
    `read` may be repeated; `keyed` may be repeated when the request carries a key the receiver honours;
    `unsafe` must never be repeated unasked. `complete` spells out what permits imply. `counted` is what `at most N`
    counts. A permit has at most `permit_length_max` characters and, where it is a pattern, `stars_max` stars.
    """

    @property
    def name(self) -> str: ...
    @property
    def counted(self) -> str: ...
    @property
    def grammar(self) -> Sequence[str]: ...
    @property
    def operations(self) -> Mapping[str, Effect]: ...
    @property
    def permit_length_max(self) -> int: ...
    @property
    def stars_max(self) -> int | None: ...
    def permit(self, line: str) -> Permit: ...
    def complete(self, permits: Sequence[Permit]) -> Sequence[Permit]: ...

    def read(self, operation: str, payload: Mapping[str, Any]) -> Reading:
        """What is asked for, whether or not the rest of the payload is sound. Raises Malformed."""
        ...

    def check(self, operation: str, payload: Mapping[str, Any]) -> None:
        """The one reader before real and canned hosts: what is malformed, too long or too large never gets to them.

        What a batch asks for one by one is read there, one by one. Raises Malformed.
        """
        ...

    def take_secrets(
        self, operation: str, payload: Mapping[str, Any], own: Placeholders
    ) -> tuple[Mapping[str, Any], tuple[Slot, ...]]:
        """The payload as people may read it, and where in it secrets go. Raises Misplaced."""
        ...

    def places(self, permit: Permit) -> Iterator[tuple[Literal["read", "write"], str]]:
        """What a permit lets a tool read or write of what it shares with others, as patterns."""
        ...

    def written_out(self, function: str, first: str) -> tuple[str, Mapping[str, Any]] | None:
        """The operation and payload of the SDK's `function(first, ...)`, where the first argument says it all."""
        ...

    def excess(self, lines: Sequence[str], calls: Sequence[HostCall]) -> Iterator[Excess]:
        """Which of a spec's permits are wider than what its examples call for."""
        ...


class Told(Protocol):
    """How what was done by it is told, and told apart. A deed is an operation and what it did, as its stage says it."""

    def kind(self, operation: str, what: Mapping[str, Any]) -> Kind: ...

    def told(self, operation: str, what: Mapping[str, Any]) -> str:
        """In words that fit into a sentence."""
        ...

    def identity(self, operation: str, what: Mapping[str, Any]) -> Mapping[str, Any]:
        """What was done to whom: of two deeds with the same one, the second is a repeat."""
        ...

    def overwritten(self, operation: str, what: Mapping[str, Any]) -> object | None:
        """What of several deeds only the last one counts for; None: each of them counts."""
        ...

    def alters(self, operation: str, part: Mapping[str, Any]) -> bool:
        """Whether a part of a call certainly asks for a change and for nothing else."""
        ...

    def address(self, operation: str, payload: Mapping[str, Any]) -> str | None:
        """Where a call reads what may be one page of many; None: it does not."""
        ...

    def doubt(self, part: Mapping[str, Any]) -> str:
        """What nobody knows the end of, for a person who looks after it."""
        ...


class Capability(Granted, Told, Protocol):
    """One kind of reach into the world."""

    @property
    def traits(self) -> Traits: ...


class Plain:
    """What most capabilities share. Nothing here widens what one may do, or hides what it did."""

    operations: Mapping[str, Effect]
    name: str
    traits: Traits
    counted = "times"
    permit_length_max = LENGTH_MAX
    stars_max: int | None = globs.STARS_MAX

    def complete(self, permits: Sequence[Permit]) -> Sequence[Permit]:
        return permits

    def check(self, operation: str, payload: Mapping[str, Any]) -> None:
        """Raises Malformed."""
        field = self.traits.batches.get(operation)
        if field is not None:
            demand_known(payload, (field,), f"{self.name}.{operation}")

    def take_secrets(
        self, operation: str, payload: Mapping[str, Any], own: Placeholders
    ) -> tuple[Mapping[str, Any], tuple[Slot, ...]]:
        """Raises Misplaced when a secret stands anywhere."""
        del payload, own
        raise Misplaced(f"A secret cannot go into {self.name}.{operation}: only into an HTTP request")

    def places(self, permit: Permit) -> Iterator[tuple[Literal["read", "write"], str]]:
        del permit
        yield from ()

    def written_out(self, function: str, first: str) -> tuple[str, Mapping[str, Any]] | None:
        del function, first

    def excess(self, lines: Sequence[str], calls: Sequence[HostCall]) -> Iterator[Excess]:
        del lines, calls
        yield from ()

    def parts(self, operation: str, payload: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Raises Malformed."""
        field = self.traits.batches.get(operation)
        return [payload] if field is None else mappings(payload, field)

    def identity(self, operation: str, what: Mapping[str, Any]) -> Mapping[str, Any]:
        del operation
        return what

    def overwritten(self, operation: str, what: Mapping[str, Any]) -> object | None:
        del operation, what

    def alters(self, operation: str, part: Mapping[str, Any]) -> bool:
        del operation, part
        return False

    def address(self, operation: str, payload: Mapping[str, Any]) -> str | None:
        del operation, payload

    def doubt(self, part: Mapping[str, Any]) -> str:
        del part
        return ""
