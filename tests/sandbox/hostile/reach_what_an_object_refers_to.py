# expect: failed exception
# says: cannot trace the interpreter
import gc

from sealwright import _door


def run():
    return str(gc.get_referents(*[cell.cell_contents for cell in _door.call.__closure__]))
