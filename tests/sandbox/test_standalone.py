"""A tool leaves: the exported component runs in hosts that have never heard of us."""

import json
import subprocess
from pathlib import Path

import pytest

from sandbox.contract.outcomes import Returned
from sandbox.exports import standalone
from tests.makers import CHECKOUT
from tests.sandbox.makers import Bench
from tests.sandbox.plain import Plain

CLIENTS = CHECKOUT / "tests" / "clients"
BIN = CHECKOUT / ".venv" / "bin"
SOURCE = """
import datetime, re
from decimal import Decimal
from sealwright import kv, log

PRICE = re.compile(r"(\\d+)[.,](\\d\\d)")

def tool(price="0,00"):
    whole, cents = PRICE.match(price).groups()
    log.info("read", price=price)
    doubled = str(Decimal(f"{whole}.{cents}") * 2)
    return {"price": doubled, "kept": kv.get("x"), "year": datetime.date.today().year > 2000}
"""
ANSWER = {"price": "24.60", "kept": {"key": "x", "scope": "tool"}, "year": True}


@pytest.fixture(scope="module")
def exported(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("standalone") / "tool.wasm"
    path.write_bytes(standalone(bench.image, bench.build(SOURCE)))
    return path


def test_it_answers_as_in_the_sandbox_under_plain_wasmtime(bench: Bench, exported: Path) -> None:
    ours = bench.call(bench.load(bench.build(SOURCE)), {"price": "12,30"})
    theirs = Plain(exported.read_bytes()).call({"price": "12,30"})

    assert isinstance(ours.outcome, Returned)
    assert theirs == "R" + ours.outcome.result
    assert json.loads(theirs[1:]) == ANSWER


def test_it_answers_in_node(exported: Path) -> None:
    if not (CLIENTS / "node_modules").exists():
        _run(BIN / "npm", "ci", "--no-audit", "--no-fund", cwd=CLIENTS)
    # Under tests/clients, where Node finds the packages that transpiled components import.
    folder = CLIENTS / "node_modules" / ".standalone" / exported.parent.name
    jco = CLIENTS / "node_modules" / ".bin" / "jco"
    _run(
        BIN / "node",
        jco,
        "transpile",
        exported,
        "-o",
        folder,
        "--name",
        "tool",
        "--map",
        "sealwright:tool/host=./host.js",
    )
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "host.js").write_text(
        "export const call = (request) => JSON.stringify({value: JSON.parse(request).payload});\n"
        "export const progress = () => {};\nexport const log = () => true;\n"
    )
    (folder / "run.js").write_text("import { run } from './tool.js';\nconsole.log(run(process.argv[2]));\n")

    said = _run(BIN / "node", folder / "run.js", json.dumps({"price": "12,30"}))

    assert said[0] == "R"
    assert json.loads(said[1:]) == ANSWER


def _run(*command: Path | str, cwd: Path = CHECKOUT) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
