# expect: exhausted fuel
import asyncio


async def forever():
    while True:
        await asyncio.sleep(0)


def run():
    asyncio.run(forever())
