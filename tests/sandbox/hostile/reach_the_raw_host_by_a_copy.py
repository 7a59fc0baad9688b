# expect: failed exception
# says: cannot pickle
import copy

from sealwright import _door


def run():
    for cell in _door.call.__closure__:
        copy.copy(cell.cell_contents)
    return 'evil'
