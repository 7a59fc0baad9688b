"""A sealed tool, and one call of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Component:
    """A version's sealed component: an image plus the pages its source changed.

    `image` is the image's digest; `digest` is a sha256 in hex that names the image and the changed pages;
    `patch` is those pages XORed with the image's, compressed. Image and source alone make the same again.
    """

    name: str
    image: str
    digest: str
    source: str
    patch: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One call. A run is a pure function of component, call and the host's replies.

    `arguments` is the text of a JSON object, `seed` 32 bytes, `started_at_ns` the tool's clock at its start.
    """

    arguments: str
    seed: bytes
    started_at_ns: int
