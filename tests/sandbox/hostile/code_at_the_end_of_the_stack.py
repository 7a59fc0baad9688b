# expect: failed exception
# says: cannot make, change or run code
import sys

found = []


def down(n):
    try:
        return down(n + 1)
    except RecursionError:
        pass
    try:
        exec("found.append(1)", {"found": found})
    except PermissionError:
        raise
    except RecursionError:
        return None


def run():
    try:
        down(0)
    except PermissionError:
        pass
    if not found:
        raise ValueError("cannot make, change or run code")
    return 'evil'
