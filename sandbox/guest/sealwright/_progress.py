from sealwright import _door, _secret


def progress(done: float, total: float | None = None, message: str | None = None) -> None:
    """Tell whoever waits how far the run has come: `progress(40, 200, "40 of 200 invoices")`. Costs next to nothing.

    done, total: in any unit of the tool's own, such as invoices or bytes; no total where nobody knows it.
    """
    _door.progress(
        float(done), None if total is None else float(total), None if message is None else _secret._shown(str(message))
    )
