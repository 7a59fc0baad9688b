"""One fresh instance a call, metered."""

import json
import threading

import pytest

from sandbox.contract.components import Call
from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Cancelled, Exhausted, Failed, Refused, Returned
from sandbox.machine.meters import Stopped
from tests.sandbox.makers import SEED, STARTED_NS, Bench, Bridge

RANDOM = (
    "import datetime, random, secrets, uuid\n"
    "return [random.random(), secrets.token_hex(4), str(uuid.uuid4()), str(datetime.datetime.now())]"
)


def test_the_same_call_gives_the_same_result_and_fuel(bench: Bench) -> None:
    first, second = bench.try_body(RANDOM), bench.try_body(RANDOM)

    assert first == second


def test_another_seed_gives_other_randomness(bench: Bench) -> None:
    assert bench.try_body(RANDOM).outcome != bench.try_body(RANDOM, seed=bytes(32)).outcome


def test_a_run_starts_fresh_every_time(bench: Bench) -> None:
    loaded = bench.load(bench.build("SEEN = []\ndef tool(**given):\n    SEEN.append(1)\n    return len(SEEN)"))

    assert [bench.call(loaded).outcome for _ in range(3)] == [Returned("1")] * 3


def test_time_passes_only_while_the_host_works(bench: Bench) -> None:
    ran = bench.try_body(
        "import time\nfrom sealwright import kv\nstart = time.monotonic_ns()\nsum(range(100_000))\n"
        "kv.get('x')\nreturn time.monotonic_ns() - start"
    )

    assert isinstance(ran.outcome, Returned)
    assert 5_000_000 <= int(ran.outcome.result) < 5_010_000


@pytest.mark.parametrize(
    ("body", "limits", "code"),
    [
        ("while True: pass", Limits(fuel=50_000_000), "fuel"),
        ("import re\nre.match('(a+)+$', 'a' * 40 + 'b')", Limits(fuel=50_000_000), "fuel"),
        ("while True: pass", Limits(fuel=10**12, wall_ms=50), "wall_ms"),
        ("return 'x' * 2000", Limits(result_bytes=1000), "result_bytes"),
        ("from sealwright import kv\nfor i in range(9): kv.get('x')", Limits(host_calls=5), "host_calls"),
        ("from sealwright import kv\nkv.set('x', 'y' * 2000)", Limits(argument_bytes=1000), "argument_bytes"),
        ("from sealwright import kv\nkv.set('x', 'y' * 2000)", Limits(response_bytes=1000), "response_bytes"),
    ],
)
def test_running_out_is_an_outcome_that_names_the_limit(bench: Bench, body: str, limits: Limits, code: str) -> None:
    ran = bench.try_body(body, limits=limits)

    assert isinstance(ran.outcome, Exhausted)
    assert ran.outcome.fault.code == code
    assert "limits." + code in (ran.outcome.fault.hint or "")


def test_all_the_fuel_is_accounted_for(bench: Bench) -> None:
    ran = bench.try_body("while True: pass", limits=Limits(fuel=50_000_000))

    assert ran.fuel_used == 50_000_000


LOOPS = {
    "a loop that calls nothing": "while True: pass",
    "a loop that counts": "n = 0\nwhile True: n += 1",
    "an endless sum": "import itertools\nsum(itertools.count())",
    "a pattern that goes back and back": "import re\nre.match('(a+)+$', 'a' * 60 + 'b')",
    "a great power": "10 ** (10 ** 8)",
    "a loop of calls": "def f(): pass\nwhile True: f()",
    "a long list": "while True: list(range(100_000))",
}


@pytest.mark.parametrize("loop", LOOPS)
def test_a_run_that_the_clock_ends_has_used_what_it_computed(bench: Bench, loop: str) -> None:
    """Against one that its fuel ends: of the same loop, for as long."""
    spent = bench.try_body(LOOPS["a loop that counts"], limits=Limits(fuel=300_000_000))
    assert spent.fuel_used == 300_000_000
    ran = bench.try_body(LOOPS[loop], limits=Limits(fuel=10**12, wall_ms=400))
    assert isinstance(ran.outcome, Exhausted)
    assert ran.outcome.fault.code == "wall_ms"
    assert ran.fuel_used > 10_000_000  # not the few that stood there before the loop began


