"""The stateful APIs of BFCL's multi-turn part, method by method, as tools: `python bfcl_methods.py`, JSON on stdout.

It runs where bfcl-eval is installed. A method's source is its own class, without the methods that it does not use and
without the long-context branches; around it stands what keeps the state: read from kv, written back where it changed.
Cases are the calls that BFCL publishes as right, one after another from a task's first state; what each comes to is
what the published class itself says from that state.
"""

import ast
import copy
import functools
import importlib
import importlib.util
import inspect
import itertools
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

PACKAGE = "bfcl_eval.eval_checker.multi_turn_eval.func_source_code"
MODULES = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MessageAPI": "message_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "TwitterAPI": "posting_api",
    "VehicleControlAPI": "vehicle_control",
}
SETS = ("base", "miss_func", "miss_param")
EXAMPLES, HOLDOUTS = 6, 3
_TYPES = {"dict": "object", "float": "number", "tuple": "array", "any": None}
_PYTHON = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list", "object": "dict"}
_FILES = '''
def contents_of(directory: Directory) -> dict:
    """Return a directory as a scenario has it."""
    return {
        name: {"type": "directory", "contents": contents_of(item)}
        if isinstance(item, Directory)
        else {"type": "file", "content": item.content}
        for name, item in directory.contents.items()
    }


def state_of(api: GorillaFileSystem, state: dict) -> dict:
    """Return what the next call begins with."""
    path, here = [], api._current_dir
    while here.parent is not None:
        path.insert(0, here.name)
        here = here.parent
    return {"root": {api.root.name: {"type": "directory", "contents": contents_of(api.root)}}, "path": path}
'''

_WRITES = """    after = state_of(api, kept or {})
    if after != kept and not kv.compare_and_set(KEY, kept, after, scope="tenant"):
        raise ToolError("changed_meanwhile", "Another call came first.", hint="Call again.")
"""


class Folded(ast.NodeTransformer):
    """A class as it is without the long context, and with a zone for its clock: no tool is let ask for one without."""

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        if ast.unparse(node) == "datetime.datetime.now()":
            node.args = [ast.parse("datetime.UTC", mode="eval").body]
        return node

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        return node.orelse or None if _is_long(node.test) else node

    def visit_Assign(self, node: ast.Assign) -> Any:
        self.generic_visit(node)
        return None if any(_is_long(target) for target in node.targets) else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node


