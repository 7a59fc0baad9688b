"""What every stand-in of a canned world is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, cast

from sandbox.capabilities.permits import Malformed, near
from sandbox.contract.findings import Severity
from sandbox.contract.hosts import HostCall, HostReply
from sandbox.contract.outcomes import Fault
from sandbox.worlds.settings import Setting, Wait
from sandbox.worlds.statements import Seen, Statements, said


class InvalidWorld(ValueError):  # noqa: N818  (reads as a sentence where it is raised)
    """A canned world that cannot be read. The message says where, and what belongs there."""


class Deed(NamedTuple):
    """Something a tool did to a world. Equal lists of deeds mean the same effects."""

    capability: str
    operation: str
    what: Mapping[str, Any]


# What a bad day makes of a call. It is given the true reply where the call was made, else a reply's frame.
Trouble = Callable[[HostCall, HostReply], HostReply]
# What a tool is held to on a bad day. noticed: it does not call it a success. made_up_for: the next call does what
# certainly was not done; made_up_for_or_said: or says that it did not. not_repeated: what may have happened is not done
# again. given_up: it does not try for ever. obeyed: a person's no is a no.
Proof = Literal["noticed", "made_up_for", "made_up_for_or_said", "not_repeated", "given_up", "obeyed"]


@dataclass(frozen=True, slots=True)
class BadDay:
    """One kind of trouble with one capability, or with one operation of it. `sentence` says when that is.

    `garbles`: the call is made and its answer garbled, so the tool may not have needed what was spoilt.
    `of_changes`: what only reads is spared.
    `in_doubt`: to go on a finding about it; to go on as if nothing were amiss may be meant.
    `first` and `never`: how a finding says that something was not made up for ("first while `first`", "`never`").
    """

    capability: str
    sentence: str
    trouble: Trouble
    proofs: tuple[Proof, ...] = ("noticed",)
    garbles: bool = False
    operation: str | None = None
    first: str = ""
    never: str = ""
    severity: Severity = "error"
    of_changes: bool = False

    def hits(self, call: HostCall) -> bool:
        if self.of_changes and call.effect == "read":
            return False
        return call.capability == self.capability and self.operation in (None, call.operation)


class Stage(Protocol):
    """One capability's stand-in, made from its part of a world. Raises InvalidWorld.

    `wait` is how long the real one takes to answer, `bad_days` what can go wrong with it, `stated` how cases state what
    was done by it.
    """

    wait: ClassVar[Wait]
    bad_days: ClassVar[tuple[BadDay, ...]]
    stated: ClassVar[Statements]

    def __init__(self, given: object, setting: Setting) -> None: ...

    def answer(self, operation: str, payload: Mapping[str, Any], deeds: list[Deed]) -> HostReply:
        """It adds what was done to `deeds`."""
        ...

    def frame(self, operation: str, payload: Mapping[str, Any]) -> Any:
        """What stands in any answer, whatever it says: bad days put theirs into it."""
        ...

    def rewind(self) -> None:
        """Let what answers one by one begin again."""
        ...

    def contents(self) -> list[Any]:
        """What is kept, for a capability whose contents are compared."""
        ...

    def amend(self, given: object) -> None:
        """Take what others have changed between two runs: see World.amend. Raises InvalidWorld."""
        ...

    def begin(self) -> None:
        """A run begins: `done` is asked for what is done from here on."""
        ...

    def done(self, deeds: Sequence[Deed], asked: Sequence[Mapping[str, Any]]) -> list[Seen]:
        """What was done since the run began, as cases state it; `asked` is what the case at hand states."""
        ...

    def kept(self, place: Sequence[str]) -> Any:
        """What is kept under these names; None: nothing. Raises LookupError, which says why nobody can tell."""
        ...


class Lasting:
    """What most stages share: no answers one by one, nothing in every answer, and contents that are not compared."""

    stated: ClassVar[Statements] = Statements()

    def frame(self, operation: str, payload: Mapping[str, Any]) -> Any:
        del operation, payload

    def rewind(self) -> None:
        """Nothing here answers one by one."""

    def contents(self) -> list[Any]:
        return []

    def amend(self, given: object) -> None:
        """Raises InvalidWorld: nothing here is changed by others."""
        del given
        raise InvalidWorld("nobody else changes anything of it between two calls.")

    def begin(self) -> None:
        """What is done is in its deeds."""

    def done(self, deeds: Sequence[Deed], asked: Sequence[Mapping[str, Any]]) -> list[Seen]:
        del asked
        return [Seen(said(deed.what, *deed.what)) for deed in deeds]

    def kept(self, place: Sequence[str]) -> Any:
        del place


def one_of(texts: Sequence[str], reply: HostReply) -> str:
    """How long the reply took was drawn, and is as good as any other number."""
    return texts[reply.elapsed_ns % len(texts)]


def turn(answers: object, index: int) -> object:
    """Of several answers the one whose turn it is, the last again and again; of one, that."""
    if not isinstance(answers, list):
        return answers
    several = cast("list[object]", answers) or [None]
    return several[min(index, len(several) - 1)]


def refuses(error: Malformed) -> HostReply:
    return HostReply(fault=error.fault)


def says(value: Any) -> HostReply:
    return HostReply(value=value)


def fails(code: str, message: str, hint: str | None = None, details: Mapping[str, Any] | None = None) -> HostReply:
    return HostReply(fault=Fault(code, message, hint, details))


def mapping(given: object, where: str) -> dict[str, Any]:
    """Raises InvalidWorld."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidWorld(f"world.{where} must be an object.")
    return {str(name): value for name, value in given.items()}  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]  (parsed YAML or JSON)


def part(given: object, where: str, known: Sequence[str] | None) -> dict[str, Any]:
    """An object that has these fields and no other: nothing that an author writes is taken in silence.

    Raises InvalidWorld.
    """
    said = mapping(given, where)
    unknown = next((name for name in said if known is not None and name not in known), None)
    if unknown is not None and known is not None:
        place = f"world.{where}" if where else "world"
        raise InvalidWorld(
            f"{place}.{unknown[:80]} is unknown; {where.rpartition('.')[2][:80] or 'a world'} has {', '.join(known)}."
            f"{near(unknown[:80], known)}"
        )
    return said


def listing(given: object, where: str) -> list[Any]:
    """Raises InvalidWorld."""
    if given is None:
        return []
    if not isinstance(given, list):
        raise InvalidWorld(f"world.{where} must be a list.")
    return list(given)  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]  (parsed YAML or JSON)


def words(given: object, where: str) -> str:
    """A text. Raises InvalidWorld."""
    if not isinstance(given, str):
        raise InvalidWorld(f"world.{where} must be a text.")
    return given


def flag(given: object, where: str) -> bool:
    """True or false. Raises InvalidWorld."""
    if not isinstance(given, bool):
        raise InvalidWorld(f"world.{where} must be true or false.")
    return given


def demand(read: Callable[[], object], where: str) -> None:
    """What a world holds is what the real host would take. Raises InvalidWorld."""
    try:
        read()
    except Malformed as error:
        raise InvalidWorld(f"world.{where}: {error}") from error