def test_no_more_than_the_limit_is_said_to_have_been_used(bench: Bench) -> None:
    ran = bench.try_body("while True: pass", limits=Limits(fuel=60_000_000, wall_ms=20_000))
    assert ran.fuel_used == 60_000_000


def test_a_refused_call_ends_the_run_as_refused(bench: Bench) -> None:
    ran = bench.try_body("from sealwright import http\nhttp.get('https://x')")

    assert isinstance(ran.outcome, Refused)
    assert ran.outcome.fault.message == "http is not granted"


def test_a_tool_error_is_the_fault(bench: Bench) -> None:
    ran = bench.try_body(
        "from sealwright import ToolError\nraise ToolError('gone', 'No such thing.', hint='Look.', details={'id': 4})"
    )

    assert isinstance(ran.outcome, Failed)
    fault = ran.outcome.fault
    assert (fault.code, fault.message, fault.hint, (fault.details or {})["id"]) == (
        "gone",
        "No such thing.",
        "Look.",
        4,
    )


def test_arguments_that_do_not_fit_are_named(bench: Bench) -> None:
    loaded = bench.load(bench.build("def tool(customer): return customer"))
    ran = bench.call(loaded, {"customr": 1})

    assert isinstance(ran.outcome, Failed)
    assert ran.outcome.fault.code == "invalid_arguments"
    assert "customr" in ran.outcome.fault.message


def test_host_calls_carry_json_both_ways(bench: Bench) -> None:
    bridge = Bridge()
    ran = bench.try_body("from sealwright import kv\nreturn kv.get('naïve \\u2603')", bridge=bridge)

    assert bridge.asked == [{"capability": "kv", "operation": "get", "payload": {"key": "naïve ☃", "scope": "tool"}}]
    assert isinstance(ran.outcome, Returned)
    assert json.loads(ran.outcome.result)["key"] == "naïve ☃"
    assert ran.host_calls == 1


def test_progress_reaches_the_bridge(bench: Bench) -> None:
    bridge = Bridge()
    bench.try_body("from sealwright import progress\nprogress(1)\nprogress(2, 4, 'half')", bridge=bridge)

    assert bridge.asked == [{"progress": [1.0, None, None]}, {"progress": [2.0, 4.0, "half"]}]


def test_a_bridge_can_end_the_run(bench: Bench) -> None:
    class Ending(Bridge):
        def host(self, request: str) -> tuple[str, int]:
            raise Stopped(Cancelled())  # whatever is asked

    assert bench.try_body("from sealwright import kv\nkv.get('x')", bridge=Ending()).outcome == Cancelled()


def test_what_a_bridge_raises_comes_out(bench: Bench) -> None:
    class Broken(Bridge):
        def host(self, request: str) -> tuple[str, int]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bench.try_body("from sealwright import kv\nkv.get('x')", bridge=Broken())


def test_cancelling_ends_a_computing_run(bench: Bench) -> None:
    started = threading.Event()

    class Telling(Bridge):
        def progress(self, done: float, total: float | None, message: str | None) -> None:
            started.set()

    loaded = bench.load(
        bench.build("from sealwright import progress\ndef tool():\n    progress(1)\n    while True: pass")
    )
    with bench.engine.instantiate(loaded, Limits(fuel=10**12)) as instance:

        def cancel() -> None:
            started.wait(10)
            instance.cancel()

        canceller = threading.Thread(target=cancel)
        canceller.start()
        assert instance.call(Call("{}", SEED, STARTED_NS), Telling()).outcome == Cancelled()
        canceller.join()


def test_a_tool_that_forges_its_answer_fools_only_itself(bench: Bench) -> None:
    for forged in ("'R{'", "'RNaN'", "'X'", "''", "'D{}'", "'Fnull'"):
        ran = bench.try_body(f"import sealwright_runner.program as p\np._result = lambda value: {forged}[1:]\nreturn 1")
        assert ran.outcome.kind in ("failed", "returned")
        if isinstance(ran.outcome, Returned):
            json.loads(ran.outcome.result)
