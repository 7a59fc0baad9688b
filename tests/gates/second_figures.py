"""Print what a second implementation asks of the tools of a set: `./dev gates second [SET]`.

Its sources lie in `second/SET/FAMILY.txt`, each written by a model from what the family's sound tool promises alone, as
`tenants/writing/prompts.py` puts it. A flaw counts as asked about where the flawed tool and its sound twin do not
disagree with it in the same places: they differ in nothing but the flaw.
"""

import tempfile
from collections import Counter
from pathlib import Path

from sandbox import Image, Pool, images
from tenants.gates.second import second_sources
from tenants.gates.second.second_sources import Comparison
from tests.gates.suite import CHECKOUT, HERE, NEWCOMERS, Tool, candidate_of, tools

SOURCES = HERE / "second"


async def main(words: list[str]) -> None:
    which = words[0] if words else NEWCOMERS
    image = images.ensure(CHECKOUT / ".data" / "images", print)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with Pool.open(image, Path(folder)) as pool:
            await _print(which, pool, image)


async def compared(tool: Tool, pool: Pool, image: Image) -> Comparison:
    """The second source of its family beside a tool."""
    source = (SOURCES / tool.set / f"{tool.family}.txt").read_text()
    return await second_sources.compare(candidate_of(tool.spec, tool.source, pool, image), source)


async def _print(which: str, pool: Pool, image: Image) -> None:
    known = {path.stem for path in (SOURCES / which).glob("*.txt")}
    stood: Counter[str] = Counter()
    for family in sorted({tool.family for tool in tools(which)} & known):
        twins = sorted((tool for tool in tools(which) if tool.family == family), key=lambda tool: not tool.sound)
        usual: set[str] = set()
        for tool in twins:
            found = await compared(tool, pool, image)
            new = [one for one in found.found if one.kind not in usual]
            usual |= {one.kind for one in found.found if tool.sound}
            standing = "useless" if found.useless else "asked" if new else "silent"
            stood[f"{'sound' if tool.sound else 'flawed'} {standing}"] += 1
            print(f"\n{standing}: {tool} [{tool.defect or 'sound'}] {found.useless or ''}")
            for kind in dict.fromkeys(one.kind for one in new):
                first = next(one for one in new if one.kind == kind)
                print(f"    {kind or 'the call'}: {first.here[:150]} here, {first.there[:150]} there ({first.call.where})")
    print(f"\n{which}: " + ", ".join(f"{standing} {count}" for standing, count in sorted(stood.items())))
