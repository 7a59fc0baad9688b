"""Many core modules become one: the same program, on a component that does what componentize-py's do, in small."""

import pytest
from wasmtime import Engine, Store, Trap, WasmtimeError, wat2wasm
from wasmtime.component import Component, Linker

from sandbox import Image
from sandbox.image import host_interface, linking, wasm, wasm_components
from sandbox.image.wasm import Malformed, Module
from sandbox.machine import host_functions

# main owns memory, table and globals; library is handed them, calls back through the table, and asks the host by a shim
# whose table the fix-up fills at last. Main's stubs lead through its table too.
MAIN = """
  (core module $main
    (type $i (func (param i32) (result i32)))
    (table (export "table") 6 funcref)
    (memory (export "memory") 1)
    (global (export "__stack_pointer") (mut i32) (i32.const 4096))
    (global (export "__stack_high") (mut i32) (i32.const 4096))
    (global $base (export "base") i32 (i32.const 2))
    (global (export "got") (mut i32) (i32.const 64))
    (data (i32.const 64) "\\07\\00\\00\\00")
    (func $double (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
    (func (export "stub") (param i32) (result i32) (call_indirect (type $i) (local.get 0) (i32.const 3)))
    (func (export "dead") (result i32) (i32.const 1234567))
    (elem (i32.const 1) func $double))
"""
LIBRARY = """
  (core module $library
    (type $i (func (param i32) (result i32)))
    (import "env" "table" (table 6 funcref))
    (import "env" "memory" (memory 1))
    (import "env" "__stack_pointer" (global $sp (mut i32)))
    (import "env" "base" (global $base i32))
    (import "env" "got" (global $got (mut i32)))
    (import "env" "double" (func $double (type $i)))
    (import "env" "stub" (func $stub (type $i)))
    (import "host" "ask" (func $ask (type $i)))
    (import "host" "never" (func $never (type $i)))
    (global $inside i32 (i32.add (global.get $base) (i32.const 1)))
    (func $add (type $i) (i32.add (local.get 0) (i32.load (global.get $got))))
    (elem (i32.add (global.get $base) (i32.const 1)) func $add $never)
    (func (export "run") (param i32) (result i32) (local i64)
      (global.set $sp (i32.sub (global.get $sp) (i32.const 16)))
      (local.get 0)
      (block $b (param i32) (result i32)
        (call_indirect (type $i) (i32.const 1))
        (call $stub) (call $double) (call $ask)
        (i32.add (call_indirect (type $i) (i32.const 5) (global.get $inside)))
        (br $b))
      (global.set $sp (i32.add (global.get $sp) (i32.const 16))))
    (func (export "crash") (param i32) (result i32) (call $never (local.get 0)))
    {extra})
"""
AROUND = """
  (core module $shim
    (type $i (func (param i32) (result i32)))
    (table (export "$imports") 2 funcref)
    (func (export "0") (type $i) (call_indirect (type $i) (local.get 0) (i32.const 0)))
    (func (export "1") (type $i) (call_indirect (type $i) (local.get 0) (i32.const 1))))
  (core module $fixes
    (type $i (func (param i32) (result i32)))
    (import "" "0" (func $a (type $i)))
    (import "" "1" (func $b (type $i)))
    (import "" "$imports" (table 2 funcref))
    (elem (i32.const 0) func $a $b))
  (core instance $m (instantiate $main))
  (core instance $s (instantiate $shim))
  (alias core export $s "0" (core func $s0))
  (alias core export $s "1" (core func $s1))
  (core instance $asks (export "ask" (func $s0)) (export "never" (func $s1)))
  (core instance $l (instantiate $library (with "env" (instance $m)) (with "host" (instance $asks))))
  (alias export $host "ask" (func $ask))
  (core func $ask-lowered (canon lower (func $ask)))
  (alias export $host "never" (func $never))
  (core func $never-lowered (canon lower (func $never)))
  (alias core export $s "$imports" (core table $t))
  (core instance $fill
    (export "0" (func $ask-lowered)) (export "1" (func $never-lowered)) (export "$imports" (table $t)))
  (core instance (instantiate $fixes (with "" (instance $fill))))
  (type $go (func (param "x" u32) (result u32)))
  (alias core export $l "run" (core func $run))
  (func $run-lifted (type $go) (canon lift (core func $run)))
  (export "run" (func $run-lifted))
  (alias core export $l "crash" (core func $crash))
  (func $crash-lifted (type $go) (canon lift (core func $crash)))
  (export "crash" (func $crash-lifted))
"""
HOST = """
  (import "a:b/host" (instance $host
    (export "ask" (func (param "x" u32) (result u32)))
    (export "never" (func (param "x" u32) (result u32)))))
"""
ANSWERED = {("a:b/host", "ask")}


