"""Puts what a tool gets in the place of what it must not have, also where a library took hold of that when imported."""

import gc
import types

_OURS = ("sealwright", "sealwright_runner")
_instead = {}


def put(new, *places):
    """`places` are (module or class, name). What stands there now is kept for `spread`."""
    for holder, name in places:
        old = getattr(holder, name, None)
        if old is not None and old is not new:
            _instead[id(old)] = (old, new)
        setattr(holder, name, new)


def spread():
    """Wherever else the image holds it: `from time import sleep`, a default of a function, an attribute of a class."""
    for one in gc.get_objects():
        if isinstance(one, types.ModuleType):
            if not one.__name__.startswith(_OURS):
                _replace(vars(one), vars(one).__setitem__)
        elif isinstance(one, type):
            _replace(vars(one), lambda name, new, holder=one: setattr(holder, name, new))
        elif isinstance(one, types.FunctionType) and not str(one.__module__).startswith(_OURS):
            if one.__defaults__:
                one.__defaults__ = tuple(_new(value) for value in one.__defaults__)
            if one.__kwdefaults__:
                one.__kwdefaults__ = {name: _new(value) for name, value in one.__kwdefaults__.items()}
    _instead.clear()


def _new(value):
    return _instead[id(value)][1] if id(value) in _instead else value


def _replace(space, put_there):
    for name, value in list(space.items()):
        if id(value) in _instead:
            put_there(name, _instead[id(value)][1])
        elif isinstance(value, staticmethod) and id(value.__func__) in _instead:
            put_there(name, staticmethod(_instead[id(value.__func__)][1]))
