"""`./dev chaos`: 200 kills on SQLite and 200 on PostgreSQL. `--seed` repeats a plan."""

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path

from tests.chaos.storm import storm
from tests.postgres import running


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    given = parser.parse_args()
    broken = False
    for kind in ("sqlite", "postgres"):
        if given.database in {kind, "both"}:
            with tempfile.TemporaryDirectory(prefix="sw-storm-") as folder:
                if kind == "sqlite":
                    report = asyncio.run(storm(Path(folder), None, kills=given.kills, seed=given.seed))
                else:
                    with running() as url:
                        report = asyncio.run(storm(Path(folder), url, kills=given.kills, seed=given.seed))
            print(report)
            broken = broken or bool(report.faults)
    sys.exit(broken)


main()
