"""A local server that speaks the Messages API, streaming included, and answers from a script."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from examples.world.web import serve_app

PIECE = 40  # characters of each streamed delta


@dataclass(frozen=True)
class Message:
    """One reply. `cut_after` events the connection is dropped, as a broken network would."""

    content: list[dict[str, Any]]
    stop_reason: str = "tool_use"
    stop_details: dict[str, Any] | None = None
    usage: dict[str, int] = field(default_factory=dict[str, int])
    cut_after: int | None = None
    fails_with: str | None = None  # an `error` event in the middle of the stream


@dataclass(frozen=True)
class Status:
    """An error at the door."""

    code: int
    kind: str


Step = Message | Status
OVERLOADED = Status(529, "overloaded_error")


def text(said: str, stop_reason: str = "end_turn") -> Message:
    return Message([{"type": "text", "text": said}], stop_reason)


def submits(source: str, plan: str = "As the spec says.") -> Message:
    return calls("submit_tool", {"plan": plan, "source": source})


def calls(name: str, given: dict[str, Any]) -> Message:
    return Message([{"type": "text", "text": "Here it is."}, {"type": "tool_use", "name": name, "input": given}])


@dataclass
class MessagesApi:
    """`script` is given out step by step, the last again and again; `requests` is what was asked."""

    base_url: str = ""
    script: list[Step] = field(default_factory=list[Step])
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def play(self, *steps: Step) -> None:
        self.script = list(steps)
        self.requests.clear()
        self.headers.clear()

    async def answer(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        step = self.script[min(len(self.requests), len(self.script)) - 1]
        if isinstance(step, Status):
            error = {"type": "error", "error": {"type": step.kind, "message": step.kind}}
            # Retries need not wait in a test.
            return JSONResponse(error, step.code, headers={"retry-after-ms": "1"})
        message = _message(step, len(self.requests))
        if not body.get("stream"):
            return JSONResponse(message)
        return StreamingResponse(_stream(step, message), media_type="text/event-stream")


@asynccontextmanager
async def serving_messages() -> AsyncGenerator[MessagesApi]:
    api = MessagesApi()
    async with serve_app(Starlette(routes=[Route("/v1/messages", api.answer, methods=["POST"])])) as url:
        api.base_url = url
        yield api


def _message(step: Message, number: int) -> dict[str, Any]:
    blocks = [
        {**block, "id": f"toolu_{number}_{index}"} if block["type"] == "tool_use" else block
        for index, block in enumerate(step.content)
    ]
    usage = {"input_tokens": 1_000, "output_tokens": 500, "cache_read_input_tokens": 8_000, **step.usage}
    return {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": "claude-test",
        "content": blocks,
        "stop_reason": step.stop_reason,
        "stop_sequence": None,
        "stop_details": step.stop_details,
        "usage": usage,
    }


async def _stream(step: Message, message: dict[str, Any]) -> AsyncIterator[str]:
    for count, event in enumerate(_events(message)):
        if step.cut_after is not None and count >= step.cut_after:
            if step.fails_with is not None:
                failure = {"type": "error", "error": {"type": step.fails_with, "message": step.fails_with}}
                yield f"event: error\ndata: {json.dumps(failure)}\n\n"
                return
            raise asyncio.CancelledError  # uvicorn closes the connection without the last chunk
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"


def _events(message: dict[str, Any]) -> list[dict[str, Any]]:
    start: dict[str, Any] = {
        **message,
        "content": [],
        "stop_reason": None,
        "usage": {**message["usage"], "output_tokens": 1},
    }
    events: list[dict[str, Any]] = [{"type": "message_start", "message": start}]
    for index, block in enumerate(message["content"]):
        empty: dict[str, Any] = {**block, "text": ""} if block["type"] == "text" else {**block, "input": {}}
        whole = block["text"] if block["type"] == "text" else json.dumps(block["input"])
        kind, name = ("text_delta", "text") if block["type"] == "text" else ("input_json_delta", "partial_json")
        events.append({"type": "content_block_start", "index": index, "content_block": empty})
        events += [
            {"type": "content_block_delta", "index": index, "delta": {"type": kind, name: whole[at : at + PIECE]}}
            for at in range(0, len(whole), PIECE)
        ]
        events.append({"type": "content_block_stop", "index": index})
    delta = {name: message[name] for name in ("stop_reason", "stop_sequence", "stop_details")}
    usage = {"output_tokens": message["usage"]["output_tokens"]}
    return [*events, {"type": "message_delta", "delta": delta, "usage": usage}, {"type": "message_stop"}]
