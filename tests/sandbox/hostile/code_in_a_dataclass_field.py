# expect: failed exception
# says: cannot make, change or run code
import dataclasses

TEXT = "x: __dataclass_type_x__ = print('evil'), y"


def run():
    builder = dataclasses._FuncBuilder({})
    builder.add_fn("run", ("x=print('evil')",), ["  return x"])
    builder.add_fns_to_class(type("C", (), {}))
    return 'evil'
