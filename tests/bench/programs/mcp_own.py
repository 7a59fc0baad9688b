"""Our side of the MCP benchmark: `python -m tests.bench.programs.mcp_own sandbox|no-op FOLDER` serves an echo tool.

Everything is in place: bearer, quotas, validation, the run's durable record. Prints its address and key, then serves
until its standard input ends. `no-op` has a function where the sandbox is, to show what everything around it costs.
"""

import asyncio
import json
import sys
from pathlib import Path

import uvloop

from api.auth.quotas import Quotas
from api.server import settle_memory
from sandbox import Component, Pool, images
from tenants.rules.quotas import Allowance
from tests.api.site import new_database, serving

# They are counted all the same, but the load comes from one client as fast as it can.
UNLIMITED = Quotas(Allowance(10**9, 10**9, 10_000, 10_000))
CHECKOUT = Path(__file__).parents[3]
SOURCE = '''"""Echo."""


def echo(text: str) -> dict[str, str]:
    """Return the text."""
    return {"echo": text}
'''


async def main(kind: str, folder: Path) -> None:
    database = await new_database(folder)
    if kind == "no-op":
        async with serving(database, quotas=UNLIMITED) as site:
            await announce(site, None)
        return
    image = images.ensure(CHECKOUT / ".data" / "images", lambda step: print(step, file=sys.stderr))
    async with Pool.open(image, folder / "cache") as pool:
        built = await pool.fork(SOURCE, "echo")
        assert isinstance(built, Component), built
        async with serving(database, pool=pool, quotas=UNLIMITED) as site:
            await announce(site, built)


async def announce(site: object, built: Component | None) -> None:
    from tests.api.site import Site

    assert isinstance(site, Site)
    home = await site.home("bench")
    await home.serve("echo", built=built)
    settle_memory()  # as `sealwright serve` does
    print(json.dumps({"url": home.url, "key": home.key}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], Path(sys.argv[2])))
