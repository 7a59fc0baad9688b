"""Code that a reader could not follow, that reaches behind the interpreter, or that hides what went wrong.

The sandbox is the wall; these rules keep honest code honest and make dishonest code visible to an approver.
"""

import ast
import re
from collections.abc import Iterator

from sandbox.contract.findings import Finding
from sandbox.rules.drafts import Draft, dotted, literal

GATE = "safety"
_RUN_TEXT = {"exec", "eval", "compile", "__import__"}
_BEHIND = {
    "__subclasses__", "__globals__", "__builtins__", "__code__", "__closure__", "__mro__", "__bases__", "__base__",
    "__loader__", "__spec__", "__getattribute__", "__reduce__", "__reduce_ex__", "__defaults__", "__kwdefaults__",
    "f_globals", "f_locals", "f_back", "f_builtins", "f_code", "gi_frame", "gi_code", "cr_frame", "ag_frame",
    "tb_frame", "tb_next", "co_code", "_getframe", "_current_frames",
}  # fmt: skip
_REACHING = {"getattr", "setattr", "delattr", "hasattr", "vars"}
_FOREIGN = {"sys.modules", "sys.meta_path", "sys.path", "sys.stdout", "sys.stderr", "sys.settrace", "builtins"}
_TOKENS = re.compile(
    r"sk_live_[0-9A-Za-z]{10,}|AKIA[0-9A-Z]{16}|gh[pousr]_[0-9A-Za-z]{30,}|xox[abpr]-[0-9A-Za-z-]{10,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----|sk-ant-[0-9A-Za-z-]{20,}"
)


def _found(message: str, hint: str, node: ast.AST, *, warning: bool = False) -> Finding:
    return Finding(GATE, "warning" if warning else "error", message, hint, getattr(node, "lineno", None))


def no_text_as_code(draft: Draft) -> Iterator[Finding]:
    for call in draft.calls:
        if isinstance(call.func, ast.Name) and call.func.id in _RUN_TEXT and not _only_literals(call):
            yield _found(
                f"{call.func.id}() runs text that a reader of the source cannot see.",
                "Write the code out; use ast.literal_eval or json.loads for data.",
                call,
            )


def _only_literals(call: ast.Call) -> bool:
    return bool(call.args) and all(isinstance(given, ast.Constant) for given in call.args)


def nothing_behind_the_interpreter(draft: Draft) -> Iterator[Finding]:
    hint = "Use the object's public methods."
    for node in draft.nodes:
        if isinstance(node, ast.Attribute) and node.attr in _BEHIND:
            yield _found(f".{node.attr} reaches behind the interpreter.", hint, node)
        elif isinstance(node, ast.Name) and node.id == "__builtins__":
            yield _found("__builtins__ reaches behind the interpreter.", hint, node)
    for call in draft.calls:
        if dotted(call.func) in _REACHING and any(literal(given) in _BEHIND for given in call.args):
            yield _found(f"{dotted(call.func)}() reaches behind the interpreter.", hint, call)


def nothing_of_others_is_changed(draft: Draft) -> Iterator[Finding]:
    """No writing to the SDK, to sys.modules, to another module's names."""
    for node in draft.nodes:
        for target in _targets(node):
            name = dotted(target.value if isinstance(target, ast.Subscript) else target)
            root = name.split(".")[0]
            if name in _FOREIGN or root == "builtins" or ("." in name and root in {*draft.sdk, "sealwright"}):
                yield _found(f"{name} is not the tool's own to change.", "Keep your own names in your own code.", node)
    for call in draft.calls:
        if dotted(call.func) in {"setattr", "delattr"} and call.args and dotted(call.args[0]) in draft.sdk:
            yield _found(f"{dotted(call.args[0])} belongs to the SDK.", "Wrap it in a function of your own.", call)


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign | ast.Delete):
        return [one for one in node.targets if isinstance(one, ast.Attribute | ast.Subscript)]
    if isinstance(node, ast.AugAssign | ast.AnnAssign) and isinstance(node.target, ast.Attribute | ast.Subscript):
        return [node.target]
    return []


def no_error_is_swallowed(draft: Draft) -> Iterator[Finding]:
    for node in draft.nodes:
        if not isinstance(node, ast.ExceptHandler) or not _silent(node):
            continue
        caught = "everything" if node.type is None else dotted(node.type)
        if caught in {"everything", "BaseException"}:
            yield _found(
                "`except: pass` hides every error, a refused capability and a full limit included.",
                "Catch the one exception you expect, and log or report it.",
                node,
            )
        elif caught in {"Exception", "CapabilityRefused", "HostError"}:
            yield _found(
                f"`except {caught}: pass` hides what went wrong.",
                "Catch the one exception you expect, and log or report it.",
                node,
                warning=True,
            )


def _silent(handler: ast.ExceptHandler) -> bool:
    return all(
        isinstance(one, ast.Pass | ast.Continue) or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in handler.body
    )


def no_secret_is_written_down(draft: Draft) -> Iterator[Finding]:
    for node in draft.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _TOKENS.search(node.value):
            yield _found(
                "The source holds what looks like a secret.",
                'Store it as a secret of the tenant, and write secret("its_name"). Then replace it: it has leaked.',
                node,
            )


def no_file_is_opened(draft: Draft) -> Iterator[Finding]:
    for call in draft.calls:
        if dotted(call.func) in {"open", "io.open", "os.open", "os.system", "os.popen"}:
            yield _found(
                f"{dotted(call.func)}() finds no file and no program: a tool has neither.",
                'Use `from sealwright import files`: files.read_text("reports/may.csv").',
                call,
                warning=True,
            )


def no_state_is_kept(draft: Draft) -> Iterator[Finding]:
    for node in draft.nodes:
        if isinstance(node, ast.Global):
            yield _found(
                f"`global {', '.join(node.names)}` keeps nothing: every call runs in a fresh instance.",
                "Use `from sealwright import kv` for what must last, or a local name.",
                node,
                warning=True,
            )


RULES = (
    no_text_as_code,
    nothing_behind_the_interpreter,
    nothing_of_others_is_changed,
    no_error_is_swallowed,
    no_secret_is_written_down,
    no_file_is_opened,
    no_state_is_kept,
)
