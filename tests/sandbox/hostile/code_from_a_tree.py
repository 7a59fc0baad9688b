# expect: failed exception
# says: cannot make, change or run code
import ast


def run():
    return compile(ast.parse("x = 1"), "x", "exec")
