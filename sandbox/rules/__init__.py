"""What can be said of a source without running it: small rules, each in the table of its module, over one tree.

The way in to `sandbox.syntax` as well, for what runs in a confined process.
"""

import ast
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sandbox.contract.findings import Finding
from sandbox.grants import Grant
from sandbox.rules import contract, imports, opacity, privilege, safety
from sandbox.rules.drafts import Draft, dotted, root_name, sdk_names, unreadable
from sandbox.syntax.grammar import Grammar, Workshop, Write
from sandbox.syntax.trees import Parsed, Unreadable

__all__ = ["RULES", "Grammar", "Parsed", "Rule", "Unreadable", "Workshop", "Write", "check", "dotted", "root_name"]

Rule = Callable[[Draft], Iterable[Finding]]

RULES: tuple[Rule, ...] = (*contract.RULES, *imports.RULES, *safety.RULES, *opacity.RULES, *privilege.RULES)


def check(
    tree: ast.Module | Unreadable,
    name: str,
    input_schema: Mapping[str, Any],
    grant: Grant,
    modules: Collection[str] | None = None,
) -> list[Finding]:
    """Findings in the order of their lines; none means that nothing speaks against building it.

    `tree` is as the guest reads the source (sandbox/syntax). `grant` is what the spec asks for; `modules` what the
    image offers (None: imports are not checked).
    """
    if isinstance(tree, Unreadable):
        return [unreadable(tree)]
    draft = Draft(tree, name, input_schema, grant, modules, sdk_names(tree))
    found = [finding for rule in RULES for finding in rule(draft)]
    return sorted(dict.fromkeys(found), key=lambda finding: finding.line or 0)
