"""The server of the listing benchmark: `python -m tests.bench.programs.mcp_tenants TENANTS TOOLS KEYS FOLDER`.

The product's edge, catalogue, search, quotas and records. Tools are inserted as the rows that publishing makes, and a
function stands where the sandbox is: what is measured is listing. Prints one JSON line, then serves until its standard
input ends.
"""

import asyncio
import json
import sys
from pathlib import Path

import uvloop

from tests.api.mcp.shelf import ordinary, stock
from tests.api.site import Home, new_database, serving


async def furnish(home: Home, tools: int, keys: int) -> dict[str, object]:
    slug = home.tenant.slug
    await stock(home, [ordinary(number, slug) for number in range(tools)])
    made = [await home.key_with("tools:call") for _ in range(keys)]
    return {"tenant": slug, "url": home.url, "keys": made, "tools": tools}


async def main(tenants: int, tools: int, keys: int, folder: Path) -> None:
    database = await new_database(folder)
    async with serving(database) as site:
        told = [await furnish(await site.home(f"tenant{number}"), tools, keys) for number in range(tenants)]
        print(json.dumps(told), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await database.close()


if __name__ == "__main__":
    uvloop.run(main(*(int(given) for given in sys.argv[1:4]), Path(sys.argv[4])))
