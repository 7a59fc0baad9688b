"""The exceptions a tool meets or raises, and the data that they and the host's answers are made of."""

from typing import Any

# What JSON can say. For a type checker it is anything, so that a tool may take what comes back apart as it likes.
Json = Any


class ToolError(Exception):
    """Raise this to end the run with an error that the caller understands.

        raise ToolError("no_such_customer", f"There is no customer {id}.", hint="Call customers_search first.")

    code: short, stable, snake_case; callers match on it. message: one sentence for a person.
    hint: what the caller should do instead. details: any JSON data.
    """

    code: str
    message: str
    hint: str | None
    details: Json

    def __init__(self, code: str, message: str | None = None, hint: str | None = None, details: Json = None) -> None:
        if message is None:
            code, message = "tool_error", code
        super().__init__(message)
        self.code, self.message, self.hint, self.details = str(code), str(message), hint, details


class HostError(Exception):
    """The host could not do what was asked. `code` says why; `retryable` whether trying again later may help.

    `message` and `hint` are for people; `details` is a dict of JSON data, or None.
    """

    code: str
    message: str
    hint: str | None
    details: dict[str, Json] | None

    def __init__(
        self, code: str, message: str, hint: str | None = None, details: dict[str, Json] | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.details = code, message, hint, details

    @property
    def retryable(self) -> bool:
        """Whether the host says that the same call may work later."""
        return bool((self.details or {}).get("retryable"))


class CapabilityRefused(HostError):
    """The tool asked for something its grant does not allow. The message names the grant that would allow it.

    Uncaught, it ends the run as refused.
    """
