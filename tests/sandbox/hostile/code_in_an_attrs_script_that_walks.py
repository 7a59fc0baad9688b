# expect: failed exception
# says: cannot make, change or run code
import attr._make


def run():
    found = {}
    attr._make._compile_and_eval("x = _compat.sys.modules", {"_compat": attr._compat}, found)
    return 'evil'
