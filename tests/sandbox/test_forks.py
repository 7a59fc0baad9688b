"""Source to component."""

import array
import json
import subprocess
import sys
from dataclasses import replace

import pytest

from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Returned
from sandbox.image import memory_patches, wasm
from sandbox.image.immortals import make_immortal
from sandbox.image.memory_patches import PAGE, Changes, InvalidPatch
from tests.makers import CHECKOUT
from tests.sandbox.makers import Bench

SAMPLE = (CHECKOUT / "tests/bench/programs/invoice.py").read_text()


def test_a_fork_repeats_to_the_byte(bench: Bench) -> None:
    first, second = bench.build(SAMPLE), bench.build(SAMPLE)

    assert first == second


def test_a_fork_is_small(bench: Bench) -> None:
    assert len(bench.build(SAMPLE).patch) <= 60_000
    assert len(bench.build("def tool(): return 1").patch) <= 16_000


def test_both_forms_answer_alike_with_the_same_fuel(bench: Bench) -> None:
    delta, full = (bench.run(SAMPLE, form) for form in ("delta", "full"))

    assert delta == full
    assert isinstance(delta.outcome, Returned)
    assert json.loads(delta.outcome.result)["gross"] == "28.26"


def test_a_tool_that_grows_the_memory_keeps_what_it_made(bench: Bench) -> None:
    source = "TABLE = {i: str(i) * 20 for i in range(60_000)}\ndef tool(): return [len(TABLE), TABLE[59_999][:5]]"

    assert [bench.run(source, form).outcome for form in ("delta", "full")] == [Returned('[60000,"59999"]')] * 2


def test_work_at_module_level_is_done_once_at_build(bench: Bench) -> None:
    ran = bench.run("import random\nN = sum(range(300_000))\ndef tool(): return N")

    assert ran.outcome == Returned(str(sum(range(300_000))))
    assert ran.fuel_used < 5_000_000


@pytest.mark.parametrize(
    ("source", "says", "line"),
    [
        ("def tool(:\n", "SyntaxError", 1),
        ("x = 1\ny = x / 0\n", "ZeroDivisionError", 2),
        ("def other(): pass\n", "no function 'tool'", None),
        ("tool = 3\n", "int, not a function", None),
        ("import sys\nsys.exit()\n", "SystemExit", 2),
        ("import numpy\n", "No module named 'numpy'", 1),
        ("def f(): f()\nf()\n", "RecursionError", 1),
        ("from sealwright import http\nhttp.get('https://x')\ndef tool(): pass", "http.request", 2),
        (
            "from sealwright import kv\ntry:\n    kv.get('x')\nexcept Exception:\n    pass\ndef tool(): pass",
            "kv.get",
            None,
        ),
        ("raise SystemError('\ud800')", "lone surrogate", None),
    ],
)
def test_a_source_that_does_not_load_says_why(bench: Bench, source: str, says: str, line: int | None) -> None:
    finding = bench.refuse(source)

    assert says in finding.message
    assert (finding.gate, finding.severity, finding.line) == ("build", "error", line)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("while True: pass", "fuel"),
        ("x = []\nwhile True: x.append(bytearray(1 << 20))", "memory_bytes"),
        ("import time\nwhile True: time.sleep(1)", "host_calls"),
    ],
)
def test_a_hostile_module_body_ends_the_build(bench: Bench, source: str, says: str) -> None:
    finding = bench.refuse(source, limits=Limits(fuel=300_000_000, host_calls=100))

    assert says in finding.message or "MemoryError" in finding.message or "clock.sleep" in finding.message


def test_a_slow_module_body_runs_out_of_time(bench: Bench) -> None:
    finding = bench.refuse("while True: pass", limits=Limits(fuel=10**12, wall_ms=100))

    assert "wall_ms" in finding.message


def test_a_patch_comes_back_as_it_was(bench: Bench) -> None:
    base = memoryview(bytes(range(256)) * 16 * 3)
    changes = Changes(1, {1: b"\1" * PAGE, 2: bytes(PAGE), 7: b"\7" * PAGE})

    assert memory_patches.decode(memory_patches.encode(changes, base), base) == changes


def test_a_broken_patch_is_refused() -> None:
    base = memoryview(bytes(PAGE))
    good = memory_patches.encode(Changes(1, {3: b"x" * PAGE}), base)

    for broken in (good[:-5], b"", b"nonsense"):
        with pytest.raises(InvalidPatch):
            memory_patches.decode(broken, base)


def test_a_digest_names_image_memory_and_pages() -> None:
    changes = Changes(1, {3: b"x" * PAGE})
    others = [
        memory_patches.digest("b", changes),
        memory_patches.digest("a", replace(changes, memory=2)),
        memory_patches.digest("a", replace(changes, pages={4: b"x" * PAGE})),
        memory_patches.digest("a", replace(changes, pages={3: b"y" * PAGE})),
    ]

    assert len({memory_patches.digest("a", changes), *others}) == 5


def test_an_image_module_holds_base_and_changes() -> None:
    base = memoryview(b"a" * PAGE + bytes(PAGE) + b"c" * (wasm.PAGE_BYTES - 2 * PAGE))
    module = wasm.Module.parse(memory_patches.image_module(base, Changes(2, {1: b"b" * PAGE, 20: b"z" * PAGE})))

    memory = wasm.initial_memory(module)
    pages = [bytes(memory[at : at + 1]) for at in range(0, len(memory), PAGE)]
    assert b"".join(pages) == b"ab" + b"c" * 14 + bytes(4) + b"z" + bytes(11)
    assert [one.name for one in module.exports] == ["memory"]


def test_a_fork_in_another_process_is_the_same(bench: Bench) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom sandbox.image.artifacts import Image\n"
        "from sandbox.machine.engine import Engine\n"
        "from sandbox.machine.forks import fork\nfrom sandbox.contract.limits import Limits\n"
        "print(fork(Engine.open(Image.read(Path(sys.argv[1]))), sys.stdin.read(), 'tool', Limits()).digest)"
    )
    command = [sys.executable, "-c", program, str(bench.image.root)]
    other = subprocess.run(command, cwd=CHECKOUT, input=SAMPLE, capture_output=True, text=True, check=True)

    assert other.stdout.strip() == bench.build(SAMPLE).digest


def test_only_addresses_where_objects_lie_become_immortal() -> None:
    kind = 64
    memory = bytearray(128)
    for at, references, type_at in [(0, 3, kind), (8, 3, 99), (16, 0, kind), (24, 1 << 30, kind), (32, 1 << 20, kind)]:
        memory[at : at + 8] = references.to_bytes(4, "little") + type_at.to_bytes(4, "little")
    before = bytes(memory)
    addresses = array.array("I", [0, 0, 8, 16, 24, 32, 33]).tobytes()

    assert make_immortal(memory, addresses, array.array("I", [kind]).tobytes()) == 1
    assert memory[:4] == (5 << 28).to_bytes(4, "little")
    assert memory[4:] == before[4:]


def test_a_patch_that_is_not_the_approved_one_is_not_run(bench: Bench) -> None:
    approved = bench.build("def tool():\n    return 1\n")
    swapped = replace(approved, patch=bench.build("def tool():\n    return 2\n").patch)

    for form in ("delta", "full"):
        with pytest.raises(InvalidPatch, match=approved.digest):
            bench.compiler.materialise(bench.image, swapped, form)
