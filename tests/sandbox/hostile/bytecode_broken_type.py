# expect: trapped|failed|returned
import gc


def run():
    slots = gc.get_referents(dict.__dict__)[0]
    slots["keys"] = None
    return len(slots) > 0
