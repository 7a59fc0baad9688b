# expect: failed|trapped
import sealwright


def run():
    sealwright.CapabilityRefused.__str__ = lambda self: 1 / 0
    sealwright.ToolError.__str__ = lambda self: 1 / 0
    raise sealwright.ToolError("code", "message")
