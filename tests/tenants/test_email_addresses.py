"""One address has one form, however it is written; what has no single form is no address."""

import pytest

from tenants.base.errors import InvalidError
from tenants.people.email_addresses import tidy_email

ANN = "ann@acme.example"
SAME = [
    ANN,
    "ANN@ACME.EXAMPLE",
    " ann@acme.example ",
    "\tann@acme.example\r\n",
    "ann@acme.example\x1c",
    "ann@acme.example\x1d\x1d",
    "\x1eann@acme.example",
    "ann@acme.example\x1f",
    "ann@acme.example\x85",
    "ann@acme.example\xa0",
    "ann@acme.example\u2003",
    "\u2028ann@acme.example\u2029",
    "\u3000ann@acme.example",
    "ann@acme.example\x0b\x0c",
]
SEVERAL_SPELLINGS = [
    ("ann@b\u00fccher.example", "ann@xn--bcher-kva.example"),
    ("ann@bu\u0308cher.example", "ann@xn--bcher-kva.example"),
    ("ann@B\u00dcCHER.example", "ann@xn--bcher-kva.example"),
    ("ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example"),
    ("ren\u00e9@acme.example", "ren\u00e9@acme.example"),
    ("rene\u0301@acme.example", "ren\u00e9@acme.example"),
    ("REN\u00c9@acme.example", "ren\u00e9@acme.example"),
    ("\u212aim@acme.example", "kim@acme.example"),  # the Kelvin sign is the letter K
]
NONE = [
    "", " ", "@", "ann", "ann@", "@acme.example", "ann@acme@example", "ann@@acme.example",
    "ann @acme.example", "ann@ acme.example", "an n@acme.example", "ann@acme .example",
    "a\x00nn@acme.example", "ann\x1f@acme.example", "ann@acme\x1c.example", "ann\x7f@acme.example",
    "ann\u200b@acme.example", "ann@acme.example\u200b", "\ufeffann@acme.example", "ann\u00ad@acme.example",
    "ann\u202e@acme.example", "ann@acme.example\u2060", "ann\u2028bob@acme.example", "ann\ud800@acme.example",
    "\uff41nn@acme.example", "ann\uff20acme.example", "ann@acme\uff0eexample", "\ufb01nn@acme.example",
    "\u017fam@acme.example", "ann@\u2460.example", "ann@acme..example", "ann@.acme.example",
    "ann@acme.example.", "ann@-acme.example", "ann@acme-.example", "ann@xn--a.example",
    "ann<bob@acme.example>", "ann@acme.example,bob@acme.example", "ann@acme.example;", '"ann"@acme.example',
    "ann@[127.0.0.1]", "ann(x)@acme.example", "a" * 65 + "@acme.example", "ann@" + "a" * 64 + ".example",
    "\u00e9" * 33 + "@acme.example", "ann@" + "a." * 130 + "example", "x" * 2_000_000 + "@acme.example",
]  # fmt: skip


@pytest.mark.parametrize("given", SAME)
def test_one_address_has_one_form(given: str) -> None:
    assert tidy_email(given) == ANN


@pytest.mark.parametrize(("given", "form"), SEVERAL_SPELLINGS)
def test_letters_that_can_be_written_in_two_ways_have_one(given: str, form: str) -> None:
    assert tidy_email(given) == form


@pytest.mark.parametrize("given", [*SAME, *(given for given, _ in SEVERAL_SPELLINGS), "\u0130x@acme.example"])
def test_the_form_of_a_form_is_itself(given: str) -> None:
    assert tidy_email(tidy_email(given)) == tidy_email(given)


@pytest.mark.parametrize("given", NONE, ids=range(len(NONE)))
def test_what_has_no_single_form_is_no_address(given: str) -> None:
    with pytest.raises(InvalidError):
        tidy_email(given)
