"""Composed tools: one call for what an agent looks up and checks before it changes an order, beside its single steps.

A published trajectory is written anew: a change that a composed tool makes, with the lookups of its customer, its
order and its products that came before it, becomes one call; whatever else was called stays. Both are really made, and
must end in the published state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.bench.published.trajectories import Call, Task

FOLDER = Path(__file__).parents[1] / "programs" / "composed"
_WHO = {"find_user_id_by_email": {"email": "email"}}
_WHO["find_user_id_by_name_zip"] = {"first_name": "first_name", "last_name": "last_name", "zip": "zip_code"}


@dataclass(frozen=True)
class Composed:
    """`name` does what `change` does and looks up what has to be known; `products`, whether it looks at products."""

    name: str
    change: str
    products: bool = False

    def arguments(self, change: Mapping[str, Any]) -> dict[str, Any]:
        given = dict(change)
        if self.products:
            pairs = zip(given.pop("item_ids"), given.pop("new_item_ids"), strict=True)
            given["exchanges"] = [{"item_id": old, "new_item_id": new} for old, new in pairs]
        return given


TOOLS = (
    Composed("exchange_items", "exchange_delivered_order_items", products=True),
    Composed("return_items", "return_delivered_order_items"),
    Composed("cancel_order", "cancel_pending_order"),
)
_BY_CHANGE = {one.change: one for one in TOOLS}


def read(name: str) -> tuple[dict[str, Any], str]:
    """A composed tool's spec and source. The cases of a spec share a world by YAML's aliases, which no author may."""
    folder = FOLDER / name
    return yaml.safe_load((folder / "spec.yaml").read_text()), (folder / "tool.py").read_text()


def rewritten(task: Task) -> list[Call] | None:
    """The task's calls with composed ones in their places; None where there is nothing to compose."""
    changing = [at for at, call in enumerate(task.calls) if call["name"] in task.changes]
    composed = [at for at in changing if task.calls[at]["name"] in _BY_CHANGE and task.answers[at][0] == 200]
    known = [at for at, call in enumerate(task.calls) if call["name"] in _WHO and task.answers[at][0] == 200]
    if not composed or not known or known[0] > composed[0]:
        return None
    who = task.calls[known[0]]
    covered = {place for at in composed for place in _looked_up(task, at)}
    if len(composed) == len(changing):
        covered |= {place for at in range(len(task.calls)) if (place := _place(task.calls[at])) and place[0] in _OF_WHO}
    named = {to: who["arguments"][name] for name, to in _WHO[who["name"]].items()}
    calls: list[Call] = []
    for at, call in enumerate(task.calls):
        if at in composed:
            tool = _BY_CHANGE[call["name"]]
            calls.append({"name": tool.name, "arguments": {**tool.arguments(call["arguments"]), **named}})
        elif at > composed[-1] or _place(call) not in covered:
            calls.append(call)
    return calls


_OF_WHO = (*_WHO, "get_user_details")


def _place(call: Call) -> tuple[str, str] | None:
    """What a lookup looks at."""
    if call["name"] in _WHO:
        return call["name"], ""
    values: Sequence[Any] = list(call["arguments"].values())
    return (call["name"], str(values[0])) if call["name"].startswith("get_") and len(values) == 1 else None


def _looked_up(task: Task, at: int) -> list[tuple[str, str]]:
    """What the composed call in the place of this change looks up by itself."""
    call, (_, order) = task.calls[at], task.answers[at]
    places = [("get_order_details", call["arguments"]["order_id"])]
    if _BY_CHANGE[call["name"]].products:
        products = {item["item_id"]: item["product_id"] for item in order["items"]}
        places += [("get_product_details", products[item]) for item in call["arguments"]["item_ids"]]
    return places
