"""`./dev clients [NAME...]`: real clients and a tenant with hard tools; with no name all of them, and the table."""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from tests.clients import hard_tools, runner
from tests.clients.defects import DEFECTS
from tests.clients.environments import install
from tests.clients.runner import CLIENTS, Client, Seen
from tests.makers import CHECKOUT, TenantAccess

PAGE = CHECKOUT / "docs" / "clients.md"
PLACE = re.compile(r"(<!-- table: clients -->\n).*?(<!-- end of the table -->)", re.DOTALL)
_COLUMNS = ("list", "convert", "call", "error", "union", "numbers", "nap", "recursive")
_HEADS = ("lists", "converts", "calls", "errors", "text or object", "large numbers", "30 s", "recursive schema")
# What a column tells of, where that is not the step of its name.
_STEPS_OF = {"numbers": ("numbers", "number back")}
# Most of them wait for most of their time.
_AT_ONCE = 4
Found = tuple[Client, Seen, dict[str, str]]


def main() -> None:
    chosen = sys.argv[1:]
    known = {client.name: client for client in CLIENTS} | {client.folder: client for client in CLIENTS}
    if strays := [name for name in chosen if name not in known]:
        sys.exit(f"no such client: {', '.join(strays)}; there are {', '.join(sorted(known))}")
    clients = [client for client in CLIENTS if not chosen or {client.name, client.folder} & {*chosen}]
    for client in clients:
        install(client)
    found = asyncio.run(_all(clients))
    table = "\n".join(_table(found))
    print(table)
    if not chosen:
        PAGE.write_text(PLACE.sub(lambda place: f"{place[1]}{table}\n{place[2]}", PAGE.read_text()))
    sys.exit(1 if any(_unexplained(one) for one in found) else 0)


async def _all(clients: list[Client]) -> list[Found]:
    places = asyncio.Semaphore(_AT_ONCE)
    with tempfile.TemporaryDirectory(prefix="sealwright-clients-") as made:
        folder = Path(made)
        async with hard_tools.serving(folder / "served") as tenants:

            async def one(client: Client) -> Found:
                async with places:
                    home = folder / client.name
                    home.mkdir()
                    return await _taken(client, tenants, home)

            return await asyncio.gather(*(one(client) for client in clients))


async def _taken(client: Client, tenants: tuple[TenantAccess, TenantAccess], home: Path) -> Found:
    seen = await runner.take(client, tenants[0], runner.steps_of(client, with_nap=True), home)
    wrong = runner.wrong(client, seen, with_nap=True)
    last = "convert" if client.has_forms else "list"
    met = await runner.take(client, tenants[1], [{"step": last}], home)
    missing = [word for word in runner.expected("recursive") if word not in met.text(last)]
    if missing or not met.has_said(last):
        wrong["recursive"] = f"no {', '.join(missing)} in: {met.text(last)[:600]}"
    for step, why in wrong.items():
        print(f"{client.name}, {step}: {DEFECTS.get((client.folder, step), '')} {why}", file=sys.stderr, flush=True)
    print(f"{client.name} {seen.version}: {'right' if not wrong else ', '.join(wrong)}", file=sys.stderr, flush=True)
    return client, seen, wrong


def _unexplained(found: Found) -> list[str]:
    client, _, wrong = found
    return [step for step in wrong if (client.folder, step) not in DEFECTS]


def _table(found: list[Found]) -> list[str]:
    notes: list[str] = []
    lines = [f"| client | version | {' | '.join(_HEADS)} |", f"|---|---|{'---|' * len(_HEADS)}"]
    for client, seen, wrong in found:
        cells = [_cell(client, seen, wrong, step, notes) for step in _COLUMNS]
        lines.append(f"| {client.title} | {seen.version} | {' | '.join(cells)} |")
    return [*lines, "", *(f"{number}. {note}" for number, note in enumerate(notes, 1))]


def _cell(client: Client, seen: Seen, wrong: dict[str, str], step: str, notes: list[str]) -> str:
    if step == "convert" and not client.has_forms:
        return "no form of its own"
    failed = [each for each in _STEPS_OF.get(step, (step,)) if each in wrong]
    if failed:
        note = DEFECTS.get((client.folder, failed[0]))
        if note is None:
            return "**wrong**"
        if note not in notes:
            notes.append(note)
        return f"its own defect ({notes.index(note) + 1})"
    if step == "nap":
        told = seen.steps["nap"]
        return f"{told['seconds']} s" + (f", {told['reports']} reports" if client.reports_progress else "")
    if step == "numbers":
        return "in and out" if client.is_python else "out"
    return "yes"


if __name__ == "__main__":
    main()
