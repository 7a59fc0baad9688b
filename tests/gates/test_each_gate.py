"""Each gate by itself: a good tool it has nothing against, and bad ones with the fault that it is there to find."""

from typing import Any

import pytest

from sandbox import Image, Pool
from tenants import gates
from tests.gates.suite import Tool, asked_alone, tools

EVERY = {f"{tool.set}/{tool}": tool for which in ("tuning", "holdout", "kinds") for tool in tools(which)}
GOOD = ("tuning/deal_push/plain", "tuning/rates_cached/plain", "tuning/invoice_total/plain", "tuning/refund_issue/plain")
# Of the suite, those with the fault that the gate is there for.
BAD = {
    "holdouts": ["tuning/invoice_total/bankers"],
    "safety": ["tuning/refund_issue/eval_of_the_answer"],
    "least_privilege": [
        "tuning/fx_convert/every_method", "tuning/usage_meter/whole_tenant", "tuning/fx_convert/asks_for_mail",
    ],
    "idempotency": [
        "tuning/reminders_send/no_ledger", "tuning/reminders_send/done_first", "tuning/reminders_send/claim_never_released",
        "tuning/csv_clean/keeps_the_last_call", "tuning/deal_push/books_without_a_key", "tuning/deal_push/done_before_booked",
        "tuning/deal_push/tries_again_without_a_key", "tuning/digest_mail/uncertain_released", "tuning/refund_ask/no_is_yes",
        "tuning/refund_ask/rehearsal_refunds", "tuning/refund_ask/key_of_chance", "tuning/tiers_set/a_row_each_time",
    ],
    "robustness": [
        "tuning/fx_convert/one_to_one", "tuning/fx_convert/body_unguarded", "tuning/stock_report/no_list_is_empty",
        "tuning/orders_export/stops_at_the_first_failure", "tuning/tickets_draw/for_ever", "tuning/seats_book/room_unread",
    ],
    "budgets": ["tuning/invoice_total/quadratic"],
    "readability": ["tuning/meeting_slots/today_for_bad_days", "holdout/subscription_prorate/floats"],
    "determinism": [
        "tuning/guests_list/everybody_ever", "tuning/guests_list/counts_in_a_global",
        "tuning/guests_list/counts_on_the_function", "tuning/guests_list/in_the_order_of_the_set",
        "tuning/guests_list/appended_in_the_order_of_the_set", "tuning/hours_sum/not_the_days_to_come",
    ],
    "strength": ["tuning/invoice_total/weak_tests"],
    "secrets": ["tuning/refund_issue/key_in_the_log"],
    "injection": ["kinds/html_mail/as_it_came", "kinds/sql_column/any_params", "kinds/step_of_address/as_it_came"],
    "wording": ["holdout/contacts_merge/says_ignore_the_rules"],
}  # fmt: skip
# What no tool of the suite has by itself: an edit of a good one.
EDITED: dict[str, tuple[str, str]] = {
    "contract": ("def deal_push(day: str)", "def deal_push(on: str)"),
    "imports": ("from sealwright import", "import numpy\nfrom sealwright import"),
    "determinism": ('return {"booked": booked', 'return {"booked": booked + len(str(id(deals))) + random.random()'),
}
OTHER_SPEC: dict[str, dict[str, Any]] = {
    "effects": {"examples": [{**case, "done": None} for case in EVERY["tuning/deal_push/plain"].spec["examples"]]},
    "invariants": {"always": [{"say": "at most one deal is booked", "check": "result['booked'] <= 1"}]},
    "privilege": {"capabilities": {"http": EVERY["tuning/deal_push/plain"].spec["capabilities"]["http"]}},
    "examples": {"examples": [{**EVERY["tuning/deal_push/plain"].spec["examples"][2], "result": {"booked": 1, "failed": []}}]},
}


def edited(gate: str) -> Tool:
    good = EVERY["tuning/deal_push/plain"]
    old, new = EDITED.get(gate, ("", ""))
    source = good.source.replace(old, new)
    if gate == "determinism":
        source = source.replace("from sealwright import", "import random\n\nfrom sealwright import", 1)
    effects = {"effects": "read"} if gate == "determinism" else {}
    return Tool("tuning", "deal_push", gate, gate, {**good.spec, **OTHER_SPEC.get(gate, {}), **effects}, source)


def test_every_gate_has_a_fault_to_find() -> None:
    # Two name and ask, and stop nothing: tests/gates/test_kinds.py and test_coverage.py.
    assert {gate.name for gate in gates.EVERY} == {*BAD, *EDITED, *OTHER_SPEC, "consistency", "coverage"}


@pytest.mark.parametrize("gate", [gate.name for gate in gates.EVERY])
async def test_a_gate_has_nothing_against_a_good_tool(gate: str, pool: Pool, image: Image) -> None:
    for name in GOOD:
        assert await asked_alone(EVERY[name], gate, pool, image) == []


@pytest.mark.parametrize(("gate", "name"), [(gate, name) for gate, names in BAD.items() for name in names])
async def test_a_gate_finds_its_fault_and_says_what_to_do(gate: str, name: str, pool: Pool, image: Image) -> None:
    errors = await asked_alone(EVERY[name], gate, pool, image)
    assert gate in {finding.gate for finding in errors}
    assert all(finding.hint for finding in errors)


@pytest.mark.parametrize("gate", [*EDITED, *OTHER_SPEC])
async def test_a_gate_finds_what_was_done_to_a_good_tool(gate: str, pool: Pool, image: Image) -> None:
    errors = await asked_alone(edited(gate), gate, pool, image)
    assert gate in {finding.gate for finding in errors}
    assert all(finding.hint for finding in errors)
