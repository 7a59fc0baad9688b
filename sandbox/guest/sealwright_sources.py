"""The sources of libraries that lie on the shelf, as the first step of an image build compiles them.

A few do at import what a tool cannot do (run a text, look for their metadata, demand a library in C). What they say
instead stands here; a text that is not found stops the build, so that a new version is looked at.
"""

import importlib.metadata
import os
import sys

_BARCODES = """\
    before, methods = kwds.pop('_pre_init', ''), kwds.pop('_methods', '')
    base = getattr(__import__(mod, fromlist=[codeName]), codeName)
    def __init__(self, **kw):
        if before: kw.setdefault('routing', '01234567891')
        _BarcodeWidget.__init__(self, value, **kw)
    def annotate(self, x, y, text, fontName, fontSize, anchor='middle'):
        _BarcodeWidget.annotate(self, x, y, text, fontName, fontSize, anchor='start')
    body = {'_BCC': base, 'codeName': codeName, '__init__': __init__, '__doc__': doc or None}
    Klass = type('Barcode' + codeName, (_BarcodeWidget, base), {**body, **({'annotate': annotate} if methods else {})})
"""
# By module: from which words on to which words, and what is said instead of all that.
_CHANGED = {
    "holidays.version": (("from importlib", 'version("holidays")', "__version__ = {version!r}"),),
    "reportlab.graphics.barcode.widgets": (("    _pre_init = kwds", "Klass = ns[name]\n", _BARCODES),),
    "reportlab.lib.rl_accel": (("exec('from _rl_accel", "fn,D)", "raise ImportError(fn)"),),
    "reportlab.lib.utils": (("from PIL", "import Image\n", "import simple_images as Image\n"),),
    "reportlab.rl_config": (
        (
            "rl_exec('from reportlab.rl_settings",
            "_DEFAULTS)",
            "from reportlab import rl_settings; _DEFAULTS.update({one: vars(rl_settings)[one] for one in rl_settings.__all__})",
        ),
        ("rl_exec('from reportlab.local_rl", "_overrides)", "raise ImportError"),
        ("rl_exec('from reportlab_settings", "_overrides)", "raise ImportError"),
    ),
}


def shelved(names):
    """Each module of these packages: its name, its file and whether it is a package. Raises LookupError."""
    for name in names:
        for entry in sys.path:
            if os.path.isdir(f"{entry}/{name}"):
                yield from _of_package(name, f"{entry}/{name}")
                break
            if os.path.exists(f"{entry}/{name}.py"):
                yield name, f"{entry}/{name}.py", False
                break
        else:
            raise LookupError(f"there is no source of {name}")


def _of_package(name, folder):
    if os.path.exists(f"{folder}/__init__.py"):
        yield name, f"{folder}/__init__.py", True
    for entry in sorted(os.listdir(folder)):
        if entry.endswith(".py") and entry not in ("__init__.py", "__main__.py"):
            yield f"{name}.{entry[:-3]}", f"{folder}/{entry}", False
        elif os.path.exists(f"{folder}/{entry}/__init__.py"):
            yield from _of_package(f"{name}.{entry}", f"{folder}/{entry}")


def source(name, path):
    """What is compiled, in bytes. Raises LookupError where what is to be changed is not there."""
    with open(path, "rb") as file:
        said = file.read()
    for first, last, instead in _CHANGED.get(name, ()):
        start = said.find(first.encode())
        end = said.find(last.encode(), start)
        if start < 0 or end < 0:
            raise LookupError(f"{name} no longer says {first!r} ... {last!r}: see what it says now")
        if "{version!r}" in instead:
            instead = instead.format(version=importlib.metadata.version(name.partition(".")[0]))
        said = said[:start] + instead.encode() + said[end + len(last) :]
    return said
