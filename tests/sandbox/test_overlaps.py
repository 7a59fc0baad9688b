"""Two grants meet where one may write what the other may read, however each spells it."""

import pytest

from sandbox import Grant, overlaps


@pytest.mark.parametrize(
    ("writer", "reader", "met"),
    [
        ({"files": ["config/*"]}, {"files": ["read config/payees.csv"]}, ["config/payees.csv"]),
        ({"files": ["config/payees.csv"]}, {"files": ["read config/*"]}, ["config/*"]),
        ({"files": ["*"]}, {"files": ["read a"]}, ["a"]),
        ({"files": ["a"]}, {"files": ["read *"]}, ["*"]),
        ({"files": ["a/*/c"]}, {"files": ["read a/b/*"]}, ["a/b/*"]),
        ({"files": ["a/*.csv"]}, {"files": ["read a/*.json"]}, []),
        ({"files": ["config/*"]}, {"files": ["share config/*"]}, ["config/*"]),
        ({"files": ["config/*"]}, {"files": ["config/*"]}, ["config/*"]),
        ({"files": ["read config/*"]}, {"files": ["read config/*"]}, []),
        ({"files": ["share config/*"]}, {"files": ["read config/*"]}, []),
        ({"files": ["reports/*"]}, {"files": ["read config/*"]}, []),
        ({"files": ["config/a"]}, {"files": ["read config/ab"]}, []),
        ({"kv": ["tenant/rates/*"]}, {"kv": ["read tenant/rates/eur"]}, ["tenant/rates/eur"]),
        ({"kv": ["tenant/*"]}, {"kv": ["tenant/*"]}, ["tenant/*"]),
        ({"kv": ["tool/*"]}, {"kv": ["read tool/*"]}, []),
        ({"kv": ["*"]}, {"kv": ["read tenant/a"]}, ["tenant/a"]),
        ({"kv": ["read tenant/*"]}, {"kv": ["read tenant/*"]}, []),
        ({"ledger": ["campaign/*"]}, {"ledger": ["read campaign/may"]}, ["campaign/may"]),
        ({"ledger": ["invoice/*"]}, {"ledger": ["read campaign/*"]}, []),
        ({"ledger": ["campaign/*"]}, {"files": ["read campaign/*"]}, []),
        ({"sql": ["write crm"]}, {"sql": ["read crm"]}, ["crm: *"]),
        ({"sql": ["write crm"]}, {"sql": ["crm: SELECT a FROM people"]}, ["crm: people"]),
        ({"sql": ["crm: UPDATE people SET a = :a"]}, {"sql": ["crm: SELECT a FROM people"]}, ["crm: people"]),
        ({"sql": ["crm: UPDATE People SET a = :a"]}, {"sql": ["crm: SELECT a FROM x JOIN people"]}, ["crm: people"]),
        ({"sql": ["crm: DELETE FROM public.people"]}, {"sql": ["crm: SELECT a FROM people"]}, ["crm: people"]),
        ({"sql": ["crm: INSERT INTO people VALUES (:a)"]}, {"sql": ["crm: SELECT a FROM x, people"]}, ["crm: people"]),
        ({"sql": ["crm: UPDATE people SET a = :a"]}, {"sql": ["crm: SELECT a FROM orders"]}, []),
        ({"sql": ["crm: UPDATE people SET a = :a"]}, {"sql": ["erp: SELECT a FROM people"]}, []),
        ({"sql": ["read crm"]}, {"sql": ["read crm"]}, []),
        ({"sql": ["write *"]}, {"sql": ["read crm"]}, ["crm: *"]),
        ({"http": ["POST https://x.example/*"]}, {"http": ["GET https://x.example/*"]}, []),
        ({}, {"files": ["read *"]}, []),
    ],
)
def test_what_one_writes_and_the_other_reads(
    writer: dict[str, object], reader: dict[str, object], met: list[str]
) -> None:
    found = overlaps.meeting(Grant.parse(writer), Grant.parse(reader))
    assert sorted(place.pattern for place in found) == met
