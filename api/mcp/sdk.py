"""The codec of the SDK's models: whatever is not ordinary comes this way, and every error that an era words itself."""

import asyncio
import math
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from api.logs import log
from api.mcp import conventions, faults
from api.mcp.messages import (
    DEPRECATION,
    ERROR,
    IDEMPOTENCY_KEY,
    REPLY,
    RUN_ID,
    Answer,
    Asks,
    GoesOn,
    ProgressFn,
    Refused,
    Reply,
    Request,
    Resumption,
    Returned,
    Unknown,
    can_ask,
)
from api.mcp.tools import BUILTINS
from sandbox import jsontext
from tenants.base.errors import TenantsError
from tenants.rights.access import Actor
from tenants.runtime import Runtime

Result = types.CallToolResult | types.InputRequiredResult
Report = tuple[float, float | None, str | None]
# Clients that are told of progress begin their patience anew with each report; the least patient have 60 s.
HEARTBEAT_S = 10.0


def read(  # noqa: PLR0913 - what a call is made of, by keyword
    runtime: Runtime,
    actor: Actor,
    params: types.CallToolRequestParams,
    *,
    origin: str,
    meta: Mapping[str, Any],
    capabilities: types.ClientCapabilities | None,
    is_modern: bool,
    on_progress: ProgressFn | None = None,
    patience_s: float | None = None,
    reads_data: bool = True,
) -> Request:
    """The call that `params` ask for. Our own tools answer when they are done: they ask nobody, and become no task."""
    key, is_ours = meta.get(IDEMPOTENCY_KEY), params.name in BUILTINS
    declared = capabilities.model_dump(by_alias=True, exclude_none=True) if capabilities else None
    resumes = None
    if params.request_state is not None and not is_ours:
        replies = params.input_responses or {}
        resumes = Resumption(params.request_state, {name: reply_of(said) for name, said in replies.items()})
    return Request(
        runtime,
        actor,
        origin,
        params.name,
        params.arguments or {},
        idempotency_key=key if isinstance(key, str) else None,
        on_progress=on_progress,
        can_ask=is_modern and can_ask(declared),
        patience_s=None if is_ours or resumes else patience_s,
        resumes=resumes,
        reads_data=reads_data,
    )


def reply_of(said: object) -> Reply | None:
    """What a form says; None when it was put away."""
    form = said if isinstance(said, types.ElicitResult) else types.ElicitResult.model_validate(said)
    if form.action == "cancel":
        return None
    content = form.content or {}
    approved = form.action == "accept" and content.get("approved") is True
    return Reply(approved, str(content.get("comment") or ""))


def write(answer: Answer, *, is_modern: bool) -> Result:
    """The result that says this. Raises MCPError for Unknown, which each era words in its own way."""
    match answer:
        case Returned():
            return _returned(answer, is_modern=is_modern)
        case Refused() | GoesOn():
            return _refused(answer)
        case Asks(run_id, question_id):
            return types.InputRequiredResult(input_requests={question_id: form_of(answer)}, request_state=run_id)
        case Unknown(message, data):
            raise MCPError(types.INVALID_PARAMS, message, data)


def form_of(asks: Asks) -> types.ElicitRequest:
    return types.ElicitRequest(params=types.ElicitRequestFormParams(message=asks.message, requested_schema=REPLY))


def _returned(answer: Returned, *, is_modern: bool) -> types.CallToolResult:
    value: Any = jsontext.read(answer.result)
    words = answer.words or (value if isinstance(value, str) else answer.result)
    return types.CallToolResult(
        content=[types.TextContent(text=words)],
        # The older era knows no structured content but objects.
        structured_content=value if is_modern or isinstance(value, dict) else None,
        _meta=_meta(answer.run_id, answer.notice),
    )


def _refused(answer: Refused | GoesOn) -> types.CallToolResult:
    fault = faults.of_answer(answer)
    words = types.TextContent(text=faults.in_words(fault))
    meta = _meta(faults.run_of(answer), answer.notice)
    if answer.is_promised:
        return types.CallToolResult(content=[words], is_error=True, _meta={**(meta or {}), ERROR: fault})
    return types.CallToolResult(content=[words], structured_content=fault, is_error=True, _meta=meta)


def _meta(run_id: str | None, notice: dict[str, Any] | None) -> dict[str, Any] | None:
    meta = ({RUN_ID: run_id} if run_id else {}) | ({DEPRECATION: notice} if notice is not None else {})
    return meta or None


@contextmanager
def concealing() -> Generator[None]:
    """Let no exception's text reach the client: the older era's leg of the SDK would send it."""
    try:
        yield
    except MCPError:
        raise
    except TenantsError as error:
        raise MCPError(types.INVALID_PARAMS, error.message, faults.of_error(error)) from None
    except Exception as error:
        log.exception("mcp request failed")
        conventions.tell_of_fault()
        raise MCPError(types.INTERNAL_ERROR, faults.BROKEN) from error


class _Latest:
    """The newest report only: a client that reads slowly is not owed every step.

    A tool that reports nothing for long is reported of all the same: clients give a silent call up.
    """

    def __init__(self, context: ServerRequestContext[Any, Any]) -> None:
        self._context = context
        self._waiting: Report | None = None
        self._last: Report | None = None
        self._changed = asyncio.Event()

    def __call__(self, done: float, total: float | None = None, message: str | None = None) -> None:
        self._waiting = (done, total, message)
        self._changed.set()

    async def flush(self) -> None:
        if self._waiting is not None:
            report, self._waiting = self._waiting, None
            await self._send(report)

    async def _send(self, report: Report) -> None:
        done, total, message = report
        if self._last is not None and done <= self._last[0]:
            # Each report of progress says more than the one before, as the protocol has it.
            done = math.nextafter(self._last[0], math.inf)
        self._last = (done, total, message)
        await self._context.session.report_progress(done, total, message)

    async def pump(self) -> None:
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    await self._changed.wait()
            except TimeoutError:
                await self._send(self._last or (0, None, "It is under way."))
            else:
                self._changed.clear()
                await self.flush()


@asynccontextmanager
async def reporting(context: ServerRequestContext[Any, Any]) -> AsyncGenerator[ProgressFn | None]:
    """Give a function that reports progress, or None when the client did not ask for any."""
    if (context.meta or {}).get("progress_token") is None:
        yield None
        return
    latest = _Latest(context)
    pump = asyncio.create_task(latest.pump())
    try:
        yield latest
        await latest.flush()
    finally:
        pump.cancel()
