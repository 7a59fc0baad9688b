"""How often one address may do what anybody may do."""

import time


class Throttle:
    """At most `often` requests in `seconds` from one address, for what is open to anybody."""

    def __init__(self, often: int = 60, seconds: float = 60.0) -> None:
        self._often = often
        self._seconds = seconds
        self._seen: dict[str, list[float]] = {}

    def wait_s(self, address: str) -> int | None:
        """How long `address` has to wait; None when it may go on."""
        moment = time.monotonic()
        recent = [at for at in self._seen.pop(address, []) if at > moment - self._seconds]
        if len(self._seen) > 10_000:
            self._seen.clear()
        if len(recent) < self._often:
            self._seen[address] = [*recent, moment]
            return None
        self._seen[address] = recent
        return int(recent[0] + self._seconds - moment) + 1
