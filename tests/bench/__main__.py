"""`python -m tests.bench NAME`: run one benchmark, or name them all. Figures only; nothing here passes or fails.

What begins with `--` is the benchmark's own: `python -m tests.bench listing --seconds=10`.
"""

import importlib
import sys
from pathlib import Path

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if "def main(" in path.read_text())


def run() -> None:
    chosen = [given for given in sys.argv[1:] if not given.startswith("--")]
    if not chosen or any(name not in NAMES for name in chosen):
        sys.exit(f"python -m tests.bench NAME...: {', '.join(name for name in NAMES if name != '__main__')}")
    for name in chosen:
        importlib.import_module(f"tests.bench.{name}").main()


if __name__ == "__main__":
    run()
