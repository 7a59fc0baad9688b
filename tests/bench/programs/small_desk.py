"""A stateful class of our own, of the make of BFCL's: with a set, keys that are numbers, chance, and a long context."""

import random
from copy import deepcopy
from typing import Dict, List  # noqa: UP035 - the spelling that is read

LONG = ["a", "b"]
DEFAULT_STATE = {"tickets": {}, "seen": set(), "user": None, "random_seed": 7}


class DeskAPI:
    def __init__(self):
        self.tickets: Dict[int, Dict[str, str]]  # noqa: UP006
        self.seen: set
        self.user: str
        self._api_description = "A desk."

    def _load_scenario(self, scenario: dict, long_context=False) -> None:  # noqa: FBT002
        default = deepcopy(DEFAULT_STATE)
        self.tickets = scenario.get("tickets", default["tickets"])
        self.seen = scenario.get("seen", default["seen"])
        self.user = scenario.get("user", default["user"])
        self.long_context = long_context
        self._random = random.Random(scenario.get("random_seed", default["random_seed"]))  # noqa: S311

    def _new_id(self) -> int:
        return self._random.randint(1, 9)

    def openTicket(self, title: str) -> Dict[str, int]:  # noqa: N802, UP006
        """Open a ticket."""
        if not self.user:
            return {"error": "Nobody is logged in."}
        number = self._new_id()
        self.tickets[number] = {"title": title}
        self.seen.add(number)
        return {"id": number}

    def titles(self) -> List[str]:  # noqa: UP006
        """List the titles."""
        if self.long_context:
            return LONG
        return [one["title"] for one in self.tickets.values()]
