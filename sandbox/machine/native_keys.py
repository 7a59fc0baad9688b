"""What native code depends on, besides what it was made of."""

import hashlib
import importlib.metadata
import platform
from pathlib import Path
from typing import Literal

# What counts a run's fuel: wasmtime, or the guest's own code (sandbox/machine/metering).
MeterKind = Literal["wasmtime", "own"]
USUAL_METER: MeterKind = "own"

# CPython raises RecursionError from its own 1 MiB stack only if the native one outlasts it.
WASM_STACK_BYTES = 4 << 20
# Counts what our own meter charges for: another number, another count for the same program.
METER_NUMBER = 2


def meter_name(meter: MeterKind) -> str:
    """What counts alike has the same name: figures of one name are compared, and of no two."""
    return f"own-{METER_NUMBER}" if meter == "own" else meter


def native_key(meter: MeterKind = USUAL_METER) -> str:
    """Names what native code depends on: wasmtime, the machine's CPU features, our settings, what meters it."""
    facts = [importlib.metadata.version("wasmtime"), platform.machine(), platform.system(), _cpu_features()]
    facts += [meter_name(meter)] if meter == "own" else []
    return hashlib.sha256(" ".join([*facts, str(WASM_STACK_BYTES)]).encode()).hexdigest()[:16]


def _cpu_features() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line for line in lines if line.startswith(("flags", "Features"))), "")
