# expect: failed|exhausted
# limits: {"result_bytes": 100000}
from sealwright import ToolError


def run():
    raise ToolError("big", "x" * 1_000_000, details={"a": "y" * 5_000_000})
