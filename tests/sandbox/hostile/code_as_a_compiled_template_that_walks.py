# expect: failed exception
# says: cannot make, change or run code
import jinja2

TEXT = "def root(a):\n    included_template = a\n    return getattr(included_template, '__class__')"


def run():
    environment = jinja2.Environment()
    jinja2.Template.from_code(environment, environment._compile(TEXT, "x"), {})
    return 'evil'
