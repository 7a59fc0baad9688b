# expect: failed exception
# says: cannot trace the interpreter
import sys


def run():
    sys.monitoring.use_tool_id(3, "evil")
    sys.monitoring.register_callback(3, sys.monitoring.events.PY_START, print)
