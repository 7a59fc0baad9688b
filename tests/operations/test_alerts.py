"""Alert rules and dashboard: they name what is there, every rule fires when it should, and none when all is well."""

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tenants.telemetry.metrics import QUEUES, Metrics
from tests.makers import CHECKOUT
from tests.operations.promql import Series, evaluate, names_in

MONITORING = CHECKOUT / "terraform" / "monitoring"
RULES: dict[str, Any] = {
    rule["alert"]: rule
    for group in yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
}
DASHBOARD: dict[str, Any] = json.loads((MONITORING / "grafana.json").read_text())
SHOWN = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
MINUTE = 60.0


def well(metrics: Metrics) -> None:
    """A minute of a process to which nothing happens."""
    for _ in range(100):
        metrics.request("/t/acme/mcp", 200)
        metrics.run("returned", "mcp", 0.02)
        metrics.host_call("kv", 0.001, is_answered=True)
    metrics.judged("awaiting_approval", 2.0)
    values: dict[str, float] = {
        "sealwright_ready": 1, "sealwright_database_up": 1, "sealwright_sandbox_runs": 3,
        "sealwright_sandbox_places": 256, "sealwright_sandbox_workers": 2, "sealwright_sandbox_workers_lost": 0,
        "sealwright_event_loop_late_seconds": 0.001, "sealwright_database_answer_seconds": 0.004,
    }  # fmt: skip
    for queue in QUEUES:
        values |= {f"sealwright_queue_length/{queue}": 1, f"sealwright_queue_oldest_seconds/{queue}": 2}
    metrics.set(values)


def many(do: Callable[[], None]) -> None:
    for _ in range(60):
        do()


# What happens in each minute, after all that is well has happened.
SICK: dict[str, Callable[[Metrics, int], None]] = {
    "SealwrightDatabaseAway": lambda metrics, _: metrics.set({"sealwright_database_up": 0}),
    "SealwrightNotReady": lambda metrics, _: metrics.set({"sealwright_ready": 0}),
    "SealwrightErrors": lambda metrics, _: many(lambda: metrics.request("/api/v1/tenants/acme/runs", 503)),
    "SealwrightRunsTrapped": lambda metrics, _: many(lambda: metrics.run("trapped", "rest", 0.1)),
    "SealwrightInvariantBroken": lambda metrics, _: metrics.invariant_broken(),
    "SealwrightSlowCalls": lambda metrics, _: many(lambda: metrics.run("returned", "mcp", 25.0)),
    "SealwrightWorldFails": lambda metrics, _: many(lambda: metrics.host_call("email", 1.0, is_answered=False)),
    "SealwrightVersionsWait": lambda metrics, _: metrics.set({"sealwright_queue_oldest_seconds/versions": 700}),
    "SealwrightRunsWait": lambda metrics, _: metrics.set({"sealwright_queue_oldest_seconds/runs": 130}),
    "SealwrightSchedulesLate": lambda metrics, _: metrics.set({"sealwright_queue_oldest_seconds/schedules": 130}),
    "SealwrightDeliveriesLate": lambda metrics, _: metrics.set({"sealwright_queue_oldest_seconds/letters": 700}),
    "SealwrightSandboxFull": lambda metrics, _: metrics.set({"sealwright_sandbox_runs": 250}),
    "SealwrightWorkersLost": lambda metrics, nth: metrics.set({"sealwright_sandbox_workers_lost": nth}),
    "SealwrightLoopLate": lambda metrics, _: metrics.set({"sealwright_event_loop_late_seconds": 0.8}),
}


def scraped(happens: Callable[[Metrics, int], None]) -> Series:
    """A quarter of an hour, read each minute."""
    metrics, texts = Metrics(), dict[float, str]()
    for nth in range(16):
        well(metrics)
        happens(metrics, nth)
        texts[nth * MINUTE] = metrics.text().decode()
    return Series.scraped(texts)


def fired(series: Series) -> set[str]:
    found = {name: evaluate(rule["expr"], series, 15 * MINUTE) for name, rule in RULES.items()}
    return {name for name, values in found.items() if any(not math.isnan(value) for value in values.values())}


def test_nothing_fires_when_all_is_well() -> None:
    assert fired(scraped(lambda _metrics, _nth: None)) == set()


@pytest.mark.parametrize("name", SICK)
def test_a_rule_fires_for_what_it_is_for_and_no_other_does(name: str) -> None:
    assert fired(scraped(SICK[name])) == {name}


def test_the_rule_about_open_files_fires() -> None:
    series = Series.scraped({0.0: "process_open_fds 900\nprocess_max_fds 1000\n"})
    assert fired(series) == {"SealwrightFilesOpen"}


def test_every_rule_is_tried_and_says_what_to_do() -> None:
    assert set(RULES) == {*SICK, "SealwrightFilesOpen"}
    for rule in RULES.values():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert set(rule["annotations"]) == {"summary", "action"}


@pytest.mark.parametrize("expr", [*SHOWN, *(rule["expr"] for rule in RULES.values())])
def test_every_metric_that_is_named_exists_and_gives_something(expr: str) -> None:
    series = scraped(lambda metrics, _: metrics.host_call("http", 0.2, is_answered=False))
    there = {name for name, _ in series.samples}
    assert names_in(expr)
    assert names_in(expr) <= there
    for operator in (" > ", " == "):
        expr = expr.partition(operator)[0]
    if "trapped" not in expr and "5xx" not in expr:
        assert evaluate(expr, series, 15 * MINUTE), expr


def test_no_metric_of_ours_is_forgotten_on_the_dashboard() -> None:
    ours = {
        name.removesuffix("_created")
        for name, _ in scraped(lambda _metrics, _nth: None).samples
        if name.startswith("sealwright_")
    }
    ours = {name for name in ours if not name.endswith(("_sum", "_count"))}
    shown = {name for expr in SHOWN for name in names_in(expr)}
    assert {name for name in ours if name not in shown and f"{name}_total" not in shown} <= {
        name.removesuffix("_bucket") for name in shown
    }
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "query",
    ["sealwright_ready ==", "rate(sealwright_runs_total)", "sum(sealwright_ready", "a % b", "sealwright_ready)", ""],
)
def test_a_query_that_is_none_is_refused_by_the_evaluator(query: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        evaluate(query, scraped(lambda _metrics, _nth: None), 0.0)
