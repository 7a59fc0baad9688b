# expect: failed exception
# says: cannot make, change or run code
import importlib.abc
import importlib.util
import sys


class Loader(importlib.abc.SourceLoader):
    def get_filename(self, name):
        return "evil.py"

    def get_data(self, path):
        return b"answer = 'evil'"

    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_loader(name, self) if name == "evil" else None


def run():
    sys.meta_path.insert(0, Loader())
    import evil

    return evil.answer
