"""`./dev cluster` and `./dev soak [--minutes N]`."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.cluster.scenario import play
from tests.cluster.soaking import soak


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev cluster | ./dev soak", description=__doc__)
    parser.add_argument("what", choices=["cluster", "soak"])
    parser.add_argument("--away", type=float, default=20, help="seconds that database and storage are gone")
    parser.add_argument("--calm", type=float, default=3, help="seconds after each event")
    parser.add_argument("--minutes", type=float, default=30, help="how long to soak")
    given = parser.parse_args()
    # A socket's path may have 107 characters.
    with tempfile.TemporaryDirectory(prefix="sw-cl-") as folder:
        if given.what == "soak":
            faults = asyncio.run(soak(Path(folder), given.minutes))
        else:
            report = asyncio.run(play(Path(folder), given.away, given.calm))
            print(report)
            faults = report.faults
    for fault in faults if given.what == "soak" else []:
        print("BROKEN:", fault)
    sys.exit(bool(faults))


main()
