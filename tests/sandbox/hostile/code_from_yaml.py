# expect: failed exception
# says: cannot make, change or run code
import yaml


def run():
    return yaml.unsafe_load("!!python/object/apply:builtins.eval ['1 + 1']")
