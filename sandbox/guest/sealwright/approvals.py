"""Ask a person before going on."""

from sealwright import _host


def ask(question, details=None, *, key=None):
    """Wait until a person has answered: {"approved": bool, "by": str, "comment": str}. May take days.

    The instance is given up meanwhile and the run goes on by itself. details: JSON data shown to the person.
    """
    return _host.call("approvals", "ask", _host.given(question=question, details=details, key=key))
