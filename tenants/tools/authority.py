"""What a stored spec lets its tool do. It was read when it was submitted; what may be written has grown narrower since.

A permit that today's reader refuses (too long, with too many stars, of a capability that is gone) is not guessed at:
the version that holds it is not served until it has been revised.
"""

from collections.abc import Mapping
from typing import Any

from sandbox import Grant, InvalidGrant, InvalidLimits, Limits
from tenants.base.errors import ConflictError


class UnreadableError(ConflictError):
    """A stored spec says what no spec may say today."""

    code = "unreadable_spec"


def grant_of(spec: Mapping[str, Any]) -> Grant:
    """Raises UnreadableError."""
    try:
        return Grant.parse(spec["capabilities"])
    except InvalidGrant as error:
        raise _unreadable(error) from error


def limits_of(spec: Mapping[str, Any]) -> Limits:
    """Raises UnreadableError."""
    try:
        return Limits.of(spec["limits"])
    except InvalidLimits as error:
        raise _unreadable(error) from error


def _unreadable(error: Exception) -> UnreadableError:
    return UnreadableError(
        f"This version's spec says what is not taken any more: {error}", hint="Revise the tool, and submit it again."
    )
