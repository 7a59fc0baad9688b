from sealwright import _door, _secret


def progress(done, total=None, message=None):
    """Tell whoever waits how far the run has come: `progress(40, 200, "40 of 200 invoices")`. Costs next to nothing."""
    _door.progress(
        float(done), None if total is None else float(total), None if message is None else _secret._shown(str(message))
    )
