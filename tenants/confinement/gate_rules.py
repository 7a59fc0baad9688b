"""What each gate holds tools to, in words for authors, and the numbers that it goes by.

The gates read their numbers here and the guide its sentences, so that no author learns a rule from a finding.
"""

from collections.abc import Mapping

from tenants.confinement import linting

# Budgets: the share of a limit above which a tool is warned of, and stopped.
TIGHT, OVER = 0.5, 0.8
# Robustness: calls with odd arguments.
ODD_CALLS = 40
# Strength: mistakes made on purpose; of these at least so many must be noticed (else it warns, else it stops).
MUTANTS_MAX, NOTICED_ENOUGH, NOTICED_LEAST = 30, 0.75, 0.4

_TIDY = (
    f"Lines of at most {linting.LINE_CHARACTERS_MAX} characters; a docstring on the module and the tool's function; "
    f"functions with a complexity of at most {linting.COMPLEXITY_MAX} (stopped above {linting.COMPLEXITY_STOPS}), "
    f"{linting.STATEMENTS_MAX} statements, {linting.BRANCHES_MAX} branches; money is no float. Ruff's "
    f"{', '.join(linting.MISTAKES)} stop; its {', '.join(linting.UNTIDY)} warn; `noqa` counts for nothing"
)

GATES: Mapping[str, str] = {
    "contract": (
        "The module defines the function, not async, with the properties of `input_schema` as keyword parameters (a "
        "default where not required). There are examples"
    ),
    "imports": "Only the standard library, the SDK and the libraries are imported, nothing relative",
    "safety": (
        "No `eval`, `exec`, `compile`, `open`, tricks with dunder names, changes to others' modules, state at module "
        "level; no `except` that swallows; no secret in print, log or an error; a literal that nobody can read is a "
        "question to the approver"
    ),
    "privilege": "What is used is asked for, and what is asked for is used",
    "wording": "Title, description and schemas describe: no orders to the reader, no invisible characters",
    "build": "It loads within the sandbox: what stands at module level runs then, without the world",
    "examples": "Each example gives exactly its result, which fits `output_schema`, or its error",
    "holdouts": "So does each hold-out",
    "determinism": (
        "Run twice it does the same, with other clocks and randomness too; a result that tells the time says so in the "
        "spec"
    ),
    "least_privilege": "No permit is wider than what examples and hold-outs use: methods, hosts, statements, `*`",
    "readability": _TIDY,
    "idempotency": (
        "`effects` is true: `read` changes nothing; `idempotent` called again, and with an item twice, does nothing "
        "new. What failed is made up for in the next call, what is uncertain is not repeated, a rehearsal (`dry_run`) "
        "and a person's no are followed by no deed"
    ),
    "robustness": (
        f"With up to {ODD_CALLS} odd calls that the schema allows, and when the world answers 500, 503, nothing, half "
        "or `null`: a result or a clean error (`ToolError` or the SDK's own), no crash, no false success, no endless "
        "retry"
    ),
    "budgets": (
        f"Each example uses at most {TIGHT:.0%} of fuel, memory and host calls (stopped above {OVER:.0%}), and the "
        "longest list that the schema allows fits as well"
    ),
    "strength": (
        f"Of up to {MUTANTS_MAX} mistakes made in the source on purpose, examples and hold-outs notice at least "
        f"{NOTICED_ENOUGH:.0%} (stopped below {NOTICED_LEAST:.0%} of those in functions)"
    ),
    "secrets": "No run of the other gates shows a placeholder of a secret in its result, error, log or deeds",
    "history": "For a tool that has been called: its last runs would not have gone otherwise (a warning)",
}
"""By name, in the order in which they end; `build` and `history` are no modules of tenants/gates."""
