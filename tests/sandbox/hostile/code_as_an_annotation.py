# expect: failed exception
# says: cannot make, change or run code
import typing


def run():
    return typing.get_type_hints(type("C", (), {"__annotations__": {"x": "print('evil')"}}))
