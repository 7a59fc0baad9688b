"""Runs that go on behind whoever began them: in each process a tenant has a number of them, and is then told so."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from tenants.base.errors import BackgroundFullError

RETRY_S = 2


class Background:
    """How many such runs each tenant has here. One that was put aside, to wait for a person or a day, is none."""

    def __init__(self) -> None:
        self._under_way = Counter[str]()
        self._refused: set[str] = set()

    def under_way(self, tenant_id: str) -> int:
        return self._under_way[tenant_id]

    def full(self) -> list[str]:
        """The tenants that were refused, and have had none end since."""
        return list(self._refused)

    @contextmanager
    def place(self, tenant_id: str, most: int) -> Generator[None]:
        """Hold a place for one run. Raises BackgroundFullError when the tenant has `most` already."""
        if self._under_way[tenant_id] >= most:
            self._refused.add(tenant_id)
            message = f"This tenant has {most:,} runs going on in the background, which is all it may have."
            hint = "Wait until some have ended, or cancel some; limits.runs_in_background of the policy says how many."
            raise BackgroundFullError(message, retry_after_s=RETRY_S, hint=hint)
        self._under_way[tenant_id] += 1
        try:
            yield
        finally:
            self._refused.discard(tenant_id)
            self._under_way[tenant_id] -= 1
            if not self._under_way[tenant_id]:
                del self._under_way[tenant_id]
