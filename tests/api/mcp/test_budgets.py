"""What an author pays in tokens (bytes on the wire / 4), on the served product: printed, and held as limits."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.makers import CHECKOUT, Product, TenantAccess, make_live, make_source, make_spec, sign_up

VERSION = "2025-11-25"
# As measured before the guide had a spec's form in it, on the same six tools.
BEFORE = {"before the first line": 79_600, "a proposal that passes": 12_000, "a proposal that is rejected": 13_000}
MOST = {
    "before the first line": 12_000,
    "a proposal that passes": 500,
    "a proposal that is rejected": 1_500,
    "a spec that is refused": 1_500,
}
EXAMPLES = sorted(CHECKOUT.glob("examples/*/spec.yaml"))


@dataclass(frozen=True)
class Author:
    """An agent that writes tools, and counts what it is answered."""

    tenant: TenantAccess

    async def ask(self, method: str, **params: Any) -> tuple[dict[str, Any], int]:
        """The result of one request, and its tokens."""
        answer = await self.tenant.api.post(
            self.tenant.mcp_url,
            json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params},
            headers={"MCP-Protocol-Version": VERSION, "Accept": "application/json, text/event-stream"},
        )
        # What takes long is told of meanwhile: the result comes last.
        *_, last = (line.removeprefix("data: ") for line in answer.text.splitlines() if line.strip())
        return json.loads(last)["result"], len(last.encode()) // 4

    async def call(self, tool: str, /, **arguments: Any) -> tuple[dict[str, Any], int]:
        return await self.ask("tools/call", name=tool, arguments=arguments)


@pytest.fixture(scope="module")
async def author(product: Product) -> Author:
    """With the six examples live, as in the demo."""
    tenant = await sign_up(product)
    for path in EXAMPLES:
        await make_live(tenant, yaml.safe_load(path.read_text()), (path.parent / "tool.py").read_text())
    return Author(tenant)


def told(figures: dict[str, int]) -> None:
    for what, tokens in figures.items():
        before = f", {BEFORE[what]:,} before" if what in BEFORE else ""
        print(
            f"{what}: {tokens:,} tokens (at most {MOST[what]:,}{before})" if what in MOST else f"  {what}: {tokens:,}"
        )
        if what in MOST:
            assert tokens <= MOST[what], what


# What is read for a tool: the guide, and a page for each capability that it uses.
JOBS = (
    ("http", "email", "ledger", "secret"),
    ("files", "sql", "email"),
    ("http", "tools", "kv", "approvals"),
    ("libraries", "files"),
)


@pytest.mark.parametrize("pages", JOBS, ids=" ".join)
async def test_all_that_is_needed_before_the_first_line(author: Author, pages: tuple[str, ...]) -> None:
    parts = {"tools/list": (await author.ask("tools/list"))[1]}
    for page in ("guide", *(f"guide/{page}" for page in pages)):
        parts[page] = (await author.ask("resources/read", uri=f"sealwright://{page}"))[1]
    told({**parts, "before the first line": sum(parts.values())})


@pytest.mark.parametrize("pages", JOBS, ids=" ".join)
async def test_with_tools_alone_it_costs_the_same(author: Author, pages: tuple[str, ...]) -> None:
    parts = {"tools/list": (await author.ask("tools/list"))[1]}
    for topic in ("guide", *pages):
        parts[topic] = (await author.call("read_guide", topic=topic))[1]
    told({**parts, "before the first line": sum(parts.values())})


async def test_a_tenant_without_tools_may_read_all_there_is(author: Author) -> None:
    alone = Author(await sign_up(author.tenant.product))
    parts = {"tools/list": (await alone.ask("tools/list"))[1]}
    for page in ("guide", "sdk", "libraries"):
        parts[page] = (await alone.ask("resources/read", uri=f"sealwright://{page}"))[1]
    told({**parts, "before the first line": sum(parts.values())})


def large(name: str) -> tuple[dict[str, Any], str]:
    """An example of some size, under another name."""
    path = next(path for path in EXAMPLES if path.parent.name == "crm_follow_up")
    spec = yaml.safe_load(path.read_text())
    source = (path.parent / "tool.py").read_text().replace(f"def {spec['name']}(", f"def {name}(")
    return {**spec, "name": name}, source


async def test_a_proposal_that_passes(author: Author) -> None:
    small = await author.call("propose_tool", spec=make_spec("add_up"), source=make_source("add_up"))
    spec, source = large("crm_again")
    whole = await author.call("propose_tool", spec=spec, source=source)
    for answer, tokens in (small, whole):
        assert answer["structuredContent"]["state"] == "awaiting_approval", answer
        told({"a proposal that passes": tokens})


async def test_a_proposal_that_is_rejected(author: Author) -> None:
    spec, source = large("crm_broken")
    broken = [
        source.replace("sort", "list"),
        source.replace("import", "import os, socket, ctypes\nimport", 1),
        source.replace("    return", "    print(secret('crm_token'))\n    return"),
        "def crm_broken():\n" + "".join(f"    x{n} = eval('{n}')\n" for n in range(200)),
        "def crm_broken(:\n",
    ]
    answers = [await author.call("propose_tool", spec=spec, source=broken[0])]
    answers += [await author.call("revise_tool", name="crm_broken", source=one) for one in broken[1:]]
    states = [answer["structuredContent"]["state"] for answer, _ in answers]
    assert states.count("rejected") >= 4
    for _, tokens in answers:
        told({"a proposal that is rejected": tokens})


async def test_a_spec_that_is_refused(author: Author) -> None:
    spec, source = large("crm_refused")
    wrong = {**spec, "effects": "maybe", "examples": [{"arguments": {"x": n}, "nonsense": 1} for n in range(60)]}
    answer, tokens = await author.call("propose_tool", spec=wrong, source=source)
    assert answer["isError"] is True
    assert answer["structuredContent"]["details"]["more_problems"] > 10
    told({"a spec that is refused": tokens})


async def test_nothing_that_was_sent_comes_back_and_each_datum_comes_once(author: Author) -> None:
    spec, source = large("crm_echo")
    answers = [await author.call("propose_tool", spec=spec, source=source)]
    answers += [await author.call("revise_tool", name="crm_echo", source=source, spec=spec)]
    for answer, _ in answers:
        said = json.dumps(answer)
        assert "def next_step" not in said
        assert "input_schema" not in said
        assert spec["description"][:60] not in json.dumps(answer["structuredContent"]["findings"])
    calls: list[tuple[str, dict[str, Any]]] = [
        ("search_tools", {"query": "follow up quiet deals"}),
        ("describe_tool", {"name": "crm_follow_up"}),
        ("get_version", {"name": "crm_echo"}),
        ("dry_run", {"name": "crm_echo", "source": source}),
    ]
    answers += [await author.call(name, **arguments) for name, arguments in calls]
    for answer, _ in answers:
        (content,) = answer["content"]
        assert len(content["text"]) < 700
        assert not content["text"].startswith(("{", "["))
        assert answer["structuredContent"]


async def test_a_client_of_a_version_without_structured_content_reads_the_data_as_text(author: Author) -> None:
    answer = await author.tenant.api.post(
        author.tenant.mcp_url,
        json={
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "search_tools", "arguments": {"query": "deals"}},
        },
        headers={"MCP-Protocol-Version": "2025-03-26", "Accept": "application/json, text/event-stream"},
    )
    text = answer.text.removeprefix("event: message\r\ndata: ")
    (content,) = json.loads(text)["result"]["content"]
    assert json.loads(content["text"])["tools"][0]["name"] == "crm_follow_up"
