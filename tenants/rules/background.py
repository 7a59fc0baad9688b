"""Runs that go on behind whoever began them: a tenant has a number of them, and is then told so."""

from collections.abc import Generator
from contextlib import contextmanager

from tenants.base.errors import BackgroundFullError
from tenants.rules.tallies import Tallies

RETRY_S = 2


class Background:
    """How many such runs each tenant has. One that was put aside, to wait for a person or a day, is none."""

    def __init__(self, tallies: Tallies) -> None:
        self._tallies = tallies
        # How many each had, all processes together, when it was refused.
        self._refused: dict[str, int] = {}

    def under_way(self, tenant_id: str) -> int:
        """Those that this process began."""
        return self._tallies.of(tenant_id).background

    def full(self) -> list[str]:
        """The tenants that were refused, and have had none end since."""
        self._refused = {tenant: had for tenant, had in self._refused.items() if self._all_of(tenant) >= had}
        return list(self._refused)

    @contextmanager
    def place(self, tenant_id: str, most: int) -> Generator[None]:
        """Hold a place for one run. Raises BackgroundFullError when the tenant has `most` already."""
        tally = self._tallies.of(tenant_id)
        tally.most_background = most
        had = self._all_of(tenant_id)
        if had >= most:
            self._refused[tenant_id] = had
            message = f"This tenant has {most:,} runs going on in the background, which is all it may have."
            hint = "Wait until some have ended, or cancel some; limits.runs_in_background of the policy says how many."
            raise BackgroundFullError(message, retry_after_s=RETRY_S, hint=hint)
        tally.background += 1
        try:
            yield
        finally:
            self._refused.pop(tenant_id, None)
            tally.background -= 1

    def _all_of(self, tenant_id: str) -> int:
        tally = self._tallies.of(tenant_id)
        return tally.background + tally.background_elsewhere
