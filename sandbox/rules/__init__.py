"""What can be said of a source without running it: parse once, then small rules, each in the table of its module."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sandbox.contract.findings import Finding
from sandbox.grants import Grant
from sandbox.rules import contract, imports, opacity, privilege, safety
from sandbox.rules.drafts import Draft, parse, sdk_names

Rule = Callable[[Draft], Iterable[Finding]]

RULES: tuple[Rule, ...] = (*contract.RULES, *imports.RULES, *safety.RULES, *opacity.RULES, *privilege.RULES)


def check(
    source: str,
    name: str,
    input_schema: Mapping[str, Any],
    grant: Grant,
    modules: Collection[str] | None = None,
) -> list[Finding]:
    """Findings in the order of their lines; none means that nothing speaks against building it.

    `grant` is what the spec asks for; `modules` what the image offers (None: imports are not checked).
    """
    tree = parse(source)
    if isinstance(tree, Finding):
        return [tree]
    draft = Draft(tree, name, input_schema, grant, modules, sdk_names(tree))
    found = [finding for rule in RULES for finding in rule(draft)]
    return sorted(dict.fromkeys(found), key=lambda finding: finding.line or 0)
