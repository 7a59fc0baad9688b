"""Sixty lines as an agent would write them: dataclasses, enums, regular expressions and Decimals."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

CENT = Decimal("0.01")
LINE = re.compile(r"(?P<name>[\w ]+?)\s*x\s*(?P<count>\d+)\s*@\s*(?P<price>\d+(?:\.\d\d)?)")
NUMBER = re.compile(r"^INV-(\d{4})-(\d{5})$")


class Rate(Enum):
    STANDARD = Decimal("0.19")
    REDUCED = Decimal("0.07")
    NONE = Decimal(0)


class Status(Enum):
    OPEN = "open"
    PAID = "paid"
    LATE = "late"


@dataclass(frozen=True)
class Line:
    name: str
    count: int
    price: Decimal
    rate: Rate

    @property
    def net(self):
        return (self.price * self.count).quantize(CENT, ROUND_HALF_UP)

    @property
    def tax(self):
        return (self.net * self.rate.value).quantize(CENT, ROUND_HALF_UP)


@dataclass
class Invoice:
    number: str
    status: Status
    lines: list[Line]

    def totals(self):
        net, tax = sum((x.net for x in self.lines), Decimal(0)), sum((x.tax for x in self.lines), Decimal(0))
        return {"net": str(net), "tax": str(tax), "gross": str(net + tax)}


def read(text, rate=Rate.STANDARD):
    found = LINE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"cannot read {text!r}")
    return Line(found["name"], int(found["count"]), Decimal(found["price"]), rate)


def tool(number="INV-2026-00001", lines=("pen x 3 @ 1.25", "book x 1 @ 20")):
    if not NUMBER.match(number):
        raise ValueError(number)
    invoice = Invoice(number, Status.OPEN, [read(line) for line in lines])
    return {"number": number, "status": invoice.status.value, **invoice.totals()}
