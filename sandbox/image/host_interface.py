"""What an instance may ask of its host: the imports of the image that are answered. Whatever else it asks ends it."""

WASI = "@0.2.9"  # what componentize-py's components import
HOST = "sealwright:tool/host"
ENVIRONMENT, WALL_CLOCK, MONOTONIC_CLOCK, PREOPENS, RANDOM = (
    f"wasi:{key}{WASI}"
    for key in (
        "cli/environment",
        "clocks/wall-clock",
        "clocks/monotonic-clock",
        "filesystem/preopens",
        "random/random",
    )
)

ANSWERED = frozenset(
    {
        (HOST, "call"),
        (HOST, "progress"),
        (HOST, "log"),
        (ENVIRONMENT, "get-environment"),
        (ENVIRONMENT, "get-arguments"),
        (WALL_CLOCK, "now"),
        (MONOTONIC_CLOCK, "now"),
        (MONOTONIC_CLOCK, "resolution"),
        (PREOPENS, "get-directories"),
        (RANDOM, "get-random-bytes"),
        (RANDOM, "get-random-u64"),
    }
)
"""(interface, function)."""
