"""Ask a person before going on."""

from sealwright import _host
from sealwright._errors import Json


def ask(
    question: str,
    details: Json = None,
    *,
    of: str | None = None,
    deadline_seconds: float | None = None,
    key: str | None = None,
) -> dict[str, Json]:
    """Wait until a person has answered: {"approved": bool, "by": str, "comment": str}. May take days.

    details: JSON data shown to the person.
    of: who is asked, "approver" (the default), "owner", or "caller": whoever called the tool, over MCP where their
    client can show a form. deadline_seconds: nobody's answer by then counts as no.

    Raises CapabilityRefused without the permit to ask them. question: 1 to 4,000 characters. Without a deadline the run
    waits for ever.
    """
    asked = _host.given(question=question, details=details, of=of, deadline_seconds=deadline_seconds, key=key)
    return _host.call("approvals", "ask", asked)
