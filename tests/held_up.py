"""Whether something holds a server up that runs in the test's own process: by what is computed, not by a clock.

A busy machine lets everybody wait; what one request makes this process compute between another one's question and its
answer is the same on any machine.
"""

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.makers import Product


@dataclass
class Computed:
    """Seconds of this process on a processor."""

    s: float = 0.0


@contextmanager
def computed() -> Generator[Computed]:
    found, began = Computed(), time.process_time()
    yield found
    found.s = time.process_time() - began


async def while_others_ask(product: Product, waiting: asyncio.Task[Any]) -> float:
    """Ask for /healthz until `waiting` is done; return the most that was computed between a question and its answer."""
    most = 0.0
    async with httpx2.AsyncClient() as client:
        while not waiting.done():
            with computed() as between:
                assert (await client.get(f"{product.url}/healthz")).status_code == 200
            most = max(most, between.s)
            await asyncio.wait([waiting], timeout=0.02)
    return most
