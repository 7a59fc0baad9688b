"""What runners and builders do alike with an order of the parent."""

import os
import traceback
from collections.abc import Callable

from sandbox.machine.native_code import Form
from sandbox.process.protocol import Broken, Wire


def form_of(said: str) -> Form:
    """The form of native code that an order names; anything but "full" is "delta"."""
    return "full" if said == "full" else "delta"


def answering(wire: Wire, key: int, work: Callable[[], None]) -> None:
    """What fails here is ours, and for the operator to see; the parent must hear of it all the same."""
    try:
        work()
    except ConnectionError:
        os._exit(1)  # the parent is gone
    except Exception:  # noqa: BLE001  (the top of a thread)
        wire.send(Broken(key, traceback.format_exc(limit=-8)[-4000:]))
