"""The pictures of docs/architecture.md and docs/packages, drawn from the imports: `python -m tests.docs.pictures`."""

import ast
import re
from pathlib import Path

from tests.makers import CHECKOUT

PACKAGES = ("api", "tenants", "sandbox")
# A picture stands between these lines of a page.
PLACE = re.compile(r"(<!-- picture: (\w+) -->\n).*?(<!-- end of the picture -->)", re.DOTALL)
Arrows = set[tuple[str, str]]


def imports(path: Path) -> set[str]:
    """Every module that a file imports or takes a name from, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(module: str) -> str | None:
    """The folder or file right below its package, such as `tenants.runs`; None: not ours, or the package itself."""
    parts = module.split(".")
    if parts[0] not in PACKAGES or len(parts) < 2:
        return None
    place = CHECKOUT / parts[0] / parts[1]
    return f"{parts[0]}.{parts[1]}" if place.is_dir() or place.with_suffix(".py").is_file() else None


def arrows(package: str) -> Arrows:
    """Which room of a package imports which."""
    found: Arrows = set()
    for path in sorted((CHECKOUT / package).rglob("*.py")):
        here = room(".".join(path.relative_to(CHECKOUT).with_suffix("").parts))
        # The guest is a program for another Python: its imports lead nowhere here.
        if here is None or "guest" in path.relative_to(CHECKOUT / package).parts[:1]:
            continue
        there = {room(name) for name in imports(path)}
        found |= {(here, other) for other in there if other and other.startswith(f"{package}.") and other != here}
    return found


def reachable(start: str, among: Arrows) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        fresh = {there for source, there in among if source == here} - seen
        seen |= fresh
        waiting += fresh
    return seen


def reduced(among: Arrows) -> Arrows:
    """Without the arrows that a longer way makes anyway."""
    return {
        (here, there)
        for here, there in among
        if not any(
            there in reachable(between, among) for source, between in among if source == here and between != there
        )
    }


def house() -> str:
    """The packages, and how many imports of each lead to which other."""
    counts: dict[tuple[str, str], int] = {}
    for package in PACKAGES:
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            for there in {name.partition(".")[0] for name in imports(path)} & set(PACKAGES) - {package}:
                counts[package, there] = counts.get((package, there), 0) + 1
    lines = [f"    {here} --> {there}" for here, there in sorted(counts)]
    return "\n".join(["flowchart TB", *lines])


def named(name: str) -> str:
    return name.partition(".")[2].replace("__init__", "the front door")


def rooms(package: str) -> str:
    kept = arrows(package)
    names = sorted({name for arrow in kept for name in arrow})
    boxes = [f'    {name.replace(".", "_")}["{named(name)}"]' for name in names]
    lines = [f"    {here.replace('.', '_')} --> {there.replace('.', '_')}" for here, there in sorted(reduced(kept))]
    return "\n".join(["flowchart TB", *boxes, *lines])


def drawn(page: str) -> str:
    """A page's text with its pictures as the code is now."""

    def picture(match: re.Match[str]) -> str:
        said = house() if match[2] == "house" else rooms(match[2])
        return f"{match[1]}```mermaid\n{said}\n```\n{match[3]}"

    return PLACE.sub(picture, page)


def pages() -> list[Path]:
    docs = CHECKOUT / "docs"
    return [docs / "architecture.md", *(docs / "packages" / f"{package}.md" for package in PACKAGES)]


if __name__ == "__main__":
    for each in pages():
        each.write_text(drawn(each.read_text()))
