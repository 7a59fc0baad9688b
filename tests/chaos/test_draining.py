"""A server that is told to stop gives its runs away in good order; another process finishes them."""

import asyncio
import json
from pathlib import Path

import httpx2
from sqlalchemy import func, select

from sandbox import Image
from tenants.base.db import Database
from tenants.models import JournalEntry, Run
from tests.chaos.storm import NAME, Report, product


async def _written(database: Database) -> int:
    async with database.system_reading() as session:
        return await session.scalar(select(func.count()).select_from(JournalEntry)) or 0


async def _read(database: Database, run_id: str) -> Run:
    async with database.system_reading() as session:
        return await session.get_one(Run, run_id)


async def test_a_bulk_run_moves_to_another_process_with_nothing_uncertain(image: Image, tmp_path: Path) -> None:
    del image
    async with product(tmp_path, None, Report(0, "SQLite")) as scene:
        body = {"arguments": {"campaign": "drain", "count": 400, "url": scene.orders_url}}
        headers = {"Authorization": f"Bearer {scene.token}", "Prefer": "respond-async"}
        path = f"{scene.url}/api/v1/tenants/{scene.tenant}/tools/{NAME}/runs"
        async with httpx2.AsyncClient(timeout=120) as http:
            answer = await http.post(path, json=body, headers=headers)
            assert answer.status_code == 202, answer.text
            run_id = answer.json()["id"]
        async with asyncio.timeout(120):
            while await _written(scene.database) < 50:
                await asyncio.sleep(0.02)
        await asyncio.to_thread(scene.processes[0].end)
        async with asyncio.timeout(120):
            while (run := await _read(scene.database, run_id)).status != "finished":
                await asyncio.sleep(0.1)
        ends = json.loads(run.result or "{}")
        assert (ends["sent"], ends["uncertain"], ends["posted"]) == (400, 0, 400)
        assert run.fence > 0
        assert len(scene.mailbox.messages) == 400
