# expect: failed exception
# says: cannot make, change or run code
def refused():
    try:
        exec("x = 1")
    except PermissionError as error:
        trace = error.__traceback__
        while trace.tb_next:
            trace = trace.tb_next
        return trace.tb_frame


def run():
    frame = refused()
    for name, value in [("watched", frozenset()), ("known", ()), ("fits", lambda *given: True), ("Refused", str)]:
        frame.f_locals[name] = value
    frame.f_globals.clear()
    exec("x = 1")
    return 'evil'
