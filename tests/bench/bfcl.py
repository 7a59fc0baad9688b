"""The stateful APIs of BFCL's multi-turn part through the gates, method by method: code that nobody here wrote.

Eight classes, 128 methods. tests/bench/programs/bfcl_methods.py makes a tool of each by rule, in an environment where
the package is installed: the class's own source, its state read from kv and written back; cases are the calls that the
benchmark publishes as right, and what the published class itself says to them. Here they are only judged: which are
rejected, by what gate, and in which words. Whether a rejection has a reason is for people to say.

`./dev bench bfcl [--only=NAME]`
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox import Pool, images
from tenants.confined import spec_rules
from tenants.confinement import spec_fields
from tests.bench.published import environments
from tests.gates.suite import Tool, Verdict, judge
from tests.makers import CHECKOUT

PROGRAM = CHECKOUT / "tests" / "bench" / "programs" / "bfcl_methods.py"


def adapted() -> list[dict[str, Any]]:
    """Each method: its `class`, `spec`, `source`, and the calls that came to something else than the class says."""
    command = [environments.python_with("bfcl"), PROGRAM]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def tool_of(made: Mapping[str, Any]) -> Tool:
    """As the suite of the gates has it. The layout is ours: what was taken apart by a program has none."""
    ruff = Path(sys.executable).parent / "ruff"
    layout = [ruff, "format", "--isolated", "--line-length=120", "-"]
    source = subprocess.run(layout, input=made["source"], capture_output=True, text=True, check=True).stdout
    problems = spec_rules.problems(made["spec"])
    assert not problems, f"{made['method']}: {problems}"
    return Tool("bfcl", made["class"], made["method"], None, spec_fields.complete(made["spec"]), source)


async def measure(options: Mapping[str, str]) -> None:
    made = [one for one in adapted() if options.get("only", "") in f"{one['class']}/{one['method']}"]
    for method in made:
        for text in method["unlike"]:
            print(f"{method['method']} is not what it was: {text[:300]}")
    shown = [method for method in made if method["spec"]["examples"]]
    image = images.ensure(CHECKOUT / ".data" / "images", print)
    room = asyncio.Semaphore(2)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with Pool.open(image, Path(folder)) as pool:

            async def one(tool: Tool) -> Verdict:
                async with room:
                    verdict = await judge(tool, pool, image)
                    _tell(verdict)
                    return verdict

            verdicts = await asyncio.gather(*(one(tool_of(tool)) for tool in shown))
    stood = Counter(verdict.standing for verdict in verdicts)
    by = Counter(gate for verdict in verdicts for gate in verdict.by[:1])
    none = ", ".join(method["method"] for method in made if method not in shown)
    print(f"{len(made)} methods, {len(verdicts)} judged (no answer that is JSON: {none or 'none'}): {dict(stood)}")
    print(f"rejected first by: {dict(by)}")


def _tell(verdict: Verdict) -> None:
    print(f"{verdict.standing:<9}{verdict.tool}  {verdict.seconds:.1f} s", flush=True)
    for finding in verdict.report.findings:
        if finding.severity in {"error", "question"}:
            print(f"    {finding.severity}: {finding.gate}: {finding.message} (line {finding.line})", flush=True)


def main() -> None:
    options = dict(word[2:].split("=", 1) for word in sys.argv[1:] if word.startswith("--") and "=" in word)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    asyncio.run(measure(options))


if __name__ == "__main__":
    main()
