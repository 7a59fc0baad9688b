"""What the capabilities share whose permits are a name pattern, with or without a verb before it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from sandbox.capabilities.permits import Named, Need, Permit, Unreadable, demand_known, text, texts
from sandbox.capabilities.traits import Excess, Plain, Reading
from sandbox.contract.hosts import Effect, HostCall

_PATTERN = re.compile(r"[A-Za-z0-9_.*@:+-]+(/[A-Za-z0-9_.*@:+-]+)*")
READ, WRITE = frozenset({"read"}), frozenset({"read", "write"})
Names = Callable[[Mapping[str, Any]], list[str]]
Asking = tuple[str, Names]


class NamedThings(Plain):
    """A capability over named things. `verbs` maps a permit's first word to what it includes.

    `asked` gives each operation's verb and where its payload names the things, `fields` all that its payload may say
    (an operation that is not there takes any).
    """

    grammar: tuple[str, ...]
    operations: Mapping[str, Effect]
    verbs: Mapping[str, frozenset[str]]
    asked: Mapping[str, Asking]
    fields: Mapping[str, Sequence[str]] = MappingProxyType({})

    def sentence(self, verb: str, name: str) -> str:
        """What a permit allows, in words. Raises NotImplementedError where a subclass does not say."""
        raise NotImplementedError

    def permit(self, line: str) -> Permit:
        """Raises Unreadable."""
        verb, _, pattern = line.partition(" ") if " " in line else ("", "", line)
        if verb not in self.verbs or not _PATTERN.fullmatch(pattern) or ".." in pattern:
            raise Unreadable(f"write one of: {', '.join(self.grammar)}")
        return Named(line, self.sentence(verb, pattern), self.verbs[verb], pattern)

    def read(self, operation: str, payload: Mapping[str, Any]) -> Reading:
        verb, names = self.asked[operation]
        word = "" if "" in self.verbs and verb in self.verbs[""] else f"{verb} "
        needs = [Need(verb, name, f"{word}{name}") for name in names(payload)]
        return Reading(payload, needs, self.operations[operation], 1, (payload,))

    def check(self, operation: str, payload: Mapping[str, Any]) -> None:
        """Raises Malformed."""
        if operation in self.fields:
            demand_known(payload, self.fields[operation], f"{self.name}.{operation}")

    def places(self, permit: Permit) -> Iterator[tuple[Literal["read", "write"], str]]:
        if self.traits.shared and isinstance(permit, Named):
            yield "write" if "write" in permit.verbs else "read", permit.pattern

    def excess(self, lines: Sequence[str], calls: Sequence[HostCall]) -> Iterator[Excess]:
        del calls
        for line in lines if self.traits.shared else ():
            if line.split(" ")[-1] in {"*", "tenant/*"}:
                because = f"it reaches everything the tenant keeps in {self.name}"
                yield Excess(line, because, "a prefix of its own")


def one(field: str, longest: int | None = None) -> Names:
    """The thing that a field names, in up to so many characters."""
    return lambda payload: [text(payload, field, longest)]


def many(field: str, longest: int | None = None) -> Names:
    """The things that a field lists."""
    return lambda payload: texts(payload, field, longest)


def reading(what: str, verb: str, name: str) -> str:
    """The sentence of those that know only reading, and reading and changing."""
    return f"{'Read' if verb == 'read' else 'Read and change'} {what} {name}."
