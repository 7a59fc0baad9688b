"""Print which gates stop each flaw of the examples: `python -m tests.examples.figures [WORD in the name]`."""

import asyncio
import sys
import tempfile
from pathlib import Path
from time import monotonic

from sandbox import Finding, Pool, images
from tests.examples.flaws import FLAWS, Flaw
from tests.examples.judging import everything
from tests.examples.packages import CHECKOUT


async def main(words: list[str]) -> None:
    image = images.ensure(CHECKOUT / ".data" / "images", print)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with Pool.open(image, Path(folder)) as pool:
            for flaw in FLAWS:
                if all(word in str(flaw) for word in words):
                    started = monotonic()
                    _tell(flaw, await everything(flaw, pool, image), monotonic() - started, verbose=bool(words))


def _tell(flaw: Flaw, errors: list[Finding], seconds: float, *, verbose: bool) -> None:
    by = list(dict.fromkeys(finding.gate for finding in errors))
    sign = "ok   " if flaw.gate in by else "WRONG"
    others = ", ".join(gate for gate in by if gate != flaw.gate) or "no other"
    print(f"{sign} {seconds:4.1f} s  {flaw.example:16} {flaw.flaw:75} {flaw.gate} ({others})")
    for finding in errors if verbose else []:
        print(f"      {finding.gate}: {finding.message} | {finding.hint}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
