"""Every gate by its name: what it holds tools to, whether a tenant may relax it, and the numbers that it goes by.

tenants/gates finds each by its name, and the guide prints its sentences: no author learns a rule from a finding.
"""

from collections.abc import Mapping
from typing import NamedTuple

# Budgets: the share of a limit above which a tool is warned of, and stopped.
TIGHT, OVER = 0.5, 0.8
# Robustness: calls with odd arguments.
ODD_CALLS = 80
# Strength: mistakes made on purpose; of these at least so many must be noticed (else it warns, else it stops).
MUTANTS_MAX, NOTICED_ENOUGH, NOTICED_LEAST = 30, 0.75, 0.4

# Readability: what the linter looks for.
LINE_CHARACTERS_MAX, COMPLEXITY_MAX, STATEMENTS_MAX, BRANCHES_MAX = 120, 10, 50, 14
# A warning below it, an error above it.
COMPLEXITY_STOPS = 20
# What is a mistake, whoever reads it, and what to do instead.
MISTAKES = {
    "F821": "Define it, or import it.",
    "E722": "Catch the one exception you expect.",
    "BLE001": "Catch the one exception you expect, or raise a ToolError from it.",
    "S110": "Catch the one exception you expect, and report what failed.",
    "S112": "Catch the one exception you expect, and report which item failed.",
    "B006": "Use None as the default and make the value inside.",
    "B023": "Bind the loop's variable as a default argument.",
    "B039": "Make the value inside.",
    **dict.fromkeys(
        ("DTZ003", "DTZ004", "DTZ005", "DTZ006", "DTZ011", "DTZ012"),
        "Be exact about the zone: datetime.now(UTC), or ZoneInfo of the zone the spec names.",
    ),
    "PLE": "Write what is meant.",
    "PLW0127": "Remove it.",
    "F601": "Keep one of them.",
    "F632": "Compare with ==.",
    "F811": "Rename one of them; the first is never used.",
}
UNTIDY = (
    "F401",
    "F841",
    "C901",
    "PLR0915",
    "PLR0912",
    "E501",
    "ERA001",
    "B904",
    "B007",
    "PLR1714",
    "SIM115",
    "S608",
    "W605",
    "DTZ",
)


class Listed(NamedTuple):
    """`says` is for authors. What may not be relaxed asks whether it is a tool at all, does its job, and is safe."""

    says: str
    relaxable: bool = False


_TIDY = (
    f"Lines of at most {LINE_CHARACTERS_MAX} characters; a docstring on the module and the tool's function; "
    f"in each function a complexity of at most {COMPLEXITY_MAX} (stopped above {COMPLEXITY_STOPS}), "
    f"{STATEMENTS_MAX} statements, {BRANCHES_MAX} branches; money is no float. Ruff's "
    f"{', '.join(MISTAKES)} stop; its {', '.join(UNTIDY)} warn; `noqa` counts for nothing"
)

# In the order in which they end. Before the build they read the source and the spec.
READING: Mapping[str, Listed] = {
    "contract": Listed(
        "The module defines the function, not async, with the properties of `input_schema` as keyword parameters (a "
        "default where not required). There are examples"
    ),
    "imports": Listed("Only the standard library, the SDK and the libraries are imported, nothing relative"),
    "safety": Listed(
        "No `eval`, `exec`, `compile`, `open`, tricks with dunder names, changes to others' modules, state at module "
        "level; no `except` that swallows; no secret in print, log or an error; a literal that nobody can read is a "
        "question to the approver"
    ),
    "privilege": Listed("What is used is asked for, and what is asked for is used"),
    "wording": Listed(
        "Title, description and schemas describe: no orders to the reader, no invisible characters", relaxable=True
    ),
}
# The build is no module of tenants/gates.
BUILD: Mapping[str, Listed] = {
    "build": Listed("It loads within the sandbox: what stands at module level runs then, without the world"),
}
# After it they run the very component that would be published, in the world of the spec.
PROVING: Mapping[str, Listed] = {
    "examples": Listed(
        "Each example gives exactly its result, which fits `output_schema`, or its error, and does what it states"
    ),
    "holdouts": Listed("So does each hold-out"),
    "effects": Listed(
        "Unless `effects` is `read`, some example states each kind of thing that is done, in `done` or `after`"
    ),
    "determinism": Listed(
        "Run twice it does the same, with other clocks and randomness too; a result that tells the time says so in the "
        "spec",
        relaxable=True,
    ),
    "least_privilege": Listed(
        "No permit is wider than what examples and hold-outs use: methods, hosts, statements, `*`", relaxable=True
    ),
    "readability": Listed(_TIDY, relaxable=True),
}
# Last, and only of what does its job: what happens on odd calls, bad days, again, and in large.
TRYING: Mapping[str, Listed] = {
    "idempotency": Listed(
        "`effects` is true: `read` changes nothing; `idempotent` called again, and with an item twice, does nothing "
        "new. What failed is made up for in the next call, what is uncertain is not repeated, a rehearsal (`dry_run`) "
        "and a person's no are followed by no deed",
        relaxable=True,
    ),
    "robustness": Listed(
        f"With up to {ODD_CALLS} odd calls that the schema allows, and when the world answers 500, 503, nothing, half "
        "or `null`: a result or a clean error (`ToolError` or the SDK's own), no crash, no false success, no endless "
        "retry",
        relaxable=True,
    ),
    "injection": Listed("A caller's text stays text: no markup in HTML, no part of a statement or an address"),
    "consistency": Listed(
        "Asks the approver: sums, month ends, the year's turn, clock changes, keys of too little, unnamed rounding; "
        "limits, case, order, defaults and states that the description names and the answers do not keep to",
        relaxable=True,
    ),
    "budgets": Listed(
        f"Each example uses at most {TIGHT:.0%} of fuel, memory and host calls (stopped above {OVER:.0%}), and the "
        "longest list that the schema allows fits as well",
        relaxable=True,
    ),
    "strength": Listed(
        f"Of up to {MUTANTS_MAX} mistakes made in the source on purpose, examples and hold-outs state what tells at "
        f"least {NOTICED_ENOUGH:.0%} (stopped below {NOTICED_LEAST:.0%} of those in functions)",
        relaxable=True,
    ),
    "coverage": Listed("Names the lines, enum answers and errors that no case shows", relaxable=True),
    "secrets": Listed("No run of the other gates shows a placeholder of a secret in its result, error, log or deeds"),
    "invariants": Listed("What the spec says is `always` so holds for every call that the other gates have made"),
}
# It asks the tool's last runs, so it is the server's own: tenants/proving/history_gate.py.
HISTORY: Mapping[str, Listed] = {
    "history": Listed("For a tool that has been called: its last runs would not have gone otherwise (a warning)"),
}
# It asks a model, where one is configured and the policy says so: tenants/proving/second_implementation.py.
SECOND: Mapping[str, Listed] = {
    "second_implementation": Listed(
        "Where the tenant's policy says so: asks the approver where a model's own source for the same promise answers "
        "otherwise"
    ),
}
GATES: Mapping[str, Listed] = {**READING, **BUILD, **PROVING, **TRYING, **HISTORY, **SECOND}
RELAXABLE = tuple(name for name, gate in GATES.items() if gate.relaxable)
