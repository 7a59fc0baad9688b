"""Least privilege: what the code uses is asked for, and what is asked for is used."""

import ast
from collections.abc import Iterator

from sandbox.capabilities import AMBIENT, CAPABILITIES, secret
from sandbox.contract.findings import Finding
from sandbox.contract.hosts import HostCall
from sandbox.grants import REFUSED
from sandbox.rules.drafts import SDK, Draft, dotted, literal

GATE = "privilege"
_SECRET = secret.CAPABILITY.name


def used_is_requested(draft: Draft) -> Iterator[Finding]:
    for capability, line in sorted(_used(draft).items()):
        if capability not in draft.grant.reaches:
            example = CAPABILITIES[capability].grammar[0]
            yield Finding(
                GATE,
                "error",
                f"The code uses {capability}, which the spec does not ask for.",
                f'Ask for it, as narrowly as you can: capabilities: {{"{capability}": ["{example}"]}}.',
                line,
            )


def requested_is_used(draft: Draft) -> Iterator[Finding]:
    used = _used(draft)
    for capability in draft.grant.reaches:
        if capability not in used:
            yield Finding(
                GATE,
                "warning",
                f"The spec asks for {capability}, which the code does not use.",
                f"Remove {capability} from the spec's capabilities.",
            )


def what_is_written_out_is_granted(draft: Draft) -> Iterator[Finding]:
    """What stands in the code whole, a URL for instance, can be judged now, before any run meets the refusal."""
    for call in draft.calls:
        asked = _written_out(draft, call)
        fault = draft.grant.refusal(asked) if asked is not None and asked.capability in draft.grant.reaches else None
        if fault is not None and fault.code == REFUSED:
            yield Finding(GATE, "error", fault.message, fault.hint, call.lineno)


def named_secrets_are_granted(draft: Draft) -> Iterator[Finding]:
    for call in draft.calls:
        name = literal(call.args[0]) if call.args else None
        if _sdk_name(draft, dotted(call.func)) != _SECRET or name is None or _SECRET not in draft.grant.reaches:
            continue
        if not draft.grant.shares(name):
            hint = f'Ask for it: capabilities: {{"{_SECRET}": ["{name}"]}}.'
            yield Finding(
                GATE, "error", f"The code uses the secret {name!r}, which is not asked for.", hint, call.lineno
            )


def _used(draft: Draft) -> dict[str, int]:
    """Each capability the code touches, with the first line that does."""
    used: dict[str, int] = {}
    for node in draft.nodes:
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            name = _sdk_name(draft, dotted(node))
            if name in CAPABILITIES and name not in AMBIENT:
                used[name] = min(used.get(name, node.lineno), node.lineno)
    for node in draft.nodes:  # `from sealwright.email import send`, `import sealwright.http`
        for name in _imported_parts(node):
            used.setdefault(name, getattr(node, "lineno", 1))
    return used


def _imported_parts(node: ast.AST) -> Iterator[str]:
    names: list[str] = []
    if isinstance(node, ast.ImportFrom) and node.module is not None:
        names = [node.module]
    elif isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    for name in names:
        root, _, part = name.partition(".")
        if root == SDK and part in CAPABILITIES and part not in AMBIENT:
            yield part


def _sdk_name(draft: Draft, name: str) -> str:
    """The SDK's own name of `http`, `web` (imported as), or `sealwright.http`."""
    root, _, rest = name.partition(".")
    if root == SDK:
        return rest.partition(".")[0]
    return draft.sdk.get(root, "")


def _written_out(draft: Draft, call: ast.Call) -> HostCall | None:
    path = dotted(call.func)
    capability = CAPABILITIES.get(_sdk_name(draft, path))
    first = literal(call.args[0]) if call.args else None
    if capability is None or first is None:
        return None
    asked = capability.written_out(path.rpartition(".")[2], first)
    return None if asked is None else HostCall(0, capability.name, *asked)


RULES = (
    used_is_requested,
    requested_is_used,
    what_is_written_out_is_granted,
    named_secrets_are_granted,
)
