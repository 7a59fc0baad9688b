"""`python -m tests.bench NAME`: run one benchmark; without a name the table, then every other one.

Figures only; nothing here passes or fails. `--quick` without a name: the table alone. What begins with
`--` is the benchmark's own: `python -m tests.bench listing --seconds=10`.
"""

import importlib
import subprocess
import sys
from pathlib import Path

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if "\ndef main(" in path.read_text())


def run() -> None:
    chosen = [given for given in sys.argv[1:] if not given.startswith("--")]
    if any(name not in NAMES for name in chosen):
        sys.exit(f"python -m tests.bench NAME...: {', '.join(NAMES)}")
    if chosen:
        for name in chosen:
            importlib.import_module(f"tests.bench.{name}").main()
        return
    importlib.import_module("tests.bench.summary").main()
    for name in [] if "--quick" in sys.argv else NAMES:
        if name != "summary":
            print(f"\n{name}", flush=True)
            # Apart from each other: one that breaks takes none with it.
            ended = subprocess.run([sys.executable, "-m", "tests.bench", name], check=False).returncode
            print(f"{name} broke: {ended}\n" if ended else "", end="", flush=True)


if __name__ == "__main__":
    run()