def _is_long(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return node.id == "is_bottommost"  # said for the long context alone
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        return any(_is_long(one) for one in node.values)
    return isinstance(node, ast.Attribute) and node.attr == "long_context"


class Api:
    """One of the classes, with what has to be known of it to keep its state."""

    def __init__(self, name: str) -> None:
        self.name, self.key = name, MODULES[name]
        self.module = importlib.import_module(f"{PACKAGE}.{self.key}")
        self.type = getattr(self.module, name)
        self.tree = Folded().visit(ast.parse(inspect.getsource(self.module)))
        methods = inspect.getmembers(self.type, inspect.isfunction)
        self.methods = {name: method for name, method in methods if not name.startswith("_")}
        self.loads = "_load_scenario" in vars(self.type)
        self.kept, self.kinds = dict(self._pairs()), dict(self._annotations())

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """The scenario's keys, and the attributes that they are loaded into."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef) and node.name == "_load_scenario":
                for one in ast.walk(node):
                    asked = one.value if isinstance(one, ast.Assign) else None
                    if isinstance(asked, ast.Call) and ast.unparse(asked.func) == "scenario.get":
                        yield ast.literal_eval(asked.args[0]), ast.unparse(one.targets[0]).removeprefix("self.")

    def _annotations(self) -> Iterator[tuple[str, str]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.target).startswith("self."):
                yield node.target.attr, ast.unparse(node.annotation)

    def source(self, method: str, summary: str, signature: str, *, changes: bool = True) -> str:
        """A module with the method's tool. One that changes nothing writes nothing back."""
        tree = copy.deepcopy(self.tree)
        used = _used(tree, self.name, method)
        if not self.needs_state(method, used):
            used = _used(tree, self.name, method, loads=False)
        body = [node for node in tree.body if _stays(node, used)]
        text = ast.unparse(ast.Module([_kept_of(node, used, self.name) for node in body], []))
        imports = [f'"""{summary}"""', "import copy", "from sealwright import ToolError, kv"]
        if not self.needs_state(method, used):
            imports = [imports[0], "from sealwright import ToolError"]
        return (
            "\n\n".join(["\n".join(imports), text, *self._around(method, summary, signature, used, changes=changes)])
            + "\n"
        )

    def _around(self, method: str, summary: str, signature: str, used: set[str], *, changes: bool) -> Iterator[str]:
        given = ", ".join(f"{name}={name}" for name in _parameters(self.methods[method]))
        tool = tool_name(method)
        if self.needs_state(method, used):
            yield f'KEY = "{self.key}"'
            if changes:
                yield self._state(used)
            begins = (
                f'    kept = kv.get(KEY, scope="tenant")\n    state = copy.deepcopy(kept or {{}})\n{self._restored()}'
            )
            begins += f"    api = {self.name}()\n    api._load_scenario(state)\n"
            if self.key == "gorilla_file_system":
                begins += '    for step in state.get("path", []):\n'
                begins += "        api._current_dir = api._current_dir.contents[step]\n"
            ends = _WRITES if changes else ""
        else:
            begins, ends = f"    api = {self.name}()\n", ""
        yield (
            f'def {tool}({signature}) -> dict:\n    """{summary}"""\n{begins}'
            f"    try:\n        said = api.{method}({given})\n"
            "    except ValueError as error:\n"
            '        raise ToolError("refused", str(error), hint="Correct the call.") from error\n'
            '    if isinstance(said, dict) and "error" in said:\n'
            '        raise ToolError("refused", str(said["error"]), hint="Correct the call.")\n'
            f'{ends}    return said if isinstance(said, dict) else {{"result": said}}\n'
        )

    def needs_state(self, method: str, used: set[str]) -> bool:
        """Whether the method, or what it calls of its class, looks at what the class keeps."""
        main = next(node for node in self.tree.body if isinstance(node, ast.ClassDef) and node.name == self.name)
        functions = {node.name: node for node in main.body if isinstance(node, ast.FunctionDef)}
        called = [node for name, node in functions.items() if name == method or (name in used and name[:5] != "_load")]
        seen = {
            ast.unparse(one)
            for node in called
            if node.name != "__init__"
            for one in ast.walk(node)
            if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "self"
        }
        return self.loads and bool(seen - {f"self.{name}" for name in functions})

    def first_state(self, scenario: Any) -> Any:
        """A scenario in the form in which the state is kept, so that a call that changes nothing leaves it as it is."""
        if not self.loads or scenario is None:
            return None
        said = run(self.loader, "load", None, self.key, {"kept": scenario})
        return json.loads(json.dumps(said["result"]))

    @functools.cached_property
    def loader(self) -> str:
        """A module that loads a scenario and does nothing else with it."""
        some = next(iter(self.methods))
        source = self.source(some, "Load.", "").rpartition(f"def {tool_name(some)}(")[0]
        body = f"\n\ndef load(kept: dict) -> dict:\n    state = copy.deepcopy(kept)\n{self._restored()}"
        return f"{source}{body}    api = {self.name}()\n    api._load_scenario(state)\n    return state_of(api, kept)\n"

    def _restored(self) -> str:
        """What JSON has not: sets, and keys that are numbers."""
        lines = ""
        for key, attribute in self.kept.items():
            kind = self.kinds.get(attribute, "")
            if kind == "set":
                lines += f'    if "{key}" in state:\n        state["{key}"] = set(state["{key}"])\n'
            elif kind.startswith("Dict[int"):
                value = f'{{int(key) if key.isdigit() else key: value for key, value in state["{key}"].items()}}'
                lines += f'    if "{key}" in state:\n        state["{key}"] = {value}\n'
        return lines

    def _state(self, used: set[str]) -> str:
        if self.key == "gorilla_file_system":
            return _FILES.strip("\n")
        lines = [
            f'def state_of(api: {self.name}, state: dict) -> dict:\n    """Return what the next call begins with."""'
        ]
        lines.append("    return {\n        **state,")
        for key, attribute in self.kept.items():
            kind, value = self.kinds.get(attribute, ""), f"api.{attribute}"
            if kind == "set":
                value = f"sorted({value})"
            elif kind.startswith("Dict[int"):
                value = f"{{str(key): value for key, value in {value}.items()}}"
            lines.append(f'        "{key}": {value},')
        if "_random" in used:
            lines.append('        "random_seed": api._random.randrange(1 << 31),')
        return "\n".join([*lines, "    }"])


def _used(tree: ast.Module, name: str, method: str, *, loads: bool = True) -> set[str]:
    """Every name that is reached from the method and from the loading of the state."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    main = next(node for node in classes if node.name == name)
    used = {name, method, "__init__"} | ({"_load_scenario"} if loads else set())
    roots = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
    while True:
        kept = [
            one
            for node in classes
            if node.name in used
            for one in node.body
            if _is_kept(one, used, is_main=node.name == name)
        ]
        kept += [node for word, node in roots.items() if word in used]
        kept += [node for node in tree.body if isinstance(node, ast.Assign) and _targets(node) & used]
        more = {word for node in kept for word in _words(node)} | used
        if more == used:
            return used - {"_random"} | ({"_random"} if _draws(main, used) else set())
        used = more


def _draws(main: ast.ClassDef, used: set[str]) -> bool:
    """Whether what is called draws numbers, beside the loading that makes the generator."""
    methods = [one for one in main.body if isinstance(one, ast.FunctionDef) and one.name in used]
    return any("_random" in set(_words(one)) for one in methods if one.name != "_load_scenario")


_COMPARED = "=="


def _words(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        sides = (one.left, *one.comparators) if isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.Eq) else ()
        if sides and all(isinstance(side, ast.Attribute) for side in sides):
            yield _COMPARED
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr


def _targets(node: ast.Assign) -> set[str]:
    return {target.id for target in node.targets if isinstance(target, ast.Name)}


def _is_kept(node: ast.stmt, used: set[str], *, is_main: bool) -> bool:
    if not isinstance(node, ast.FunctionDef):
        return True
    return node.name in used or (node.name == "__eq__" and not is_main and _COMPARED in used)


def _stays(node: ast.stmt, used: set[str]) -> bool:
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bfcl_eval"):
        return False
    if isinstance(node, ast.Import | ast.ImportFrom):
        node.names = [one for one in node.names if (one.asname or one.name).partition(".")[0] in used]
        return bool(node.names)
    if isinstance(node, ast.Assign):
        return bool(_targets(node) & used)
    return isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name in used


def _kept_of(node: ast.stmt, used: set[str], main: str) -> ast.stmt:
    if isinstance(node, ast.ClassDef):
        node.body = [one for one in node.body if _is_kept(one, used, is_main=node.name == main)]
        for one in node.body:
            if isinstance(one, ast.FunctionDef):
                one.body = [line for line in one.body if "_api_description" not in ast.unparse(line)] or [ast.Pass()]
    return node


def tool_name(method: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", method).lower()


def _parameters(method: Any) -> dict[str, inspect.Parameter]:
    return {name: one for name, one in inspect.signature(method).parameters.items() if name != "self"}


def schema_of(said: Any) -> Any:
    """One of BFCL's schemas in the words of JSON Schema."""
    if isinstance(said, list):
        return [schema_of(one) for one in said]
    if not isinstance(said, dict):
        return said
    made = {name: schema_of(value) for name, value in said.items() if name not in {"default", "optional"}}
    if isinstance(kind := said.get("type"), str) and kind in _TYPES:
        made["type"] = _TYPES[kind]
    return {name: value for name, value in made.items() if not (name == "type" and value is None)}


def published(package: Path) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Each task's first states and its right calls."""
    for name in SETS:
        file = f"BFCL_v4_multi_turn_{name}.json"
        tasks = [json.loads(line) for line in (package / "data" / file).read_text().splitlines()]
        answers = (package / "data" / "possible_answer" / file).read_text().splitlines()
        right = {one["id"]: one["ground_truth"] for one in map(json.loads, answers)}
        for task in tasks:
            yield task["initial_config"], [call for turn in right[task["id"]] for call in turn]


def read_call(text: str, methods: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """A call as it is written; None where its arguments are calls themselves."""
    try:
        call = ast.parse(text.strip(), mode="eval").body
        assert isinstance(call, ast.Call)
        name = ast.unparse(call.func)
        names = list(_parameters(methods[name]))
        given = dict(zip(names, (ast.literal_eval(one) for one in call.args), strict=False))
        return name, given | {str(one.arg): ast.literal_eval(one.value) for one in call.keywords}
    except (SyntaxError, ValueError, AssertionError, KeyError):
        return None


def _fits(value: Any, kind: str | None) -> bool:
    kinds = {"string": str, "integer": int, "number": int | float, "boolean": bool, "array": list, "object": dict}
    return isinstance(value, kinds.get(str(kind), object))


def _conforms(value: Any, schema: Any) -> bool:
    """Whether a value is what a schema of theirs says, to the last item."""
    if not _fits(value, schema.get("type")) or (isinstance(value, bool) and schema.get("type") != "boolean"):
        return False
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return all(_conforms(one, schema["items"]) for one in value)
    inner = schema.get("properties", {})
    return not isinstance(value, dict) or all(
        _conforms(one, inner[name]) for name, one in value.items() if name in inner
    )


class ToolError(Exception):
    """As the SDK's."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code


class Kv:
    """The SDK's, in memory."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def get(self, key: str, scope: str) -> Any:
        del scope
        return copy.deepcopy(self.values.get(key))

    def compare_and_set(self, key: str, expected: Any, value: Any, scope: str) -> bool:
        del expected, scope
        self.values[key] = json.loads(json.dumps(value))
        return True


def run(source: str, tool: str, state: Any, key: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What the tool says, natively: `result` or `error`, and the state `after`. Raises what it raises."""
    kv = Kv()
    if state is not None:
        kv.values[key] = copy.deepcopy(state)
    sys.modules["sealwright"] = SimpleNamespace(ToolError=ToolError, kv=kv)  # type: ignore[assignment]
    module = ModuleType(tool)
    exec(_compiled(source), vars(module))  # noqa: S102 - the adapted source, before it is judged
    try:
        said: dict[str, Any] = {"result": getattr(module, tool)(**copy.deepcopy(arguments))}
        json.dumps(said, allow_nan=False)
    except ToolError as error:
        said = {"error": error.code, "message": str(error)}
    return {**said, "after": kv.values.get(key)}


@functools.cache
def _compiled(source: str) -> Any:
    return compile(source, "adapted", "exec")


def own_answer(api: Api, method: str, state: Any, arguments: dict[str, Any]) -> Any:
    """What the published class itself says."""
    instance = api.type()
    if api.loads:
        given = copy.deepcopy(state or {})
        for key, attribute in api.kept.items():
            kind = api.kinds.get(attribute, "")
            if key in given and kind == "set":
                given[key] = set(given[key])
            elif key in given and kind.startswith("Dict[int"):
                given[key] = {int(word) if word.isdigit() else word: value for word, value in given[key].items()}
        instance._load_scenario(given)
        for name in given.get("path", []) if api.key == "gorilla_file_system" else []:
            instance._current_dir = instance._current_dir.contents[name]
    try:
        said = getattr(instance, method)(**copy.deepcopy(arguments))
    except ValueError as error:
        return {"error": str(error)}
    return said if isinstance(said, dict) else {"result": said}


def main() -> None:
    package = Path(str(importlib.util.find_spec("bfcl_eval").origin)).parent  # type: ignore[union-attr]
    apis = {name: Api(name) for name in MODULES}
    tools = {}
    for api in apis.values():
        lines = (package / "data" / "multi_turn_func_doc" / f"{api.key}.json").read_text().splitlines()
        docs = {one["name"]: one for one in map(json.loads, lines)}
        tools |= {method: Tool(api, method, docs[method]) for method in api.methods if method in docs}
    methods = {method: tool.api.methods[method] for method, tool in tools.items()}
    for states, calls in published(package):
        now: dict[str, Any] = {api.key: api.first_state(states.get(api.name)) for api in apis.values()}
        for text in calls:
            call = read_call(text, methods)
            if call is not None:
                tools[call[0]].meet(now, call[1])
    for tool in tools.values():
        tool.try_more([one for one in tools.values() if one.api is tool.api])
    print(json.dumps([tool.told() for tool in tools.values()]))


class Tool:
    """A method on its way to be a tool."""

    def __init__(self, api: Api, method: str, doc: dict[str, Any]) -> None:
        self.api, self.method, self.doc, self.name = api, method, doc, tool_name(method)
        self.seen: dict[str, dict[str, Any]] = {}
        self.unlike: list[str] = []
        self.misfits = 0
        self.failed: list[str] = []
        self.summary = doc["description"].rpartition("Tool description: ")[2].strip().replace('"', "'")
        self.summary = f"{self.summary.partition('. ')[0].rstrip('.')}."
        assert not {"kept", "state", "step", "api", "said", "after"} & set(_parameters(api.methods[method])), method
        self.schema = schema_of(doc["parameters"])
        self.source = api.source(method, self.summary, ", ".join(self._signature()))

    @property
    def mutates(self) -> bool:
        """Whether its code writes to what the class keeps, as far as it can be read."""
        tree = ast.parse(textwrap.dedent(inspect.getsource(self.api.methods[self.method])))
        stored = [node for node in ast.walk(tree) if isinstance(getattr(node, "ctx", None), ast.Store)]
        return any(ast.unparse(node).startswith("self.") for node in stored)

    def _signature(self) -> Iterator[str]:
        for name, parameter in _parameters(self.api.methods[self.method]).items():
            kind = _PYTHON.get(self.schema["properties"].get(name, {}).get("type"), "object")
            bare = parameter.default is inspect.Parameter.empty
            optional = f"{kind} | None" if parameter.default is None else kind
            yield f"{name}: {kind}" if bare else f"{name}: {optional} = {parameter.default!r}"

    def meet(self, now: dict[str, Any], arguments: dict[str, Any]) -> None:
        """Make a call from a state, and go on from there."""
        state = now[self.api.key]
        try:
            said = run(self.source, self.name, state, self.api.key, arguments)
            own = own_answer(self.api, self.method, state, arguments)
        except Exception as error:  # noqa: BLE001 - told of
            self.failed.append(f"{arguments}: {type(error).__name__}: {error}")
            return
        if said.get("result", said.get("message")) != (own if "error" not in own else str(own["error"])):
            self.unlike.append(f"{arguments}: {said} and not {own}")
        if said["after"] is not None:
            now[self.api.key] = said["after"]
        # Some published calls are not what their own schema says.
        if not _conforms(arguments, self.schema):
            self.misfits += 1
            return
        key = json.dumps([said.get("result"), said.get("message"), said["after"] != state])
        self.seen.setdefault(key, {"arguments": arguments, "before": state, **said})

    def try_more(self, siblings: list["Tool"]) -> None:
        """Where few calls are published, make some: of the values that others gave, and from states that others met."""
        good = [one for one in self.seen.values() if "result" in one]
        changed = [one for one in good if one["after"] is not None and one["after"] != one["before"]]
        if len(good) > 1 and (changed or not self.mutates):
            return
        befores = [None, *(one["before"] for tool in siblings for one in tool.seen.values())]
        states = {json.dumps(state, sort_keys=True): state for state in befores}
        values = [list(self._values(name, siblings)) for name in _parameters(self.api.methods[self.method])]
        names = list(_parameters(self.api.methods[self.method]))
        calls = [dict(zip(names, chosen, strict=True)) for chosen in itertools.islice(itertools.product(*values), 60)]
        some = ([*states.values()][:: max(1, len(states) // 8)], calls[:: max(1, len(calls) // 12)])
        for state, arguments in itertools.product(*some):
            self.meet({self.api.key: state}, arguments)

    def _values(self, name: str, siblings: list["Tool"]) -> Iterator[Any]:
        """Values for a parameter: those that were given for one of its name, else such as its description names."""
        given = {
            json.dumps(one["arguments"][name]): one["arguments"][name]
            for tool in siblings
            for one in tool.seen.values()
            if name in one["arguments"]
        }
        schema = self.schema["properties"].get(name, {})
        fitting = [one for one in given.values() if _fits(one, schema.get("type"))][:4]
        if fitting:
            yield from fitting
            return
        named = re.findall(r'"([^"]+)"', str(schema.get("description", ""))) + re.findall(
            r"'([^']+)'", str(schema.get("description", ""))
        )
        yield from {"string": named[:4] or ["Ann", "km", "m"], "integer": [1, 2, 0], "number": [2.5, 16, 4, 0]}.get(
            str(schema.get("type")),
            [[3, 16, 60], [2.5]]
            if schema.get("items", {}).get("type") in {"number", "integer"}
            else [["AAPL", "NVDA"]],
        )

    def told(self) -> dict[str, Any]:
        cases = [self._case(one) for one in self.seen.values()]
        good = [one for one in cases if "result" in one]
        refused = [one for one in cases if "error" in one][:2]
        changes = self.mutates or any(one.get("done") for one in cases)
        permit = f"tenant/{self.api.key}" if changes else f"read tenant/{self.api.key}"
        spec = {
            "name": self.name,
            "description": self.doc["description"],
            "input_schema": {**self.schema, "additionalProperties": False},
            "output_schema": self._output(),
            "effects": "destructive" if changes else "read",
            "capabilities": {"kv": [permit]} if "KEY = " in self.source else {},
            "examples": [*good[:EXAMPLES], *refused],
            "holdouts": good[EXAMPLES : EXAMPLES + HOLDOUTS],
        }
        self.source = self.api.source(self.method, self.summary, ", ".join(self._signature()), changes=changes)
        told = {"class": self.api.name, "method": self.method, "spec": spec, "source": self.source}
        return {**told, "unlike": self.unlike, "failed": self.failed, "misfits": self.misfits}

    def _case(self, one: dict[str, Any]) -> dict[str, Any]:
        case: dict[str, Any] = {"arguments": one["arguments"]}
        if one["before"] is not None and "KEY = " in self.source:
            case["world"] = {"kv": {"tenant": {self.api.key: one["before"]}}}
        case |= {"result": one["result"]} if "result" in one else {"error": "refused"}
        if one["after"] is not None and one["after"] != one["before"]:
            case["done"] = {"kv": {"tenant": {self.api.key: one["after"]}}}
        return case

    def _output(self) -> dict[str, Any]:
        """Theirs, where their own answers fit it: what comes is an object, with these among its fields."""
        said = schema_of(self.doc.get("response", {}))
        said = said if said.get("type") == "object" else {"type": "object", "properties": {"result": said}}
        came = [one["result"] for one in self.seen.values() if "result" in one]
        fields = said.get("properties", {}).items()
        named = {name: kind for name, kind in fields if all(name in one and _conforms(one[name], kind) for one in came)}
        return {"type": "object", "properties": named, "required": sorted(named)}


if __name__ == "__main__":
    main()
