"""Each real client: its environment, what it is asked to do, and whether what came is right."""

import asyncio
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.clients.hard_tools import LARGE, ODD, RECURSIVE, TOOLS
from tests.makers import CHECKOUT, TenantAccess

HERE = Path(__file__).parent
ENVIRONMENTS = CHECKOUT / ".tools" / "clients"
NAP_S = 30
_DEADLINE_S = 300


@dataclass(frozen=True)
class Client:
    """`folder` holds its script and what it is installed by. `era`: which of its two, where it has two.

    One without a lock of its own is among what the tests install: it is `light`.
    """

    title: str
    folder: str
    era: str = ""
    # It makes no form of its own of tools.
    has_forms: bool = False
    reports_progress: bool = True

    @property
    def name(self) -> str:
        return self.folder + (f"-{self.era}" if self.era else "")

    @property
    def home(self) -> Path:
        return HERE / self.folder

    @property
    def script(self) -> str:
        (found,) = self.home.glob("client.*")
        return found.name

    @property
    def is_python(self) -> bool:
        return self.script.endswith(".py")

    @property
    def is_light(self) -> bool:
        return not any((self.home / lock).exists() for lock in ("requirements.txt", "package-lock.json"))

    @property
    def environment(self) -> Path:
        return ENVIRONMENTS / self.folder


CLIENTS = (
    Client("TypeScript SDK v1", "typescript_v1"),
    Client("TypeScript SDK v2, handshake", "typescript_v2", "legacy"),
    Client("TypeScript SDK v2, 2026-07-28", "typescript_v2", "2026-07-28"),
    Client("MCP Inspector, handshake", "inspector", "legacy", reports_progress=False),
    Client("MCP Inspector, 2026-07-28", "inspector", "modern", reports_progress=False),
    Client("mcp-remote", "mcp_remote"),
    Client("JDK HttpClient", "jdk", reports_progress=False),
    Client("Python SDK 1.x", "mcp_v1"),
    Client("Python SDK 2.x, handshake", "mcp_v2", "legacy"),
    Client("Python SDK 2.x, 2026-07-28", "mcp_v2", "2026-07-28"),
    Client("FastMCP", "fastmcp"),
    Client("LangChain", "langchain", has_forms=True, reports_progress=False),
    Client("LangChain.js", "langchain_js", has_forms=True, reports_progress=False),
    Client("OpenAI Agents SDK", "openai_agents", has_forms=True, reports_progress=False),
    Client("Pydantic AI", "pydantic_ai", has_forms=True, reports_progress=False),
    Client("LlamaIndex", "llama_index", has_forms=True, reports_progress=False),
    Client("smolagents", "smolagents", has_forms=True, reports_progress=False),
    Client("Google ADK", "google_adk", has_forms=True, reports_progress=False),
    Client("mcp-use", "mcp_use", has_forms=True, reports_progress=False),
    Client("AI SDK", "ai_sdk", has_forms=True, reports_progress=False),
)
LIGHT = tuple(client for client in CLIENTS if client.is_light)


@dataclass
class Seen:
    """What a client's script has told: by step, the last of each."""

    version: str = "?"
    steps: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    complaints: str = ""

    def has_said(self, step: str) -> bool:
        """Whether it came to an end; a tool's error may be one that the client raises."""
        told = self.steps.get(step)
        return told is not None and (told.get("said") is not None or step == "error")

    def text(self, step: str) -> str:
        told = self.steps.get(step) or self.steps.get("session") or {"thrown": f"it ended. {self.complaints[-300:]}"}
        return str(told.get("said") or told.get("thrown") or "")


def steps_of(client: Client, *, with_nap: bool) -> list[dict[str, Any]]:
    """What a client is asked to do, in turn."""
    asked: list[dict[str, Any]] = [{"step": "list"}]
    asked += [{"step": "convert"}] if client.has_forms else []
    asked += [
        {"step": "call", "tool": "say", "arguments": {"text": "from afar ✓"}},
        {"step": "error", "tool": "fail", "arguments": {"text": "nobody"}},
        # After an error, and with what their own libraries make a type of.
        {"step": "union", "tool": "text_or_object", "arguments": {"to": ["a@x.example", {"email": "b@x.example"}]}},
        {"step": "numbers", "tool": "large_numbers", "arguments": {}},
    ]
    if client.is_python:
        # JavaScript's JSON has rounded it before any client sees it.
        asked.append({"step": "number back", "tool": "number_back", "arguments": {"n": LARGE}})
    return asked + ([{"step": "nap", "tool": "nap", "arguments": {"seconds": NAP_S}}] if with_nap else [])


async def take(client: Client, tenant: TenantAccess, steps: list[dict[str, Any]], folder: Path) -> Seen:
    """Run a client's script, headless; `folder` is its home."""
    python = client.environment / "bin" / "python"
    program = str(python if not client.is_light else CHECKOUT / ".venv" / "bin" / "python")
    script = client.home / client.script
    if not client.is_python:
        program = shutil.which("node") or "node"
        script = script if client.is_light else client.environment / client.script
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "LC_ALL", "TMPDIR"}}
    environment |= {"HOME": str(folder), "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
    process = await asyncio.create_subprocess_exec(
        program, str(script), tenant.mcp_url, tenant.token, json.dumps(steps), *([client.era] if client.era else []),
        cwd=folder, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, limit=1 << 24,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_DEADLINE_S):
            said, complained = await process.communicate()
    except TimeoutError:
        process.kill()
        said, complained = await process.communicate()
    return read(said.decode(), complained.decode(errors="replace"))


def read(said: str, complained: str) -> Seen:
    """What a script told; libraries may print among its lines."""
    seen = Seen(complaints=complained)
    for line in said.splitlines():
        try:
            told: Any = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict) and "step" in told:
            step: str = told["step"]  # pyright: ignore[reportUnknownVariableType] - a line of JSON
            if step == "version":
                seen.version = str(told["said"])  # pyright: ignore[reportUnknownArgumentType] - as above
            seen.steps[step] = told
    return seen


def wrong(client: Client, seen: Seen, *, with_nap: bool) -> dict[str, str]:
    """By step, what was not as it should be; nothing where all was right."""
    found: dict[str, str] = {}
    for asked in steps_of(client, with_nap=with_nap):
        step = asked["step"]
        missing = [word for word in expected(step) if word not in seen.text(step)]
        if missing or not seen.has_said(step):
            found[step] = f"no {', '.join(missing[:5])} in: {seen.text(step)[:600]}"
    return found


def expected(step: str) -> list[str]:
    """What has to stand in what a client shows of a step."""
    return {
        "list": [f"'{name}'" for name in TOOLS],
        "convert": [f"'{name}'" for name in TOOLS],
        "call": ["from afar ✓"],
        "error": ["There is no customer nobody.", "Search first.", "What was done", "run_"],
        "union": ["a@x.example", "b@x.example"],
        "numbers": [str(LARGE), str(ODD)],
        "number back": [str(LARGE)],
        "nap": [str(NAP_S)],
        "recursive": [f"'{name}'" for name in RECURSIVE],
    }[step]
