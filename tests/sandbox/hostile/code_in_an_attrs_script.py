# expect: failed exception
# says: cannot make, change or run code
import attr._make


def run():
    attr._make._compile_and_eval("import sys", {}, {})
    return 'evil'
