"""A worker process: runs tools or builds them for a parent, and holds nothing of its own.

Started by sandbox/process/interpreters.py, with the parent's socket inherited. What it imports, it imports before the
walls go up. It ends when the parent's end of the socket does.
"""

import gc
import json
import os
import socket
import sys
import threading
from pathlib import Path

from sandbox.image.artifacts import Image
from sandbox.machine.engine import Engine
from sandbox.machine.native_code import Natives
from sandbox.process import hardening
from sandbox.process.memory import MemoryWatch
from sandbox.process.protocol import Ready, Wire
from sandbox.worker.builder import Builder
from sandbox.worker.runner import Runner

# A thread's C stack must hold the 4 MiB that wasm may use, and Python above it.
_STACK_BYTES = 16 << 20
# Who is called waits for an answer; who submits a tool waits for its gates in any case.
_BUILDER_NICE = 5


def main() -> None:
    """Raise the walls, open the image, serve the parent until it goes."""
    told = json.loads(sys.argv[1])
    hardening.close_descriptors(told["socket"])
    threading.stack_size(_STACK_BYTES)
    # Threads wait for one another in steps of this; the default of 5 ms is longer than a whole call.
    sys.setswitchinterval(0.0005)
    image = Image.read(Path(told["image"]))
    natives = Natives(**{name: Path(path) for name, path in told["natives"].items()})
    folders = [image.root, natives.template.parent, Path(told["cache"])]
    memory = MemoryWatch(told["memory_bytes"])
    walls = hardening.confine(folders)
    engine = Engine(image, natives, told["meter"])
    wire = Wire(socket.socket(fileno=told["socket"]))
    serving: Runner | Builder = (
        Runner(engine, wire, memory) if told["role"] == "runner" else Builder(engine, wire, told["meter"])
    )
    if isinstance(serving, Builder):
        os.nice(_BUILDER_NICE)
    serving.warm_up()
    # Nobody may not walk the way to it, through a folder that is its owner's alone; being there is enough.
    os.chdir(told["cache"])
    walls |= hardening.seal([Path()])
    # What is here now stays: no collection needs to look at it again.
    gc.collect()
    gc.freeze()
    wire.send(Ready(0, walls))
    while (heard := wire.receive()) is not None:
        serving.hear(heard)
    os._exit(0)
