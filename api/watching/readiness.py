"""Whether work should be sent to a process: each part of it that has to answer, and what is wrong with it."""

import asyncio
import time
from collections.abc import Awaitable
from typing import Any

from sqlalchemy import select

from api.watching.queues import read_queues
from sandbox import images
from tenants.models import Tenant
from tenants.runtime import Runtime

# A probe that waits for longer has been given up by whoever sent it.
_ANSWER_S = 3.0
OK = "ok"


async def read_parts(runtime: Runtime) -> dict[str, str]:
    """`ok` for each part, or a word for why not. All of them are asked at once, each for three seconds at most."""
    database, stamps = await asyncio.gather(_answers(_ask_database(runtime)), _answers(runtime.database.stamp("")))
    return {
        "process": "ending" if runtime.leaving or runtime.stopping else OK,
        "database": database,
        "stamps": stamps,
        "writer": OK if runtime.records.writer.is_well else "stuck",
        "sandbox": OK if runtime.pool.is_well else "lost",
        "image": OK if await asyncio.to_thread(_has_image, runtime) else "gone",
    }


def told(parts: dict[str, str]) -> tuple[bool, dict[str, object]]:
    """Whether a process is ready, and the JSON that says so."""
    is_ready = set(parts.values()) == {OK}
    return is_ready, {"status": "ok" if is_ready else "not ready", "parts": parts}


async def measure(runtime: Runtime) -> None:
    """Look at what is not counted as it happens, for whoever reads the metrics now."""
    began = time.perf_counter()
    await asyncio.sleep(0)
    late = time.perf_counter() - began
    parts = await read_parts(runtime)
    pool: Any = runtime.database.engine.pool
    values: dict[str, float] = {
        "sealwright_ready": told(parts)[0],
        "sealwright_event_loop_late_seconds": late,
        "sealwright_runs_underway": len(runtime.running),
        "sealwright_sandbox_runs": runtime.pool.running,
        "sealwright_sandbox_places": runtime.pool.places,
        "sealwright_sandbox_workers": len(runtime.pool.process_ids),
        "sealwright_sandbox_workers_lost": runtime.pool.workers_lost,
        "sealwright_builds_underway": runtime.builds.underway,
        "sealwright_database_up": parts["database"] == OK,
        "sealwright_database_connections_used": pool.checkedout(),
    }
    if parts["database"] == OK:
        began = time.perf_counter()
        values |= await read_queues(runtime.database)
        values["sealwright_database_answer_seconds"] = time.perf_counter() - began
    runtime.metrics.set(values)


async def _ask_database(runtime: Runtime) -> None:
    async with runtime.database.system_reading() as session:
        await session.scalar(select(Tenant.id).limit(1))


async def _answers(asked: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(_ANSWER_S):
            await asked
    except Exception:  # noqa: BLE001 - whatever it is, the answer is that it does not answer
        return "away"
    return OK


def _has_image(runtime: Runtime) -> bool:
    """Workers that are started anew need it; those that are there have it in memory."""
    found = images.found(runtime.image.root)
    return found is not None and found.digest == runtime.image.digest
