"""One image in this process: builds, sizes, calls and memory, each beside what it is measured against."""

import gc
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import wasmtime
from wasmtime.component import Component as PlainComponent

from sandbox import images
from sandbox.contract.components import Call, Component
from sandbox.contract.limits import Limits
from sandbox.machine.native_code import Form
from tests.bench.standard import PROGRAMS_FOLDER, Standard
from tests.makers import CHECKOUT
from tests.sandbox.makers import SEED, Bench, Bridge

TRIVIAL = "def tool(**given):\n    return 1\n"
SAMPLE = (PROGRAMS_FOLDER / "invoice.py").read_text()
CLASSICS = (PROGRAMS_FOLDER / "classics.py").read_text()
LIVE = 50


def milliseconds(work: Callable[[], object], repeats: int) -> float:
    """The median of some repeats."""
    taken: list[float] = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def builds(bench: Bench, scratch: Path) -> None:
    print("source -> callable (fork + native code + load), p50 of 30; stored bytes of the patch")
    forks: dict[str, float] = {}
    for name, source in {"trivial": TRIVIAL, "60 lines": SAMPLE}.items():

        def whole(source: str = source) -> None:
            bench.load(bench.build(source))

        whole()
        forks[name] = milliseconds(whole, 30)
        alone = milliseconds(lambda source=source: bench.build(source), 30)
        size = len(bench.build(source).patch)
        print(f"  {name:9} {forks[name]:7.1f} ms (fork alone {alone:.1f} ms)   {size:7,} bytes")
    full = milliseconds(lambda: bench.load(bench.build(SAMPLE), "full"), 5)
    print(f"  60 lines, full form {full:.0f} ms")
    print("the same source by componentize-py and wasmtime's compiler")
    standard_build(scratch, forks["60 lines"], len(bench.build(SAMPLE).patch))


def standard_build(scratch: Path, fork_ms: float, stored: int) -> None:
    standard, started = Standard(scratch / "standard"), time.perf_counter()
    binary = standard.build({"sample": (SAMPLE, "tool")})
    built = time.perf_counter() - started
    compiled = PlainComponent(wasmtime.Engine(), binary).serialize()
    took = time.perf_counter() - started
    print(f"  {took * 1000:,.0f} ms ({built:.1f} s + {took - built:.1f} s): {took * 1000 / fork_ms:,.0f} x the fork's")
    size = len(binary) + len(compiled)
    print(f"  {size / 1e6:.0f} MB of wasm and native code: {size / stored:,.0f} x the patch")


def calls(bench: Bench) -> None:
    print("fresh instance + call + drop, p50 of 300; the plain function takes microseconds")
    for name, source in {"trivial": TRIVIAL, "60 lines": SAMPLE}.items():
        component = bench.build(source)
        forms: tuple[Form, ...] = ("delta", "full")
        for form in forms:
            loaded = bench.load(component, form)

            def make() -> None:
                bench.engine.instantiate(loaded, bench.limits).close()  # noqa: B023

            made = milliseconds(make, 300)
            whole = milliseconds(lambda: bench.call(loaded), 300)  # noqa: B023
            print(f"  {name:9} {form:5}  {whole:5.2f} ms, of which instantiate and drop {made:5.2f} ms")


def warm(bench: Bench) -> None:
    """What a caller would save if the instance stood ready."""
    loaded = bench.load(bench.build(TRIVIAL), "full")
    taken: list[float] = []
    for _ in range(200):
        instance = bench.engine.instantiate(loaded, bench.limits)
        started = time.perf_counter()
        instance.call(Call("{}", SEED, 0), Bridge())
        taken.append((time.perf_counter() - started) * 1000)
        instance.close()
    print(f"call of an instance prepared before: p50 {statistics.median(taken):.2f} ms")


def cold(bench: Bench) -> None:
    component = bench.build(SAMPLE)
    forms: tuple[Form, ...] = ("delta", "full")
    for form in forms:
        bench.load(component, form)
        path = bench.folder / f"{component.digest}.{form}"
        taken: list[float] = []
        for _ in range(10):
            _forget(path)
            started = time.perf_counter()
            bench.call(bench.engine.load(path, form))
            taken.append((time.perf_counter() - started) * 1000)
        print(f"first call, native code of the tool not in memory, {form}: p50 {statistics.median(taken):.1f} ms")


def _forget(path: Path) -> None:
    """Out of the page cache, as far as an ordinary user may ask."""
    gc.collect()
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def cpu(bench: Bench) -> tuple[dict[str, float], dict[str, float]]:
    """CPU milliseconds of each program, here and in the guest."""
    print(f"guest CPU against {sys.implementation.name} {sys.version.split()[0]} here, CPU time, best of 3")
    native = _module(PROGRAMS_FOLDER / "classics.py")
    loaded = bench.load(bench.build(CLASSICS, "classics"), "full")
    natively: dict[str, float] = {}
    inside: dict[str, float] = {}
    for which, program in enumerate(native.ALL):
        arguments = {"which": which, "repeats": 3}
        here = min(_cpu_ms(lambda: native.classics(**arguments)) for _ in range(3))  # noqa: B023
        there = min(
            _cpu_ms(lambda: bench.call(loaded, arguments, limits=Limits.CEILING))  # noqa: B023
            for _ in range(3)
        )
        natively[program.__name__], inside[program.__name__] = here, there
        print(f"  {program.__name__:11} {here:7.1f} ms native {there:7.1f} ms guest  {there / here:.2f} x")
    print(f"  median {statistics.median(inside[name] / natively[name] for name in natively):.2f} x")
    return natively, inside


def _cpu_ms(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def memory(bench: Bench) -> None:
    print(f"private dirty memory per live instance that has answered, of {LIVE}")
    component = bench.build(SAMPLE)
    forms: tuple[Form, ...] = ("delta", "full")
    for form in forms:
        loaded = bench.load(component, form)
        bench.call(loaded)
        gc.collect()
        before, live = _dirty_kb(), [bench.engine.instantiate(loaded, bench.limits) for _ in range(LIVE)]
        for instance in live:
            instance.call(Call("{}", SEED, 0), Bridge())
        print(f"  {form:5} {(_dirty_kb() - before) / LIVE / 1024:.2f} MB")
        for instance in live:
            instance.close()


def _dirty_kb() -> int:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty"))


def sizes(bench: Bench) -> None:
    image = bench.image
    files = {path.name: path.stat().st_size for path in image.root.iterdir() if path.is_file()}
    total = sum(files.values())
    print(f"image: {total / 1e6:.1f} MB ({total / (1 << 20):.1f} MiB), {len(image.modules)} modules")
    native = sum(path.stat().st_size for path in image.root.glob("native-*/*"))
    print(f"native code for this machine, made from it: {native / 1e6:.1f} MB")
    opened = milliseconds(lambda: images.ensure(image.root.parent), 5)
    print(f"opening it with every seal checked: {opened:.0f} ms")


def repeats(bench: Bench) -> None:
    components: list[Component] = [bench.build(SAMPLE) for _ in range(20)]
    print(f"20 forks of one source: {len({one.digest for one in components})} digest")


def main() -> None:
    image = images.ensure(CHECKOUT / ".data/images", print)
    load = subprocess.run(["uptime"], capture_output=True, text=True, check=False).stdout.strip()
    print(f"load: {load}")
    with tempfile.TemporaryDirectory() as folder, Bench.open(image, Path(folder)) as bench:
        for part in (sizes, repeats, calls, warm, cold, memory, cpu):
            part(bench)
        builds(bench, Path(folder))


if __name__ == "__main__":
    main()
