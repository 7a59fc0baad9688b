"""Places in what a case states, and which of them it leaves open."""

from dataclasses import dataclass

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """Places that a case leaves open, each as the steps to it; `*` is any step."""

    places: tuple[Path, ...] = ()

    def holds(self, path: Path) -> bool:
        return any(
            len(place) == len(path) and all(step in ("*", at) for step, at in zip(place, path, strict=True))
            for place in self.places
        )

    def below(self, *steps: str) -> "Open":
        """The places inside another one, as seen from there."""
        count = len(steps)
        inside = [place for place in self.places if len(place) >= count and Open((place[:count],)).holds(steps)]
        return Open(tuple(place[count:] for place in inside))
