# expect: refused capability_refused
from sealwright import tools


def run():
    return tools.call("another_tool", {})
