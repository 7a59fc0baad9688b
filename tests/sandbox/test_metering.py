"""Our own meter: the guest's own code counts, nothing computes uncounted, and runs end as under wasmtime's."""

from dataclasses import replace
from pathlib import Path

import pytest
from wasmtime import Engine as NativeEngine
from wasmtime import Func, FuncType, Instance, Store, Table, ValType, wat2wasm
from wasmtime import Module as NativeModule

from sandbox import Exhausted, Image, Limits, Returned
from sandbox.image import wasm, wasm_components
from sandbox.image.artifacts import TEMPLATE
from sandbox.image.wasm import Malformed, Module, Section
from sandbox.machine.metering import call_graphs, metered
from sandbox.machine.metering.bodies import BULK_BYTES_MAX, TURN_LEAST, UNIT
from sandbox.machine.metering.call_graphs import Calls
from sandbox.machine.metering.charging import SLICES, Reading, charge
from sandbox.machine.metering.checking import check
from sandbox.machine.metering.loops import loops
from sandbox.machine.native_code import Form, meter_of
from tests.sandbox.makers import Bench, body

HONEST = """    n, words = 0, {}
    for i in range(20_000):
        n = (n * 31 + i) % 1_000_003
        words[n % 97] = n
"""


@pytest.fixture(scope="module")
def linked(image: Image) -> Module:
    sections = wasm.split(metered(image.template), wasm_components.COMPONENT_HEADER)
    return Module.parse(max((one.body for one in sections if one.kind == wasm_components.CORE_MODULE), key=len))


def module(text: str) -> Module:
    memory = "" if "(memory" in text else "(memory 1)"
    return Module.parse(bytes(wat2wasm(f"(module {memory} {text})")))


def counted(text: str, *given: int) -> tuple[object, int]:
    """What a module's `go` answers, and what it was charged."""
    slices: list[int] = []

    def give() -> int:
        slices.append(UNIT * 1000)
        return slices[-1]

    made = charge(module(text), ())
    check(made)
    engine = NativeEngine()
    store = Store(engine)
    exports = Instance(store, NativeModule(engine, made.encode()), []).exports(store)
    table, go, left = exports[SLICES], exports["go"], exports["$left"]
    assert isinstance(table, Table)
    assert isinstance(go, Func)
    assert isinstance(left, Func)
    table.set(store, 0, Func(store, FuncType([], [ValType.i64()]), give))
    return go(store, *given), sum(slices) - left(store)


LOOP = """(func (export "go") (param i32) (result i32) (local i32)
  (loop $l (local.set 1 (i32.add (local.get 1) (local.get 0)))
    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 1))"""
RECURSION = """(func $f (export "go") (param i32) (result i32)
  (if (result i32) (local.get 0) (then (i32.add (local.get 0) (call $f (i32.sub (local.get 0) (i32.const 1)))))
    (else (i32.const 0))))"""
INDIRECT = """(table 1 1 funcref) (elem (i32.const 0) $f) (type $t (func (param i32) (result i32)))
(func $f (export "go") (type $t) (if (result i32) (local.get 0)
  (then (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))) (else (i32.const 7))))"""


@pytest.mark.parametrize(
    ("text", "given", "answer", "fuel"),
    [
        (LOOP, 10, 55, 9 * TURN_LEAST),
        (LOOP, 50_000, 1_250_025_000, 49_999 * TURN_LEAST),
        (RECURSION, 9, 45, 10 * UNIT),
        (INDIRECT, 20, 7, 21 * UNIT),
    ],
    ids=["loop", "slices", "recursion", "table"],
)
def test_each_turn_and_each_call_that_comes_round_is_charged(text: str, given: int, answer: int, fuel: int) -> None:
    assert counted(text, given) == (answer, fuel)


