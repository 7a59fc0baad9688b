"""Names of tools as clients and models misspell them."""

import difflib
import re
from collections.abc import Collection

# Clients put their own name for a server before a tool's.
_PREFIX = re.compile(r"mcp__.+?__|.*[./:]")
_LENGTH_MAX = 100


def near(name: str, known: Collection[str], *, most: int = 3, cutoff: float = 0.6) -> list[str]:
    """Those of `known` that may be meant, the likeliest first; the very one alone, where only its spelling differs."""
    plain = _PREFIX.sub("", name[:_LENGTH_MAX], count=1).strip().lower().replace("-", "_").replace(" ", "_")
    if plain in known:
        return [plain]
    without = {one.replace("_", ""): one for one in known}
    if plain.replace("_", "") in without:
        return [without[plain.replace("_", "")]]
    return difflib.get_close_matches(plain, known, n=most, cutoff=cutoff)
