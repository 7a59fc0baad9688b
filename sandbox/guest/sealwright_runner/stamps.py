"""The moment that is written into archives, workbooks and documents: the run's beginning.

The run's clock moves with each reply of the host, so the same input would make other bytes after a slow reply than
after a quick one. Nobody looks at an archive for the second in which it was packed.
"""

import datetime
import time
import types

_begun = []


def begin():
    """A run begins."""
    _begun[:] = [time.time()]


def now():
    """Seconds since the epoch, as `time.time`."""
    return _begun[0] if _begun else time.time()


def of_time():
    """What stands for the module `time`."""
    said = types.SimpleNamespace(**vars(time))
    said.time = now
    said.gmtime = lambda seconds=None: time.gmtime(now() if seconds is None else seconds)
    said.localtime = lambda seconds=None: time.localtime(now() if seconds is None else seconds)
    return said


def of_datetime():
    """What stands for the module `datetime` where its only use is `datetime.datetime.now`."""
    said = types.SimpleNamespace(**vars(datetime))
    said.datetime = types.SimpleNamespace(now=lambda tz=None: datetime.datetime.fromtimestamp(now(), tz))
    return said


def install():
    """Whatever `time` and `datetime` are by then, with a clock that stands still."""
    import gzip
    import tarfile
    import zipfile

    import openpyxl.packaging.core
    import openpyxl.writer.excel

    for module in (gzip, tarfile, zipfile):
        module.time = of_time()
    for module in (openpyxl.packaging.core, openpyxl.writer.excel):
        module.datetime = of_datetime()
