"""The jobs of the conformance suite's tasks scenarios: long work that lives in memory, for tests only."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import mcp_types as types
from mcp.shared.exceptions import MCPError

from api.mcp import tasks
from api.mcp.handlers import Context
from api.mcp.messages import TASKS
from tenants.base import ids


def now() -> str:
    return datetime.now(UTC).isoformat()


def said(text: str, *, is_error: bool = False) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}], "isError": is_error}


def question(message: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    return {"method": "elicitation/create", "params": {"message": message, "requestedSchema": schema}}


@dataclass
class Job:
    """One task. `settled` never changes once it is there."""

    id: str = field(default_factory=lambda: ids.new("tsk"))
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)
    status: str = "working"
    questions: dict[str, Any] = field(default_factory=dict[str, Any])
    outcome: dict[str, Any] = field(default_factory=dict[str, Any])
    work: asyncio.Task[None] | None = None

    def settle(self, status: str, **outcome: Any) -> None:
        if self.status in ("working", "input_required"):
            self.status, self.outcome, self.questions, self.updated_at = status, outcome, {}, now()

    def wire(self) -> dict[str, Any]:
        asked = {"inputRequests": self.questions} if self.questions else {}
        return {
            "taskId": self.id,
            "status": self.status,
            "createdAt": self.created_at,
            "lastUpdatedAt": self.updated_at,
            "ttlMs": 600_000,
            "pollIntervalMs": 100,
            **asked,
        }


class Jobs:
    def __init__(self) -> None:
        self.known: dict[str, Job] = {}

    async def call(self, context: Context, params: types.CallToolRequestParams) -> Any:
        arguments = params.arguments or {}
        if params.name == "greet":
            return said(f"Hello, {arguments.get('name', 'you')}!") | {"resultType": "complete"}
        if not tasks.offered(context):
            return await self._without(params.name, arguments)
        job = Job()
        match params.name:
            case "confirm_delete":
                job.status, job.questions = "input_required", {"confirm": question("Delete it?")}
            case "multi_input":
                job.status = "input_required"
                job.questions = {"first": question("First?"), "second": question("Second?")}
            case _:
                job.work = asyncio.create_task(self._work(job, params.name, arguments))
        return self._keep(job)

    def start(self, context: Context, text: str) -> Any:
        """A task that ends at once with `text`."""
        if not tasks.offered(context):
            raise self._required()
        job = Job()
        job.work = asyncio.create_task(self._work(job, "slow_compute", {"seconds": 0.2, "label": text}))
        return self._keep(job)

    def _keep(self, job: Job) -> dict[str, Any]:
        self.known[job.id] = job
        wire = job.wire()
        wire.pop("inputRequests", None)
        return wire | {"resultType": "task"}

    async def _without(self, name: str, arguments: dict[str, Any]) -> Any:
        if name != "slow_compute":
            raise self._required()
        await asyncio.sleep(float(arguments.get("seconds", 0)))
        return said(str(arguments.get("label"))) | {"resultType": "complete"}

    def _required(self) -> MCPError:
        data: dict[str, Any] = {"requiredCapabilities": {"extensions": {TASKS: {}}}}
        return MCPError(-32021, "This tool runs as a task.", data)

    async def _work(self, job: Job, name: str, arguments: dict[str, Any]) -> None:
        try:
            if name == "slow_compute":
                await asyncio.sleep(float(arguments.get("seconds", 0)))
                job.settle("completed", result=said(str(arguments.get("label", "done"))))
            elif name == "failing_job":
                await asyncio.sleep(1)
                job.settle("completed", result=said("It failed.", is_error=True))
            else:
                job.settle("failed", error={"code": -32603, "message": "It broke."})
        except asyncio.CancelledError:
            job.settle("cancelled")

    def _job(self, task_id: str) -> Job:
        if task_id not in self.known:
            raise MCPError(types.INVALID_PARAMS, f"Unknown task: {task_id}")
        return self.known[task_id]

    def get(self, task_id: str) -> dict[str, Any]:
        job = self._job(task_id)
        return job.wire() | job.outcome | {"resultType": "complete"}

    def update(self, task_id: str, answers: dict[str, Any]) -> dict[str, Any]:
        job = self._job(task_id)
        for key in answers:
            job.questions.pop(key, None)
        if job.status == "input_required" and not job.questions:
            job.settle("completed", result=said("confirmed"))
        return {"resultType": "complete"}

    def cancel(self, task_id: str) -> dict[str, Any]:
        job = self._job(task_id)
        if job.work is not None:
            job.work.cancel()
        job.settle("cancelled")
        return {"resultType": "complete"}
