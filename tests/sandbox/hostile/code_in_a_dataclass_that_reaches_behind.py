# expect: failed exception
# says: cannot make, change or run code
import dataclasses


def run():
    builder = dataclasses._FuncBuilder({})
    builder.add_fn("run", ("x",), ["  return x.__class__.__base__.__subclasses__()"])
    builder.add_fns_to_class(type("C", (), {}))
    return 'evil'
