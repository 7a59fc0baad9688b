"""The last acts before the image's memory is taken: bake in data, take away paths, fill the heap's holes."""

import gc
import io
import os
import sys
import warnings
import zoneinfo

from sealwright_runner import (
    adaptations,
    c_library,
    census,
    console,
    data_files,
    denials,
    guard,
    loop,
    program,
    shelf,
    standins,
)

# Fewer leave more to write; more do not leave less.
_WARM_RUNS = 20
# What only the image's build needs: the raw way to the host, and what makes modules of bytes.
_RAW = {
    "componentize_py_runtime": ("call_import", "drop_resource"),
    "_imp": ("create_builtin", "create_dynamic", "exec_dynamic", "get_frozen_object", "init_frozen"),
}


def seal(root, libraries, loads):
    data_files.bake(libraries)
    shelf.lay(f"{root}/shelf")
    data_files.bake_packed(shelf.files())
    with open(f"{root}/shelved_bytes", "w") as file:
        file.write(str(shelf.size() + data_files.packed_size()))
    _bake_zones()
    _warm()
    sys.path[:] = []
    sys.path_importer_cache.clear()
    sys.meta_path[:] = []
    os.environ.clear()
    sys.argv[:] = ["tool"]
    warnings.simplefilter("default")
    console.install()
    loop.install()
    data_files.mount()
    c_library.mend()
    adaptations.install()
    shelf.find_last()
    denials.install([*libraries, *shelf.packages()])
    adaptations.still_clocks()
    standins.spread()
    gc.collect()
    census.take(f"{root}/objects", f"{root}/types")
    _drop_raw()
    guard.install(loads)
    program.warm(_WARM_RUNS)
    gc.collect()
    _plug_heap()
    gc.freeze()


def _drop_raw():
    """The names stay, for the component's own start looks them up; what they led to does not."""
    for name, parts in _RAW.items():
        for part in parts:
            setattr(sys.modules[name], part, denials.no_raw)


def _bake_zones():
    """zoneinfo asks for a zone as a file; this is the short way to the same bytes."""
    zones = data_files.zones()

    def load_tzdata(key):
        try:
            return io.BytesIO(zones[key])
        except KeyError:
            raise zoneinfo.ZoneInfoNotFoundError(f"No time zone found with key {key}") from None

    zoneinfo._common.load_tzdata = load_tzdata
    zoneinfo._tzpath.TZPATH = zoneinfo.TZPATH = ()
    zoneinfo.available_timezones = zoneinfo._tzpath.available_timezones = lambda: set(zones)


def _warm():
    """First uses that look at files or build big tables."""
    import asyncio
    import datetime
    import decimal
    import json
    import re
    import traceback

    import markdown.util

    markdown.util.get_installed_extensions()
    datetime.datetime.strptime("2026-01-02", "%Y-%m-%d")
    decimal.getcontext()
    json.dumps({"a": [1.5, None]}, ensure_ascii=False)
    re.compile(r"(?i)\bseal\w+")
    try:
        raise ValueError("warm")
    except ValueError as error:
        traceback.format_exception(error)
    assert asyncio


_plugs = []
_BYTES_HEADER = sys.getsizeof(b"")


def _plug_heap():
    """Fill the holes of the heap, so that a tool's own objects land side by side on few pages.

    Fills holes of each size until the allocator hands out memory above everything used before.
    """
    top = max(id(bytes(1 << size)) for size in range(10, 21))
    # The allocator (dlmalloc) keeps four bytes of each piece, and pieces are of eight: these fit one exactly.
    sizes = (*(1 << n for n in range(20, 9, -1)), *range(1020, 516, -64), *range(508, 19, -8))
    # Numbers that die here would wait in a list of CPython's until a tool's first collection frees each in its place.
    _plugs.append(sizes)
    for size in sizes:
        while True:
            plug = bytes(size - _BYTES_HEADER)
            _plugs.append(plug)
            if id(plug) > top:
                break
