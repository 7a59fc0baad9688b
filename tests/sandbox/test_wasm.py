"""The binary reader and writer, on components made by hand."""

import pytest
from wasmtime import wat2wasm

from sandbox.image import opcodes, soundness, wasm, wasm_components
from sandbox.image.wasm import Malformed, Module


def module(text: str) -> Module:
    return Module.parse(bytes(wat2wasm(text)))


def sections(text: str) -> list[wasm.Section]:
    return wasm.split(bytes(wat2wasm(text)), wasm_components.COMPONENT_HEADER)


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 2**31, 2**32 - 1, 2**63])
def test_unsigned_numbers_come_back(value: int) -> None:
    assert wasm.read_uint(wasm.uint(value), 0) == (value, len(wasm.uint(value)))


@pytest.mark.parametrize(("value", "encoded"), [(0, "00"), (63, "3f"), (64, "c000"), (-1, "7f"), (-65, "bf7f")])
def test_signed_numbers_are_written_as_instructions_take_them(value: int, encoded: str) -> None:
    assert wasm.sint(value).hex() == encoded


def test_a_module_joined_from_its_sections_is_the_same() -> None:
    binary = bytes(wat2wasm('(module (func (export "f") (result i32) (i32.const 7)))'))

    assert Module.parse(binary).encode() == binary


def test_a_cut_short_binary_is_malformed() -> None:
    with pytest.raises(Malformed):
        wasm.split(bytes(wat2wasm("(module (memory 1))"))[:-1], wasm.MODULE_HEADER)


def test_a_component_is_not_a_module() -> None:
    with pytest.raises(Malformed):
        wasm.split(bytes(wat2wasm("(component)")), wasm.MODULE_HEADER)


def test_imports_exports_globals_and_memory_are_read() -> None:
    read = module("""(module
        (import "a" "f" (func)) (import "a" "g" (global (mut i32))) (import "a" "t" (table 1 funcref))
        (memory (export "memory") 2 3)
        (global (mut i32) (i32.const 5)) (global (export "x") i64 (i64.const -1)))""")

    assert [(one.module, one.name, one.kind) for one in read.imports] == [
        ("a", "f", wasm.FUNC),
        ("a", "g", wasm.GLOBAL),
        ("a", "t", wasm.TABLE),
    ]
    assert [(one.name, one.kind, one.index) for one in read.exports] == [
        ("memory", wasm.MEMORY, 0),
        ("x", wasm.GLOBAL, 2),
    ]
    assert read.memory == (2, 3)
    assert read.mutable_globals() == [1]


def test_initial_memory_is_what_the_data_segments_say() -> None:
    memory = wasm.initial_memory(module('(module (memory 1) (data (i32.const 10) "abc") (data (i32.const 65535) "z"))'))

    assert (len(memory), bytes(memory[9:14]), memory[65535:]) == (65536, b"\0abc\0", b"z")


def test_passive_data_is_refused() -> None:
    with pytest.raises(Malformed):
        wasm.initial_memory(module('(module (memory 1) (data "abc"))'))


COMPONENT = """(component
  (core module $a (func (export "f")) (memory (export "m") 1))
  (core module $b (import "a" "f" (func)))
  (core instance $x (instantiate $a))
  (alias core export $x "f" (core func $f))
  (core instance $bag (export "f" (func $f)))
  (core instance $y (instantiate $b (with "a" (instance $bag))))
  (type $t (func))
  (func (export "go") (type $t) (canon lift (core func $f))))"""


def test_core_instances_are_read_and_moved() -> None:
    found = [
        one
        for section in sections(COMPONENT)
        if section.kind == wasm_components.CORE_INSTANCE
        for one in wasm_components.read_core_instances(section.body)
    ]

    assert [(one.module, one.arguments) for one in found] == [(0, ()), (None, ()), (1, (("a", 1),))]
    assert found[2].moved(3).arguments == (("a", 4),)


def test_an_instance_put_first_leaves_a_valid_component() -> None:
    moved: list[wasm.Section] = []
    for section in sections(COMPONENT):
        if section.kind == wasm_components.CORE_INSTANCE:
            instances = [one.moved(1).encode() for one in wasm_components.read_core_instances(section.body)]
            if not any(one.kind == wasm_components.CORE_INSTANCE for one in moved):
                instances.insert(0, wasm_components.CoreInstance(0).encode())
            moved.append(wasm.Section(section.kind, wasm.vector(instances)))
        elif section.kind == wasm_components.ALIAS:
            moved.append(wasm.Section(section.kind, wasm_components.move_alias_instances(section.body, 1)))
        else:
            moved.append(section)

    from wasmtime import Engine
    from wasmtime.component import Component

    component = Component(Engine(), wasm.join(moved, wasm_components.COMPONENT_HEADER))
    assert component.get_export_index("go") is not None


def test_index_spaces_are_counted() -> None:
    count = wasm_components.count_items(sections(COMPONENT))

    assert (count["core func"], count["type"], count["func"]) == (1, 1, 2)


def test_instructions_are_found_among_operands_that_look_like_them() -> None:
    read = module("""(module (memory 1) (table 1 funcref) (global $g (mut i32) (i32.const 0))
      (func (param i32) (local i64 f64)
        (drop (i32.const 0x24)) (drop (f64.const 1.5)) (drop (i64.load offset=36 (i32.const 0)))
        (block (block (br_table 0 1 0 (local.get 0))))
        (global.set $g (i32.const 1)) (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))
        (table.set (i32.const 0) (ref.null func))))""")
    code = read.section(wasm.M_CODE)
    [(start, end)] = opcodes.bodies(code)

    wanted = {opcodes.GLOBAL_SET, opcodes.TABLE_SET}
    assert [opcode for opcode, _, _ in opcodes.find(code, start, end, wanted)] == [0x24, 0x26]


def test_an_image_that_hides_a_global_is_refused() -> None:
    hides = module("(module (global $g (mut i32) (i32.const 0)) (func (global.set $g (i32.const 1))) (func))")

    with pytest.raises(Malformed, match="mutable globals"):
        soundness.check([hides])


def test_an_image_that_writes_tables_is_refused() -> None:
    writes = module(
        '(module (import "e" "t" (table 1 funcref)) (func (table.set (i32.const 0) (ref.null func))) (func))'
    )

    with pytest.raises(Malformed, match="table"):
        soundness.check([writes])


SETS = "(func (global.set $g (i32.const 1)))"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f'(module (memory 1) (global $g (export "g") (mut i32) (i32.const 0)) {SETS})', None),
        (f"(module (memory 1) (global $g (mut i32) (i32.const 0)) {SETS})", "mutable globals"),
        (f'(module (global $g (export "g") (mut i32) (i32.const 0)) {SETS})', "mutable globals"),
        (f'(module (import "env" "g" (global $g (mut i32))) (memory 1) {SETS})', "sets its global 0"),
        ("(module (memory 1) (func $s) (start $s))", "when it is instantiated"),
    ],
    ids=["shown", "hidden", "shown to nobody", "another module's", "a start"],
)
def test_only_globals_that_a_fork_reads_may_be_set(text: str, says: str | None) -> None:
    if says is None:
        soundness.check([module(text)])
        return
    with pytest.raises(Malformed, match=says):
        soundness.check([module(text)])
