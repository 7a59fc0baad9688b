"""Has it become worse, or is it chance? One exact test on four counts."""

from dataclasses import dataclass
from math import exp, lgamma

# A term this much smaller than the sum of those before it changes nothing any more, and neither do those after it.
_NEGLIGIBLE = 1e-17


@dataclass(frozen=True, slots=True)
class Tally:
    """Calls that say something about a version, and how many of them failed."""

    calls: int = 0
    failed: int = 0


def worse_by_chance(new: Tally, old: Tally) -> float:
    """Return how likely the new one fails this often, or more, although it is no worse than the old one.

    Fisher's exact test, one-sided: of all ways to deal the failures out over the calls of both, the share of those
    that leave the new one at least as many as it had. 1.0 when it fails no more often than the old one.
    """
    if new.failed * old.calls <= old.failed * new.calls:
        return 1.0
    calls, failed = new.calls + old.calls, new.failed + old.failed
    term = exp(_ways(new.calls, new.failed) + _ways(old.calls, old.failed) - _ways(calls, failed))
    total, hit = term, new.failed
    # Above the mean, as here, each further term is smaller than the one before.
    while hit < min(new.calls, failed) and term > total * _NEGLIGIBLE:
        term *= (new.calls - hit) * (failed - hit) / ((hit + 1) * (old.calls - failed + hit + 1))
        total, hit = total + term, hit + 1
    return min(1.0, total)


def _ways(calls: int, failed: int) -> float:
    """The logarithm of the number of ways to choose which calls failed."""
    return lgamma(calls + 1) - lgamma(failed + 1) - lgamma(calls - failed + 1)
