"""Print what the gates make of tools whose faults are known, by set:

`./dev gates [--set tuning|holdout|fresh|unseen|blind|wrong|kinds|twins_a|twins_b|strangers] [--as-written] [NAME]`.
`./dev gates second [SET]`: what a second implementation asks beside them.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

from sandbox import Pool, images
from tests.examples import figures as examples
from tests.gates import second_figures
from tests.gates.suite import CHECKOUT, NAMED, SETS, Tool, Verdict, judge_all, tools


async def main(words: list[str]) -> None:
    if words[:1] == ["examples"]:
        await examples.main(words[1:])
        return
    if words[:1] == ["second"]:
        await second_figures.main(words[1:])
        return
    as_written = "--as-written" in words
    words = [word for word in words if word not in {"--set", "--as-written"}]
    sets = [word for word in words if word in (*SETS, *NAMED)] or list(SETS)
    names = [word for word in words if word not in (*SETS, *NAMED)]
    image = images.ensure(CHECKOUT / ".data" / "images", print)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with Pool.open(image, Path(folder)) as pool:
            for which in sets:
                every = tools(which, as_written=as_written)
                chosen = [tool for tool in every if not names or any(name in str(tool) for name in names)]
                verdicts = await judge_all(chosen, pool, image)
                _print(which, verdicts, verbose=bool(names))


def _print(which: str, verdicts: list[Verdict], *, verbose: bool) -> None:
    flawed = [one for one in verdicts if not one.tool.sound]
    sound = [one for one in verdicts if one.tool.sound]
    print(f"\n{which}: {len(verdicts)} tools")
    for what, several in (("flawed", flawed), ("sound", sound)):
        stood = Counter(one.standing for one in several)
        order = ("stopped for the right reason", "asked", "stopped for another", "missed", "passed", "rejected")
        said = ", ".join(f"{standing} {stood[standing]}" for standing in order if stood[standing])
        print(f"{what:7} {len(several):4}: {said}")
    questions = sum(one.questions for one in sound)
    print(f"questions for a sound tool: {questions / max(1, len(sound)):.2f}")
    seconds = sorted(one.seconds for one in verdicts)
    print(f"seconds for a tool: median {seconds[len(seconds) // 2]:.1f}, longest {seconds[-1]:.1f}")
    by = Counter(gate for one in flawed for gate in one.by[:1])
    print("first stopped by: " + ", ".join(f"{gate} {count}" for gate, count in by.most_common()))
    for one in verdicts:
        if verbose or one.standing not in {"stopped for the right reason", "passed"}:
            _tell(one)


def _tell(one: Verdict) -> None:
    tool: Tool = one.tool
    print(f"\n{one.standing}: {tool} [{tool.defect or 'sound'}]")
    for finding in one.report.findings:
        print(f"    {finding.severity:8}{finding.gate}: {finding.message} | {finding.hint} | line {finding.line}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
