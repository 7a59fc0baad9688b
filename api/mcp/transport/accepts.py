"""What a client takes for an answer, by its Accept header."""

from typing import NamedTuple

JSON, STREAM = b"application/json", b"text/event-stream"


class Accepts(NamedTuple):
    """Whether a client reads JSON, and whether it reads a stream of events."""

    json: bool
    stream: bool


BOTH = Accepts(json=True, stream=True)


def read_accept(header: bytes | None) -> Accepts:
    """Whoever says nothing takes anything (RFC 9110, 12.5.1); types have no case, and a weight of 0 is a no."""
    if header is None or not header.strip():
        return BOTH
    wanted = {kind for kind, weight in map(_range, header.lower().split(b",")) if weight}
    any_kind = b"*/*" in wanted
    return Accepts(
        json=any_kind or not wanted.isdisjoint({JSON, b"application/*"}),
        stream=any_kind or not wanted.isdisjoint({STREAM, b"text/*"}),
    )


def _range(said: bytes) -> tuple[bytes, bool]:
    kind, *parameters = (part.strip() for part in said.split(b";"))
    return kind, not any(one.replace(b" ", b"") in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"} for one in parameters)
