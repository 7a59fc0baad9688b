"""Real clients, headless, end to end: MCP Inspector's command line, mcp-remote with its whole OAuth dance, Claude Code.

What they said to us is kept for people in the folder SEALWRIGHT_TRANSCRIPTS, when that is set.
"""

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.api.oauth.party import boxes, hidden
from tests.api.site import Home, new_database, serving

CLIENTS = Path(__file__).parents[1] / "clients"
INSPECTOR = CLIENTS / "node_modules/.bin/mcp-inspector"
REMOTE = CLIENTS / "node_modules/mcp-remote/dist/proxy.js"

CLAUDE = CLIENTS / "node_modules/.bin/claude"
TRANSCRIPTS = os.environ.get("SEALWRIGHT_TRANSCRIPTS")

pytestmark = pytest.mark.skipif(not REMOTE.exists(), reason="npm ci in tests/clients first (./dev test does)")


@pytest.fixture
async def home(tmp_path: Path) -> AsyncGenerator[Home]:
    database = await new_database(tmp_path)
    async with serving(database) as site:
        made = await site.home()
        await made.serve("echo")
        yield made
    await database.close()


def keep(name: str, *said: str) -> None:
    """Keep a transcript without its secrets, if somebody asked for it."""
    if TRANSCRIPTS:
        text = re.sub(r"(sw_|eyJ|code=|code_challenge=|state=)[\w.~-]+", r"\1...", "\n".join(said) + "\n")
        with Path(TRANSCRIPTS, f"{name}.txt").open("a") as written:
            written.write(text)


async def run(tmp_path: Path, *command: str) -> str:
    # Claude Code looks for updates and sends telemetry unless it is told not to.
    quiet = {"CLAUDE_CONFIG_DIR": str(tmp_path / "claude"), "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}
    environment = {**os.environ, **quiet, "HOME": str(tmp_path)}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=CLIENTS, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(120):
        said, complained = await process.communicate()
    assert process.returncode == 0, said.decode() + complained.decode()
    return said.decode()


@pytest.mark.parametrize("era", ["legacy", "modern"])
async def test_the_inspector_lists_and_calls(home: Home, tmp_path: Path, era: str) -> None:
    common = [
        str(INSPECTOR), "--cli", "--server-url", home.url, "--transport", "http", "--protocol-era", era,
        "--header", f"Authorization: Bearer {home.key}", "--format", "json", "-q",
    ]  # fmt: skip
    listed = await run(tmp_path, *common, "--method", "tools/list")
    assert '"echo"' in listed
    calling = ["--method", "tools/call", "--tool-name", "echo", "--tool-arg", "text=from the inspector"]
    called = await run(tmp_path, *common, *calling)
    assert "from the inspector" in called
    names = re.findall(r'"name": *"(\w+)"', listed)
    keep("inspector", f"$ mcp-inspector --cli ... --protocol-era {era} --method tools/list", ", ".join(names))
    keep("inspector", f"$ mcp-inspector --cli ... --protocol-era {era} {' '.join(calling)}", called)


@pytest.mark.skipif(not CLAUDE.exists(), reason="Claude Code is not installed: npm has no package for this machine")
async def test_claude_code_connects_with_a_key_and_is_told_to_sign_in_without_one(home: Home, tmp_path: Path) -> None:
    """Its own health check. It needs no account and nothing but loopback; the settings are the test's own folder."""
    adding = [str(CLAUDE), "mcp", "add", "--transport", "http"]
    await run(tmp_path, *adding, "keyed", home.url, "--header", f"Authorization: Bearer {home.key}")
    await run(tmp_path, *adding, "bare", home.url)
    listed = await run(tmp_path, str(CLAUDE), "mcp", "list")
    shown = await run(tmp_path, str(CLAUDE), "mcp", "get", "keyed")
    keep("claude-code", "$ claude --version", await run(tmp_path, str(CLAUDE), "--version"))
    keep("claude-code", "$ claude mcp add --transport http keyed URL --header 'Authorization: Bearer sw_...'")
    keep("claude-code", "$ claude mcp list", listed, "$ claude mcp get keyed", shown)
    state = {line.partition(":")[0]: line for line in listed.splitlines()}
    assert "Connected" in state["keyed"]
    assert "Needs authentication" in state["bare"]
    assert "Connected" in shown


async def test_mcp_remote_signs_in_and_calls(home: Home, tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "MCP_REMOTE_CONFIG_DIR": str(tmp_path), "BROWSER": "true"}
    complaints = tmp_path / "stderr"
    with complaints.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            shutil.which("node") or "node", str(REMOTE), home.url,
            cwd=CLIENTS, env=environment, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=written,
        )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    signing_in = asyncio.create_task(sign_in(home, complaints))
    try:
        async with asyncio.timeout(120):
            hello = {
                "protocolVersion": "2025-11-25",
                "capabilities": dict[str, Any](),
                "clientInfo": {"name": "test", "version": "1"},
            }
            told = await ask(process, 1, "initialize", hello)
            assert told["serverInfo"]["name"] == "sealwright"
            called = await ask(process, 2, "tools/call", {"name": "echo", "arguments": {"text": "from afar"}})
        assert called["structuredContent"] == {"echo": "from afar"}
        keep("mcp-remote", f"$ mcp-remote {home.url}", complaints.read_text())
        keep("mcp-remote", "> initialize", json.dumps(told), "> tools/call echo", json.dumps(called))
    finally:
        signing_in.cancel()
        process.kill()
        # wait() waits for the pipes as well, so they are emptied.
        process.stdin.close()
        await process.stdout.read()
        await process.wait()


async def sign_in(home: Home, complaints: Path) -> None:
    """Wait for the address it shows, and be the person who opens it and allows."""
    while (opened := re.search(r"https?://\S+/oauth/authorize\?\S+", complaints.read_text())) is None:
        await asyncio.sleep(0.05)
    page = await home.browser.get(opened[0])
    fields: dict[str, Any] = {**hidden(page.text), "decision": "approve", "scope": boxes(page.text)}
    answer = await home.browser.post("/oauth/authorize", data=fields)
    async with httpx2.AsyncClient(timeout=120) as http:
        await http.get(answer.headers["location"])


async def ask(process: asyncio.subprocess.Process, number: int, method: str, params: dict[str, Any]) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    process.stdin.write(json.dumps(message).encode() + b"\n")
    async for line in process.stdout:
        answer = json.loads(line)
        if answer.get("id") == number:
            return answer["result"]
    raise AssertionError("it ended without an answer")
