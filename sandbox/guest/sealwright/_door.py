"""What sends to the host: its three functions of tool.wit."""

import collections
import itertools

from componentize_py_runtime import call_import


def _door(place):
    """`send(arguments)` to one of the host's functions, by its place in tool.wit.

    The raw function lies inside an iterator of C, which gives nothing away, and nowhere else once the image is sealed.
    The host takes every request for a forged one all the same.
    """
    asked = collections.deque()
    answers = itertools.starmap(call_import, zip(itertools.repeat(place), iter(asked.popleft, None)))

    def send(*arguments):
        asked.append([*arguments])
        return next(answers)

    return send


call, progress, log = (_door(place) for place in range(3))
del call_import