def component(extra: str = "", around: str = AROUND) -> bytes:
    return bytes(wat2wasm(f"(component {HOST} {MAIN} {LIBRARY.replace('{extra}', extra)} {around})"))


def _more(_: object, given: int) -> int:
    return given + 100


def _same(_: object, given: int) -> int:
    return given


def answer(binary: bytes, export: str, given: int) -> int:
    """What a component answers, whose host adds 100."""
    engine = Engine()
    compiled, linker, store = Component(engine, binary), Linker(engine), Store(engine)
    with linker.root() as root, root.add_instance("a:b/host") as host:
        host.add_func("ask", _more)
        host.add_func("never", _same)
    function = linker.instantiate(store, compiled).get_func(store, export)
    assert function is not None
    return function(store, given)


def modules(binary: bytes) -> list[Module]:
    """The largest first: the linked one, beside which there are a shim and its fix-up."""
    sections = wasm.split(binary, wasm_components.COMPONENT_HEADER)
    found = [one.body for one in sections if one.kind == wasm_components.CORE_MODULE]
    return [Module.parse(one) for one in sorted(found, key=len, reverse=True)]


@pytest.fixture(scope="module")
def linked() -> bytes:
    return linking.link(component(), ANSWERED)


@pytest.mark.parametrize("given", [0, 1, 21, 2**31, 2**32 - 1])
def test_a_linked_component_answers_as_before(linked: bytes, given: int) -> None:
    assert answer(linked, "run", given) == answer(component(), "run", given)


def test_what_the_host_never_answers_traps(linked: bytes) -> None:
    assert answer(component(), "crash", 5) == 5
    with pytest.raises((Trap, WasmtimeError), match="unreachable"):
        answer(linked, "crash", 5)


def test_the_same_component_links_to_the_same_bytes(linked: bytes) -> None:
    assert linking.link(component(), ANSWERED) == linked


def test_one_module_imports_only_what_is_answered(linked: bytes) -> None:
    one, *rest = modules(linked)

    assert [(each.module, each.name) for each in one.imports] == [("host", "a:b/host#ask")]
    assert len(rest) == 2


def test_only_globals_that_are_written_stay_and_all_of_them_are_shown(linked: bytes) -> None:
    [one, *_] = modules(linked)

    shown = {each.index: each.name for each in one.exports if each.kind == wasm.GLOBAL}
    assert [shown[index] for index in one.mutable_globals()] == ["__stack_pointer"]
    assert "__stack_high" in shown.values()


def test_code_that_cannot_run_is_left_out(linked: bytes) -> None:
    [one, *_] = modules(linked)

    assert wasm.sint(1234567) in component()
    assert wasm.sint(1234567) not in one.section(wasm.M_CODE)


def test_slots_and_addresses_stay_as_they_were(linked: bytes) -> None:
    [one, *_] = modules(linked)

    element = one.section(wasm.M_ELEMENT)
    assert element[:4] == b"\2\0\x41\1"  # two runs, the first from slot 1 on
    assert element[4:7] == b"\x0b\1" + element[6:7]
    assert element[7:10] == b"\0\x41\3"  # the second from slot 3 on
    assert wasm.initial_memory(one)[64] == 7


