"""Print the confusion matrix of the gates: `./dev gates [--set tuning|holdout|fresh|unseen|blind|wrong] [NAME]`."""

import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

from sandbox import Pool, images
from tests.examples import figures as examples
from tests.gates.suite import BLIND, CHECKOUT, SETS, UNSEEN, WRONG, Tool, Verdict, judge_all, tools


async def main(words: list[str]) -> None:
    if words[:1] == ["examples"]:
        await examples.main(words[1:])
        return
    words = [word for word in words if word != "--set"]
    sets = [word for word in words if word in (*SETS, UNSEEN, BLIND, WRONG)] or list(SETS)
    names = [word for word in words if word not in (*SETS, UNSEEN, BLIND, WRONG)]
    image = images.ensure(CHECKOUT / ".data" / "images", print)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with Pool.open(image, Path(folder)) as pool:
            for which in sets:
                chosen = [tool for tool in tools(which) if not names or any(name in str(tool) for name in names)]
                verdicts = await judge_all(chosen, pool, image)
                _print(which, verdicts, verbose=bool(names))


def _print(which: str, verdicts: list[Verdict], *, verbose: bool) -> None:
    flawed = [one for one in verdicts if not one.tool.sound]
    sound = [one for one in verdicts if one.tool.sound]
    caught, alarms = sum(one.stopped for one in flawed), sum(one.stopped for one in sound)
    print(f"\n{which}: {len(verdicts)} tools")
    print(f"{'':14}{'stopped':>10}{'passed':>10}")
    print(f"{'flawed':14}{caught:>10}{len(flawed) - caught:>10}   caught {caught / max(1, len(flawed)):.1%}")
    print(f"{'sound':14}{alarms:>10}{len(sound) - alarms:>10}   false alarms {alarms / max(1, len(sound)):.1%}")
    seconds = sorted(one.seconds for one in verdicts)
    print(f"seconds for a tool: median {seconds[len(seconds) // 2]:.1f}, longest {seconds[-1]:.1f}")
    by = Counter(gate for one in flawed for gate in one.by[:1])
    print("first stopped by: " + ", ".join(f"{gate} {count}" for gate, count in by.most_common()))
    for one in verdicts:
        if verbose or not one.right:
            _tell(one)


def _tell(one: Verdict) -> None:
    tool: Tool = one.tool
    print(f"\n{'ok   ' if one.right else 'WRONG'} {tool} [{tool.defect or 'sound'}] stopped by {one.by}")
    for finding in one.report.findings:
        print(f"    {finding.severity:8}{finding.gate}: {finding.message} | {finding.hint} | line {finding.line}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
