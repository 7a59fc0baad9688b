"""A domain of our own, of the published ones' make: so small that a test can play it, and with nothing to install."""

import hashlib
import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

STOCK = {"lamp": 3, "cup": 5, "fork": 1}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_ITEM, _NUMBER = {"type": "string", "maxLength": 40}, {"type": "integer", "minimum": 1, "maximum": 1000}
_SAID = {
    "get_stock": ("read", "Look up how many of an item there are.", _object(item=_ITEM)),
    "take_items": ("write", "Take some of an item out of the stock.", _object(item=_ITEM, number=_NUMBER)),
}


class Shop:
    """What is there, and the two things that can be done with it."""

    def __init__(self, stock: Mapping[str, int]) -> None:
        self.db = dict(stock)

    def get_tools(self) -> dict[str, Any]:
        return {name: _tool(name) for name in _SAID}

    def tool_type(self, name: str) -> Any:
        return SimpleNamespace(value=_SAID[name][0])

    def get_stock(self, item: str) -> dict[str, Any]:
        if item not in self.db:
            raise ValueError(f"There is no {item}")
        return {"item": item, "number": self.db[item]}

    def take_items(self, item: str, number: int) -> dict[str, Any]:
        if self.get_stock(item)["number"] < number:
            raise ValueError(f"There are not {number} of {item}")
        self.db[item] -= number
        return self.get_stock(item)


def _tool(name: str) -> Any:
    _, description, taken = _SAID[name]
    given = {"item": {"type": "string"}, "number": {"type": "integer"}}
    returns = SimpleNamespace(model_json_schema=lambda: _object(returns=_object(**given)))
    return SimpleNamespace(
        openai_schema={"function": {"description": description, "parameters": taken}}, returns=returns
    )


class Environment:
    """What the measuring side asks for, by the names that the published environments have for it."""

    def __init__(self, stock: Mapping[str, int]) -> None:
        self.tools = Shop(stock)

    def make_tool_call(self, tool: str, requestor: str, **arguments: Any) -> Any:
        del requestor
        return getattr(self.tools, tool)(**arguments)

    def to_json_str(self, value: Any) -> str:
        return json.dumps(value)

    def get_db_hash(self) -> str:
        return hashlib.sha256(json.dumps(self.tools.db, sort_keys=True).encode()).hexdigest()


def get_environment(db: Mapping[str, int] | None = None) -> Environment:
    return Environment(STOCK if db is None else db)


def get_tasks() -> list[Any]:
    takes = ("take_items", {"item": "lamp", "number": 2})
    tasks = {
        "takes twice": [("get_stock", {"item": "lamp"}), takes, ("take_items", {"item": "cup", "number": 1})],
        "is refused": [takes, ("take_items", {"item": "lamp", "number": 2}), ("get_stock", {"item": "spoon"})],
        "looks": [("get_stock", {"item": "cup"}), ("get_stock", {"item": "fork"})],
        "does nothing": [],
    }
    return [_task(name, calls) for name, calls in tasks.items()]


def _task(name: str, calls: list[tuple[str, dict[str, Any]]]) -> Any:
    actions = [SimpleNamespace(name=tool, arguments=arguments) for tool, arguments in calls]
    return SimpleNamespace(id=name, initial_state=None, evaluation_criteria=SimpleNamespace(actions=actions))
