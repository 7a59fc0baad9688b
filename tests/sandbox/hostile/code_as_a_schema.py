# expect: failed exception
# says: cannot make, change or run code
import fastjsonschema


class Generator:
    func_code = "def validate(data):\n    return data.__class__.__base__"
    global_state = {}


class Resolver:
    def get_scope_name(self):
        return "validate"


def run():
    fastjsonschema._factory = lambda *given: (Resolver(), Generator())
    return str(fastjsonschema.compile({})(1))
