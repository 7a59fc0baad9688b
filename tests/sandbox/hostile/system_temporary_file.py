# expect: failed
import tempfile


def run():
    return tempfile.mkdtemp()
