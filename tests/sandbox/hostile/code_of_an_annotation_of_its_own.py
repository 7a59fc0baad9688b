# expect: failed exception
# says: cannot make, change or run code
import annotationlib
import ast

ast.PyCF_ONLY_AST = 0


class Fake:
    __closure__ = __defaults__ = __kwdefaults__ = None
    __globals__ = __builtins__ = {}

    def __call__(self, form):
        raise NotImplementedError


def run():
    fake = Fake()
    fake.__code__ = ast.parse("print('evil')")
    annotationlib.call_annotate_function(fake, annotationlib.Format.STRING)
    return 'evil'
