"""What becomes of the pager, told by the product itself: run in a copy of it that has the pager, it prints JSON."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from sandbox import CAPABILITIES, REFUSED, Grant, HostCall, InvalidGrant, images, manuals
from tenants.capabilities.pager import PAGED  # pyright: ignore[reportMissingImports, reportUnknownVariableType]  (the copy has it)
from tenants.confined import spec_rules
from tests.makers import TenantAccess, make_live, mcp_session, served, sign_up, submit

SPEC: dict[str, Any] = {
    "name": "wake_somebody",
    "title": "Wake somebody",
    "description": "Pages whoever is on call about one incident, once, and says whether they were reached.",
    "input_schema": {
        "type": "object",
        "properties": {"incident": {"type": "string", "minLength": 1, "maxLength": 40}},
        "required": ["incident"],
        "additionalProperties": False,
    },
    "output_schema": {
        "type": "object",
        "properties": {"reached": {"type": "boolean"}, "failed": {"type": "array", "items": {"type": "string"}}},
        "required": ["reached", "failed"],
        "additionalProperties": False,
    },
    "capabilities": {"pager": ["page oncall"], "ledger": ["page/*"]},
    "effects": "idempotent",
    "examples": [
        {
            "arguments": {"incident": "disk-7"},
            "world": {"pager": {}},
            "result": {"reached": True, "failed": []},
            "done": {
                "pager": [{"whom": "oncall", "text": "Incident disk-7", "key": f"page/{b'disk-7'.hex()}"}],
                "ledger": [f"page/{b'disk-7'.hex()}"],
            },
        },
        {
            "arguments": {"incident": "net-1"},
            "world": {"pager": {"away": ["oncall"]}},
            "result": {"reached": False, "failed": ["net-1"]},
        },
    ],
    "holdouts": [
        {"arguments": {"incident": "cpu 9"}, "world": {"pager": {}}, "result": {"reached": True, "failed": []}}
    ],
}
SOURCE = '''"""Pages whoever is on call."""

from sealwright import HostError, ledger, pager


def wake_somebody(incident: str) -> dict[str, object]:
    """Page the one on call about an incident, once."""
    key = f"page/{incident.encode().hex()}"
    (state,) = ledger.claim([key])
    if state != "claimed":
        return {"reached": state == "done", "failed": [] if state == "done" else [incident]}
    try:
        pager.page("oncall", f"Incident {incident}", key=key)
    except HostError:
        ledger.release([key])
        return {"reached": False, "failed": [incident]}
    ledger.done([key])
    return {"reached": True, "failed": []}
'''
# It gives up for good on the first page that nobody hears.
FORGETFUL = SOURCE.replace("        ledger.release([key])\n", "        ledger.done([key])\n")
BOASTFUL = SOURCE.replace(
    'return {"reached": False, "failed": [incident]}\n    ledger', 'return {"reached": True, "failed": []}\n    ledger'
)
# As the manual shows it.
PAGE = "pager.page(whom: str, text: str, key: str | None=None) -> dict[str, Json]"
UNASKED = {**SPEC, "name": "wake_unasked", "capabilities": {"ledger": ["page/*"]}}


def without_server() -> dict[str, Any]:
    grant = Grant.parse({"pager": ["page oncall", "at most 2 a run"]})
    allowance = grant.allowance()
    asked = HostCall(0, "pager", "page", {"whom": "oncall", "text": " Wake   up ", "key": "k"})
    admitted, refused = (
        allowance.admit(asked),
        allowance.admit(HostCall(1, "pager", "page", {"whom": "boss", "text": "x"})),
    )
    try:
        Grant.parse({"pager": ["call oncall"]})
        unreadable = ""
    except InvalidGrant as error:
        unreadable = str(error)
    return {
        "listed": list(CAPABILITIES)[-1],
        "manual": "### sealwright.pager" in manuals.sdk() and PAGE in manuals.sdk(),
        "sentences": grant.sentences(),
        "admitted": [admitted.payload["text"], admitted.effect] if isinstance(admitted, HostCall) else None,
        "refused": not isinstance(refused, HostCall) and refused.code == REFUSED and (refused.hint or ""),
        "unreadable": unreadable,
        "spec_problems": spec_rules.problems(SPEC),
    }


async def on_a_server(folder: Path, image_folder: Path) -> dict[str, Any]:
    async with served(folder, images_dir=image_folder) as product:
        tenant = await sign_up(product)
        live = await make_live(tenant, SPEC, SOURCE)
        told = {"live": live["state"], "findings": [found["message"] for found in live["findings"]]}
        for name, source in (("forgetful", FORGETFUL), ("boastful", BOASTFUL)):
            told[name] = await _stopped(tenant, {**SPEC, "name": f"wake_{name}"}, source)
        told["unasked"] = await _stopped(tenant, UNASKED, SOURCE)
        return {**told, **await _called(tenant)}


async def _stopped(tenant: TenantAccess, spec: dict[str, Any], source: str) -> list[str]:
    """The errors for which a version is refused."""
    version = await submit(tenant, spec, source.replace("def wake_somebody(", f"def {spec['name']}("))
    return [found["message"] for found in version["findings"] if found["severity"] == "error"]


async def _called(tenant: TenantAccess) -> dict[str, Any]:
    async with mcp_session(tenant) as session:
        (tool,) = [one for one in (await session.list_tools()).tools if one.name == SPEC["name"]]
    answer = await tenant.api.post(f"/tools/{SPEC['name']}/runs", json={"arguments": {"incident": "disk-8"}})
    run = answer.json()
    journal = (await tenant.api.get(f"/runs/{run['id']}/journal")).json()["items"]
    replay = (await tenant.api.post(f"/runs/{run['id']}/replay")).json()
    policy = await tenant.person.patch(f"/tenants/{tenant.slug}/policy", json={"uncertain": {"pager": "retry"}})
    return {
        "run": run,
        "paged": PAGED,
        "open_world": tool.annotations is not None and tool.annotations.open_world_hint,
        "journal": [
            [entry["capability"], entry["operation"], entry["effect"]]
            for entry in journal
            if entry["capability"] == "pager"
        ],
        "replayed": replay,
        "policy": policy.status_code,
    }


def main(folder: Path, image_folder: Path) -> None:
    images.ensure(image_folder, lambda said: print(said, file=sys.stderr))
    told = {**without_server(), **asyncio.run(on_a_server(folder, image_folder))}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
