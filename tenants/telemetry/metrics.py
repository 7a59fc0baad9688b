"""What one process counts and times, for Prometheus. Each label has few values, all of them known here.

No label names a tenant, a tool or an address: there is no bound on how many of them there are.
"""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.gc_collector import GCCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_CHANNELS = frozenset({"mcp", "rest", "schedule", "tool"})
_AREAS = {"t": "mcp", "api": "rest", "oauth": "oauth", ".well-known": "oauth"}
QUEUES = ("runs", "versions", "schedules", "deliveries", "letters")


class Metrics:
    """One process's. Made once and passed down; what is not asked for costs some microseconds a call."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        self._requests = Counter(
            "sealwright_http_requests", "Requests answered, by part of the product and class of status.",
            ("area", "status"), registry=registry,
        )  # fmt: skip
        self._runs = Counter(
            "sealwright_runs", "Runs that ended, by outcome and by how they were called.",
            ("outcome", "channel"), registry=registry,
        )  # fmt: skip
        self._run_seconds = Histogram(
            "sealwright_run_seconds", "From a run's beginning in the sandbox to its end.",
            ("channel",), buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self._broken = Counter(
            "sealwright_invariants_broken", "Runs that did what their spec says never happens.", registry=registry,
        )  # fmt: skip
        self._host_calls = Counter(
            "sealwright_host_calls", "What runs asked of the world, by capability, and whether it answered or failed.",
            ("capability", "result"), registry=registry,
        )  # fmt: skip
        self._host_seconds = Histogram(
            "sealwright_host_call_seconds", "How long the world took to answer.",
            ("capability",), buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self._versions = Counter(
            "sealwright_versions_judged", "Versions that were built and checked, by what they became.",
            ("state",), registry=registry,
        )  # fmt: skip
        self._judging_seconds = Histogram(
            "sealwright_judging_seconds", "How long building and checking a version took.",
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self._gauges = _gauges(registry)

    def request(self, path: str, status: int) -> None:
        """Count an answered request."""
        area = _AREAS.get(path[1:].partition("/")[0], "other")
        self._requests.labels(area, f"{status // 100}xx").inc()

    def run(self, outcome: str | None, channel: str, seconds: float) -> None:
        """Count a run that has ended."""
        channel = channel if channel in _CHANNELS else "other"
        self._runs.labels(outcome or "none", channel).inc()
        self._run_seconds.labels(channel).observe(seconds)

    def invariant_broken(self) -> None:
        """Count a run of which something did not hold that is always so."""
        self._broken.inc()

    def host_call(self, capability: str, seconds: float, *, is_answered: bool) -> None:
        """Count what a run asked; its grant was looked at before, so the capability is one of ours."""
        self._host_calls.labels(capability, "answered" if is_answered else "failed").inc()
        self._host_seconds.labels(capability).observe(seconds)

    def judged(self, state: str, seconds: float) -> None:
        """Count a version that left the pipeline."""
        self._versions.labels(state).inc()
        self._judging_seconds.observe(seconds)

    def set(self, values: Mapping[str, float]) -> None:
        """Take in what is looked at when somebody asks: by the gauge's name, and `NAME/QUEUE` where it has a queue."""
        for name, value in values.items():
            gauge, _, queue = name.partition("/")
            (self._gauges[gauge].labels(queue) if queue else self._gauges[gauge]).set(value)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)


def _gauges(registry: CollectorRegistry) -> dict[str, Gauge]:
    plain = {
        "sealwright_ready": "Whether this process is ready: 1 or 0.",
        "sealwright_runs_underway": "Runs that this process carries.",
        "sealwright_sandbox_runs": "Runs that its sandbox workers are at.",
        "sealwright_sandbox_places": "Runs that they could be at.",
        "sealwright_sandbox_workers": "Sandbox workers that are there.",
        "sealwright_sandbox_workers_lost": "Sandbox workers that ended before their time, since the start.",
        "sealwright_builds_underway": "Versions that this process builds and checks.",
        "sealwright_database_up": "Whether the database answers: 1 or 0.",
        "sealwright_database_answer_seconds": "How long small questions took, with the wait for a connection.",
        "sealwright_database_connections_used": "Connections of the pool that are in use.",
        "sealwright_event_loop_late_seconds": "How late a task was that was to be run at once.",
    }
    found = {name: Gauge(name, says, registry=registry) for name, says in plain.items()}
    for name, says in (
        ("sealwright_queue_length", "How much waits in the whole installation."),
        ("sealwright_queue_oldest_seconds", "How long the oldest of it has waited."),
    ):
        found[name] = Gauge(name, says, ("queue",), registry=registry)
    return found
