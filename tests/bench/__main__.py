"""`python -m tests.bench NAME`: run one benchmark, or name them all. Figures only; nothing here passes or fails."""

import importlib
import sys
from pathlib import Path

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if "def main(" in path.read_text())


def run() -> None:
    chosen = sys.argv[1:]
    if not chosen or any(name not in NAMES for name in chosen):
        sys.exit(f"python -m tests.bench NAME...: {', '.join(name for name in NAMES if name != '__main__')}")
    for name in chosen:
        importlib.import_module(f"tests.bench.{name}").main()


if __name__ == "__main__":
    run()
