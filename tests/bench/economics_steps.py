"""An agent that works step by step: it decides as the compiled tool does, but everything it reaches is one MCP call.

It runs the example's own source, natively, on the guest's SDK; under the SDK each HTTP request and each message becomes
one call of a fine-grained tool. So both ways do the same work and must end in the same state. What costs an agent
nothing costs nothing here: what it has done before (the ledger, the checkpoint) it simply remembers.
"""

import asyncio
import importlib.util
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from tests.bench.economics_wire import Line
from tests.makers import CHECKOUT

Step = tuple[str, dict[str, Any]]
# A request of a tool, the fine-grained tool that does the same, and what of the query is its argument.
ROUTES = (
    (r"GET /v1/invoices", "list_overdue_invoices", ("due_before", "cursor")),
    (r"POST /v1/invoices/(?P<invoice>[^/]+)/reminders", "record_reminder", ()),
    (r"POST /v1/escalations", "escalate_invoice", ()),
    (r"GET /v3/people", "list_people", ()),
    (r"GET /v3/deals", "list_open_deals", ("cursor",)),
    (r"POST /v3/tasks", "create_task", ()),
    (r"GET /v1/contacts", "list_contacts", ("cursor",)),
    (r"POST /v1/trails", "keep_trail", ()),
    (r"PATCH /v1/contacts/(?P<contact>[^/]+)", "update_contact", ()),
    (r"GET /v1/documents", "list_contracts", ("cursor",)),
    (r"GET /v2/(?P<stream>[^/]+)", "list_changes", ("updated_since", "cursor")),
    (r"POST /v1/tables/(?P<table>[^/]+)/rows", "load_rows", ()),
    (r"POST /v1/quarantine", "quarantine", ()),
)


def _silence(*_told: object, **_fields: object) -> None:
    """Nobody reads the log or watches the progress."""


_HOST = SimpleNamespace(call=None, progress=_silence)


def load(folder: Path) -> ModuleType:
    """Import an example's tool.py on the guest's SDK, natively."""
    if "wit_world" not in sys.modules:
        world, imports = ModuleType("wit_world"), ModuleType("wit_world.imports")
        vars(imports)["host"], vars(world)["imports"] = _HOST, imports
        sys.modules |= {"wit_world": world, "wit_world.imports": imports}
        sys.path.append(str(CHECKOUT / "sandbox" / "guest"))
    name = f"economics_{folder.name}"
    spec = importlib.util.spec_from_file_location(name, folder / "tool.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)  # dataclasses look their module up
    spec.loader.exec_module(module)
    vars(module)["log"] = SimpleNamespace(info=_silence, warning=_silence)
    return module


async def work(line: Line, module: ModuleType, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Do the tool's work through a line of fine-grained tools; return the tool's result."""
    loop = asyncio.get_running_loop()

    def reach(request: str) -> str:
        return asyncio.run_coroutine_threadsafe(_answer(line, json.loads(request)), loop).result()

    _HOST.call = reach
    function: Callable[..., dict[str, Any]] = getattr(module, name)
    return await asyncio.to_thread(function, **arguments)


async def _answer(line: Line, request: Mapping[str, Any]) -> str:
    operation, payload = f"{request['capability']}.{request['operation']}", request["payload"]
    match operation:
        case "http.request":
            value = await _one(line, payload)
        case "http.send_many":
            value = [{"value": await _one(line, one)} for one in payload["requests"]]
        case "email.send_many":
            value = [json.loads(await line.call("send_email", _message(one))) for one in payload["messages"]]
        case "ledger.claim":
            value = ["claimed"] * len(payload["keys"])
        case "kv.compare_and_set":
            value = True
        case "ledger.done" | "ledger.release" | "kv.get":
            value = None
        case _:
            raise NotImplementedError(operation)
    return json.dumps({"value": value})


def _message(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in ("to", "sender", "subject", "text", "html") if name in given}


async def _one(line: Line, request: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": 200, "text": await line.call(*_step(request))}


def _step(request: Mapping[str, Any]) -> Step:
    """Return the fine-grained tool that does what an HTTP request does, and its arguments."""
    asked = f"{request['method']} {urlsplit(str(request['url'])).path}"
    for pattern, tool, names in ROUTES:
        if found := re.fullmatch(pattern, asked):
            query: dict[str, Any] = request.get("params", {})
            body: dict[str, Any] = request.get("json", {})
            named = {name: query[name] for name in names if name in query}
            if tool == "update_contact":
                body = {"version": request["headers"]["If-Match"], "changes": body}
            return tool, {**found.groupdict(), **named, **body}
    raise NotImplementedError(asked)