def test_the_names_of_the_host_are_in_one_place() -> None:
    assert {(interface, key) for interface, keys in host_functions.answers().items() for key in keys} == (
        host_interface.ANSWERED
    )


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ("(func $s) (start $s)", "when it is instantiated"),
        ("(elem func $add)", "element segment"),
        ("(elem declare func $add)", "element segment"),
        ("(elem (table 0) (i32.const 0) funcref (ref.func $add))", "element segment"),
    ],
    ids=["a start", "a passive segment", "a declaration", "a segment of expressions"],
)
def test_what_componentize_py_does_not_write_is_refused(extra: str, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        linking.link(component(extra), ANSWERED)


def test_what_cannot_run_keeps_nothing_from_being_linked() -> None:
    binary = component('(func (export "x") (table.set (i32.const 0) (ref.null func)))')

    assert answer(linking.link(binary, ANSWERED), "run", 3) == answer(binary, "run", 3)


def _lifting(body: str) -> tuple[str, str]:
    lift = '(alias core export $l "x" (core func $x)) (func $x-lifted (type $go) (canon lift (core func $x)))'
    return f'(func (export "x") (param i32) (result i32) {body})', f'{AROUND} {lift} (export "x" (func $x-lifted))'


@pytest.mark.parametrize(
    "body",
    [
        "(table.set (i32.const 0) (ref.null func)) (local.get 0)",
        "(table.fill (i32.const 0) (ref.null func) (i32.const 1)) (local.get 0)",
        "(drop (table.grow (ref.null func) (i32.const 1))) (local.get 0)",
        "(table.copy (i32.const 0) (i32.const 1) (i32.const 1)) (local.get 0)",
        "(table.size)",
        "(drop (table.get (i32.const 0))) (local.get 0)",
    ],
)
def test_a_program_that_touches_its_table_is_refused(body: str) -> None:
    extra, around = _lifting(body)

    with pytest.raises(Malformed, match="uses a table"):
        linking.link(component(extra, around), ANSWERED)


def test_indirect_calls_through_a_second_table_are_refused() -> None:
    body = "(call_indirect 1 (type $i) (local.get 0) (local.get 0))"
    extra, around = _lifting(body)

    with pytest.raises(Malformed, match="two tables"):
        linking.link(component("(table $own 1 funcref) " + extra, around), ANSWERED)


@pytest.mark.parametrize(
    ("body", "given"),
    [
        ("(call $double (call $stub (local.get 0)))", 4),
        ("(return_call $double (local.get 0))", 8),
        ("(return_call_indirect (type $i) (local.get 0) (i32.const 3))", 9),
        ("(global.set $got (i32.const 68)) (i32.load (global.get $got))", 1),
        ("(loop $l (result i32) (br_if $l (i32.const 0)) (local.get 0))", 3),
        ("(if (result i32) (local.get 0) (then (global.get $inside)) (else (i32.const 70)))", 0),
        ("(i32.store (i32.const 64) (local.get 0)) (call $add (i32.const 1))", 11),
        ("(drop (ref.func $add)) (i32.const -1)", 1),
    ],
)
def test_every_kind_of_reference_leads_where_it_led(body: str, given: int) -> None:
    extra, around = _lifting(body)
    before = component(extra, around)

    assert answer(linking.link(before, ANSWERED), "x", given) == answer(before, "x", given)


def test_the_images_interpreter_is_one_module_without_a_dead_global(image: Image) -> None:
    [one, *rest] = modules(image.template)

    assert [len(each.section(wasm.M_CODE)) < 1000 for each in rest] == [True, True]
    assert len(one.mutable_globals()) == len(image.watched) <= 4
    asked = {tuple(each.name.partition("~")[0].split("#")) for each in one.imports if each.module == "host"}
    assert asked <= host_interface.ANSWERED
