# expect: failed exception
# says: cannot make, change or run code
import jinja2


def run():
    environment = jinja2.Environment()
    code = environment._compile("import sys", "x")
    jinja2.Template.from_code(environment, code, {})
    return 'evil'