@pytest.mark.parametrize("size", [0, 64, 6400, BULK_BYTES_MAX, BULK_BYTES_MAX + 1, 3 * BULK_BYTES_MAX + 5])
@pytest.mark.parametrize(("to", "source"), [(0, 999), (999, 0), (0, 1 << 21), (1 << 21, 0)])
def test_memory_is_moved_as_before_and_charged_by_its_length(size: int, to: int, source: int) -> None:
    text = """(memory 128) (func (export "go") (param i32 i32 i32) (result i64) (local i32) (local i64)
      {fill} {move}
      (local.set 3 (i32.const 0))
      (loop $h (local.set 4 (i64.add (i64.mul (local.get 4) (i64.const 31)) (i64.load (local.get 3))))
        (br_if $h (i32.lt_u (local.tee 3 (i32.add (local.get 3) (i32.const 8))) (i32.const 8000000))))
      (local.get 4))"""
    fill = """(loop $w (i32.store (local.get 3) (i32.mul (local.get 3) (i32.const 2654435761)))
      (br_if $w (i32.lt_u (local.tee 3 (i32.add (local.get 3) (i32.const 4))) (i32.const 8000000))))"""
    fill += "(memory.fill (local.get 0) (i32.const 7) (i32.shr_u (local.get 2) (i32.const 1)))"
    moved = "(memory.copy (local.get 0) (local.get 1) (local.get 2))"
    text = text.format(fill=fill, move=moved)
    engine = NativeEngine()
    store = Store(engine)
    go = Instance(store, NativeModule(engine, bytes(wat2wasm(f"(module {text})"))), []).exports(store)["go"]
    assert isinstance(go, Func)
    answer, fuel = counted(text, to, source, size)
    assert answer == go(store, to, source, size)
    parts = sum(-(-one // BULK_BYTES_MAX) if one > BULK_BYTES_MAX else 0 for one in (size, size // 2))
    read = Reading.of(module(text))
    [writing, reading] = [one.turn_fuel for one in loops(read.code, read.bodies[0].ops)]
    turns = 1_999_999 * writing + 999_999 * reading
    assert fuel == turns + UNIT * ((size >> 6) + (size // 2 >> 6) + parts)


def test_a_long_stretch_without_a_branch_costs_more() -> None:
    short = '(func (export "go") (result i32) (i32.const 1))'
    steps = "(local.set 0 (i32.add (local.get 0) (i32.const 1)))" * 200
    assert counted(short) == (1, 0)
    answer, fuel = counted(f'(func (export "go") (result i32) (local i32) {steps} (local.get 0))')
    assert answer == 200
    assert 300 < fuel < 600


def test_no_way_round_the_built_interpreter_is_free(linked: Module) -> None:
    check(linked)


@pytest.mark.parametrize("text", [LOOP, RECURSION, INDIRECT], ids=["loop", "recursion", "table"])
def test_a_module_whose_charge_is_taken_out_is_refused(text: str) -> None:
    made = charge(module(text), ()).encode()
    charged = b"\x42" + wasm.sint(TURN_LEAST if text is LOOP else UNIT) + b"\x7d"
    free = b"\x42" + wasm.sint(0) + b"\x7d"
    assert charged in made
    with pytest.raises(Malformed):
        check(Module.parse(made.replace(charged, free, 1)))


@pytest.mark.parametrize(
    "text",
    [
        '(table 1 funcref) (func $f (export "go") (drop (ref.func $f))) (elem declare func $f)',
        '(table 1 funcref) (table 1 funcref) (func (export "go"))',
        "(func $f) (start $f)",
    ],
    ids=["a reference to a function", "two tables", "code at the start"],
)
def test_what_the_meter_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        charge(module(text), ())


def test_code_that_writes_the_counter_is_refused(linked: Module) -> None:
    forged = charge(module('(global $g (mut i64) (i64.const 0)) (func (export "go"))'), ())
    good = charge(module('(global $g (mut i64) (i64.const 0)) (func (export "go") (global.set $g (i64.const 9)))'), ())
    check(good)
    written = bytes([0x42, 9, 0x24, 0])
    assert good.encode().count(written) == 1
    with pytest.raises(Malformed, match="counter"):
        check(Module.parse(good.encode().replace(written, bytes([0x42, 9, 0x24, 1]))))
    check(forged)
    assert not [one for one in linked.exports if one.kind == wasm.GLOBAL and one.index == len(linked.globals) - 1]


@pytest.mark.parametrize("seed", range(30))
def test_every_circle_of_calls_has_a_charge(seed: int) -> None:
    """Of graphs drawn at random; a graph with a circle and nothing charged is found."""
    state = seed * 2654435761 + 1

    def draw(below: int) -> int:
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (state >> 33) % below

    size = 2 + draw(40)
    calls = [Calls([draw(size) for _ in range(draw(4))], draw(5) == 0) for _ in range(size)]
    table = {draw(size) for _ in range(draw(6))}
    free = set(range(size)) - call_graphs.charged(calls, table)
    assert call_graphs.circle(calls, table, free) == set()
    looped = [*calls, Calls([size], False)]
    assert size in call_graphs.circle(looped, table, set(range(size + 1)))


def test_an_image_that_an_earlier_release_built_of_many_modules_is_left_to_wasmtimes_meter(
    image: Image, tmp_path: Path
) -> None:
    large = Section(wasm_components.CORE_MODULE, wasm.MODULE_HEADER + bytes(100_000))
    (tmp_path / TEMPLATE).write_bytes(image.template + wasm.join([large], b""))
    many = replace(image, root=tmp_path)
    assert [meter_of(one, "own") for one in (image, many)] == ["own", "wasmtime"]
    assert [meter_of(one, "wasmtime") for one in (image, many)] == ["wasmtime", "wasmtime"]


def test_a_fork_is_the_same_under_either_meter(own: Bench, theirs: Bench) -> None:
    source = body("return 1")
    assert own.build(source) == theirs.build(source)
    assert own.build("HEAVY = sum(range(300_000))\n" + source) == theirs.build("HEAVY = sum(range(300_000))\n" + source)


def test_a_count_is_the_same_in_every_repeat_and_form(own: Bench, image: Image, tmp_path: Path) -> None:
    component = own.build(f"def tool():\n{HONEST}    return n\n")
    forms: tuple[Form, ...] = ("delta", "full")
    ran = [own.call(own.load(component, form)) for form in forms for _ in range(20)]
    with Bench.open(image, tmp_path, "own") as restarted:
        ran.append(restarted.call(restarted.load(component)))
    [(outcome, used)] = {(one.outcome, one.fuel_used) for one in ran}
    assert isinstance(outcome, Returned)
    assert used > 20_000 * UNIT


def test_fuel_ends_a_run_at_the_unit(own: Bench) -> None:
    loaded = own.load(own.build(f"def tool():\n{HONEST}    return n\n"))
    used = own.call(loaded).fuel_used
    assert isinstance(own.call(loaded, limits=Limits(fuel=used)).outcome, Returned)
    short = own.call(loaded, limits=Limits(fuel=used - UNIT))
    assert isinstance(short.outcome, Exhausted)
    assert (short.outcome.fault.code, short.fuel_used) == ("fuel", used - UNIT)
