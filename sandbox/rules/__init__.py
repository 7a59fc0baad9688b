"""What can be said of a source without running it: parse once, then a table of small rules."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sandbox.contract.findings import Finding
from sandbox.grants import Grant
from sandbox.rules import contract, imports, opacity, privilege, safety
from sandbox.rules.drafts import Draft, parse, sdk_names

Rule = Callable[[Draft], Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    contract.function_is_there,
    contract.function_is_plain,
    contract.parameters_match,
    imports.image_has_them,
    imports.none_is_relative,
    imports.none_is_unsafe,
    imports.none_is_futile,
    imports.sdk_has_them,
    safety.no_text_as_code,
    safety.nothing_behind_the_interpreter,
    safety.nothing_of_others_is_changed,
    safety.no_error_is_swallowed,
    safety.no_secret_is_written_down,
    safety.no_file_is_opened,
    safety.no_state_is_kept,
    opacity.no_literal_is_opaque,
    privilege.used_is_requested,
    privilege.requested_is_used,
    privilege.what_is_written_out_is_granted,
    privilege.named_secrets_are_granted,
)


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
