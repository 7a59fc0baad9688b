# expect: failed exception
# says: cannot make, change or run code
import jinja2

TEXT = "def root(context):\n    match context:\n        case str(__class__=found):\n            return found"


def run():
    environment = jinja2.Environment()
    jinja2.Template.from_code(environment, environment._compile(TEXT, "x"), {})
    return "evil"
