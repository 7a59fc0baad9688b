"""In-process makers for tests of the engine: a base image opened once, tools built and called in one line."""

import json
import shutil
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.contract.components import Call, Component
from sandbox.contract.findings import Finding
from sandbox.contract.limits import Limits
from sandbox.image.artifacts import MANIFEST, MEMORY, Image, digest_of
from sandbox.machine.engine import TICK_MS, Engine, Loaded, Ran
from sandbox.machine.forks import BuildFailed, fork
from sandbox.machine.native_code import Compiler, Form
from sandbox.machine.native_keys import USUAL_METER, MeterKind

SEED = bytes(range(32))
STARTED_NS = 1_767_225_600_000_000_000


@dataclass
class Bridge:
    """A host that sleeps by moving the clock, answers `echo` calls and refuses all else."""

    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def host(self, request: str) -> tuple[str, int]:
        said = json.loads(request)
        self.asked.append(said)
        if (said["capability"], said["operation"]) == ("clock", "sleep"):
            return '{"value": null}', int(said["payload"]["seconds"] * 1e9)
        if said["capability"] == "kv":
            return json.dumps({"value": said["payload"]}), 5_000_000
        fault = {"code": "capability_refused", "message": f"{said['capability']} is not granted", "hint": "ask"}
        return json.dumps({"fault": fault}), 0

    def pause(self) -> None:
        pass

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        self.asked.append({"progress": [done, total, message]})


@dataclass
class Bench:
    """An image opened in this process, with a folder for native code."""

    image: Image
    engine: Engine
    folder: Path
    compiler: Compiler = field(default_factory=Compiler)
    limits: Limits = field(default_factory=lambda: Limits(fuel=3_000_000_000, wall_ms=20_000))

    @classmethod
    @contextmanager
    def open(cls, image: Image, folder: Path, meter: MeterKind = USUAL_METER) -> Generator["Bench"]:
        bench = cls(image, Engine.open(image, meter), folder, Compiler(meter))
        done = threading.Event()

        def tick() -> None:
            while not done.wait(TICK_MS / 1000):
                bench.engine.tick()

        ticker = threading.Thread(target=tick)
        ticker.start()
        yield bench
        done.set()
        ticker.join()

    def build(self, source: str, name: str = "tool") -> Component:
        built = fork(self.engine, source, name, self.limits)
        assert isinstance(built, Component), built
        return built

    def refuse(self, source: str, name: str = "tool", limits: Limits | None = None) -> Finding:
        """The one finding of a source that does not build."""
        failed = fork(self.engine, source, name, limits or self.limits)
        assert isinstance(failed, BuildFailed)
        [finding] = failed.findings
        return finding

    def load(self, component: Component, form: Form = "delta") -> Loaded:
        path = self.folder / f"{component.digest}.{form}"
        path.write_bytes(self.compiler.materialise(self.image, component, form))
        return self.engine.load(path, form)

    def call(self, loaded: Loaded, arguments: dict[str, Any] | None = None, **options: Any) -> Ran:
        call = Call(json.dumps(arguments or {}), options.get("seed", SEED), options.get("started_at_ns", STARTED_NS))
        with self.engine.instantiate(loaded, options.get("limits", self.limits)) as instance:
            return instance.call(call, options.get("bridge", Bridge()))

    def run(self, source: str, form: Form = "delta", **options: Any) -> Ran:
        """Build a source whose function is `tool` and call it without arguments."""
        return self.call(self.load(self.build(source), form), **options)

    def try_body(self, body: str, **options: Any) -> Ran:
        """Run statements as the body of a tool."""
        lines = "\n".join("    " + line for line in body.strip().splitlines())
        return self.run(f"def tool():\n{lines}\n", **options)


def marked_image(image: Image, folder: Path, mark: bytes) -> Image:
    """A copy of an image that is another one: it has other bytes in a page that nothing uses."""
    shutil.copytree(image.root, folder, ignore=shutil.ignore_patterns("native-*"))
    memory = bytearray((folder / MEMORY).read_bytes())
    memory[16 : 16 + len(mark)] = mark
    (folder / MEMORY).chmod(0o600)
    (folder / MEMORY).write_bytes(memory)
    said = (folder / MANIFEST).read_text()
    (folder / MANIFEST).chmod(0o600)
    (folder / MANIFEST).write_text(said.replace(image.digest, digest_of(image.template, memory)))
    return Image.read(folder)


def body(statements: str) -> str:
    """A source whose function `tool` has these statements."""
    return "def tool():\n" + "".join(f"    {line}\n" for line in statements.splitlines())
