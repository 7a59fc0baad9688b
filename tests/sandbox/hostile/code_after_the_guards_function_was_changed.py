# expect: failed exception
# says: cannot make, change or run code
def run():
    try:
        exec("x = 1")
    except PermissionError as error:
        fits = error.__traceback__.tb_next.tb_frame.f_locals["fits"]
    fits.__globals__.update(length=lambda given: 0, kind=lambda given: None)
    fits.__defaults__ = (None,) * 20
    return 'evil'
