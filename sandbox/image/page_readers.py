"""The delta module of a fork: it changes nothing, and reads what a load left behind."""

import itertools
from collections.abc import Sequence

from sandbox.image import wasm
from sandbox.image.memory_patches import PAGE, Changes
from sandbox.image.templates import MAIN, GlobalImport

# Written out in full: each turn of a loop and each call is metered, which cost six times what the hash does.
_LANES = 8
_UNROLLED_BYTES = 512
_MIX = """(i64.rotl (i64.mul (i64.add (i64.xor {a} {b}) (i64.const 0x2545F4914F6CDD1D))
  (i64.const -7046029254386353131)) (i64.const 29))"""

_ZERO = bytes(PAGE)


def reader_module(memory: int, stack_high: int, watched: Sequence[GlobalImport], hashes: bytes) -> str:
    """The delta of a fork, as text: it tells which pages changed and what the watched globals hold.

    `memory` is the base's size in 64 KiB units, `hashes` eight bytes for each of the base's 4 KiB pages; without
    hashes `pages` answers with them instead. The hash is fast, not cryptographic: a collision can only lose a
    page of the very tool that made it. The dead stack below `stack_high` is left out.
    """
    imports = "".join(
        f'(import "{one.instance}" "{one.name}" (global $g{at} (mut {_value_type(one)})))\n'
        for at, one in enumerate(watched)
    )
    stores = "".join(f"(i64.store $out (i32.const {at * 8}) {_widened(one, at)})" for at, one in enumerate(watched))
    start = 16 + max(memory * 16 * 8, len(watched) * 8)
    base_pages = len(hashes) // 8
    return f"""(module
  (import "{MAIN}" "memory" (memory $m 0))
  {imports}
  (memory $out (export "out") {start // wasm.PAGE_BYTES + 2})
  (data (memory $out) (i32.const 16) "{_quoted(hashes)}")
  {_hash_text()}
  (func $room (param $size i32)
    (if (i32.gt_u (i32.add (local.get $size) (i32.const 8192)) (i32.shl (memory.size $out) (i32.const 16)))
      (then (if (i32.eq (memory.grow $out (i32.const 64)) (i32.const -1)) (then unreachable)))))
  (func $answer (param $at i32) (param $end i32) (result i32)
    (i32.store $out (i32.const 0) (local.get $at))
    (i32.store $out (i32.const 4) (i32.sub (local.get $end) (local.get $at)))
    (i32.const 0))
  (func (export "size") (result i32) (memory.size $m))
  (func (export "globals") (result i32)
    {stores.replace("(i64.store $out (i32.const ", f"(i64.store $out offset={start} (i32.const ")}
    (call $answer (i32.const {start}) (i32.const {start + len(watched) * 8})))
  (func (export "pages") (result i32) (local $page i32) (local $out i32) (local $h i64)
    (local.set $out (i32.const {start}))
    (local.set $page (i32.const {stack_high // PAGE if hashes else 0}))
    (loop $next
      (local.set $h (call $hash (i32.shl (local.get $page) (i32.const 12))))
      (call $room (local.get $out))
      {_diff(base_pages) if hashes else _ALL_HASHES}
      (local.set $page (i32.add (local.get $page) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $page) (i32.shl (memory.size $m) (i32.const 4)))))
    (call $answer (i32.const {start}) (local.get $out))))
"""


_ALL_HASHES = """
      (i64.store $out (local.get $out) (local.get $h))
      (local.set $out (i32.add (local.get $out) (i32.const 8)))"""


def _diff(base_pages: int) -> str:
    known = "(i64.load $out offset=16 (i32.shl (local.get $page) (i32.const 3)))"
    return f"""
      (if (i32.or (i32.ge_u (local.get $page) (i32.const {base_pages}))
            (if (result i32) (i32.lt_u (local.get $page) (i32.const {base_pages}))
              (then (i64.ne (local.get $h) {known})) (else (i32.const 1))))
        (then
          (i32.store $out (local.get $out) (local.get $page))
          (memory.copy $out $m (i32.add (local.get $out) (i32.const 4))
            (i32.shl (local.get $page) (i32.const 12)) (i32.const 4096))
          (local.set $out (i32.add (local.get $out) (i32.const 4100)))))"""


def _hash_text() -> str:
    lanes = [f"$lane{number}" for number in range(_LANES)]
    words = range(_UNROLLED_BYTES // 8)
    steps = "\n".join(
        f"(local.set {lane} {_mixed(lane, f'(i64.load $m offset={word * 8} (local.get $at))')})"
        for word, lane in zip(words, itertools.cycle(lanes), strict=False)
    )
    folded = "\n".join(f"(local.set {lanes[0]} {_mixed(lanes[0], f'(local.get {lane})')})" for lane in lanes[1:])
    return f"""
  (func $hash (param $at i32) (result i64) (local $end i32)
    {" ".join(f"(local {lane} i64)" for lane in lanes)}
    (local.set $end (i32.add (local.get $at) (i32.const {PAGE})))
    (loop $more
      {steps}
      (br_if $more (i32.lt_u
        (local.tee $at (i32.add (local.get $at) (i32.const {_UNROLLED_BYTES}))) (local.get $end))))
    {folded}
    (local.get {lanes[0]}))"""


def _mixed(lane: str, word: str) -> str:
    return _MIX.format(a=f"(local.get {lane})", b=word)


def _quoted(data: bytes) -> str:
    digits = data.hex()
    return "".join("\\" + digits[at : at + 2] for at in range(0, len(digits), 2))


def _value_type(one: GlobalImport) -> str:
    return {wasm.I32: "i32", wasm.I64: "i64"}[one.type[0]]


def _widened(one: GlobalImport, at: int) -> str:
    value = f"(global.get $g{at})"
    return value if one.type[0] == wasm.I64 else f"(i64.extend_i32_u {value})"


def read_pages(answer: bytes, memory: int, base_pages: int) -> Changes:
    """What the reader's `pages` said, without the pages of zeros past the base's end: a memory that grows has those."""
    size = PAGE + 4
    pages = {
        int.from_bytes(answer[at : at + 4], "little"): answer[at + 4 : at + size] for at in range(0, len(answer), size)
    }
    return Changes(memory, {at: page for at, page in pages.items() if at < base_pages or page != _ZERO})
