# expect: failed exception
# says: cannot make, change or run code
import ast
import types

ast.PyCF_ONLY_AST = 0


def run():
    return types.FunctionType(ast.parse("x = 1"), {})()
