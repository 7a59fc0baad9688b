"""A tenant with very many live tools: the rows that publishing would have made, with no sandbox run for them."""

from typing import Any

from tests.api.site import ECHO_OUT, Home
from tests.live_tools import Live, plain_spec, put_live

_ACTIONS = {
    "list": ("List", "Lists {0} page by page, the newest first, with what each one is worth."),
    "find": ("Find", "Finds {0} by number, name or date and shows where they stand."),
    "create": ("Create", "Creates one of the {0} from what the caller gives and checks it first."),
    "update": ("Update", "Changes fields of {0} and keeps what was there before for the record."),
    "archive": ("Archive", "Puts {0} away that nobody has touched for a long time."),
    "export": ("Export", "Writes {0} as a CSV table for the accountant or for a spreadsheet."),
    "import": ("Import", "Takes {0} over from a CSV table and reports each row that does not fit."),
    "merge": ("Merge", "Joins {0} that are there twice and repairs what pointed at them."),
    "assign": ("Assign", "Gives {0} to the person in charge and tells that person."),
    "approve": ("Approve", "Marks {0} as approved once every check of the department has passed."),
    "reject": ("Reject", "Turns {0} down with a reason that goes back to whoever asked."),
    "summarise": ("Summarise", "Sums {0} up by week, month and region for the monthly report."),
    "validate": ("Validate", "Checks {0} against the rules of the house and names what is wrong."),
    "tag": ("Tag", "Puts labels on {0} so that they are found again."),
    "notify": ("Notify", "Tells everybody concerned about {0} by email, each of them once."),
    "score": ("Score", "Gives {0} a score from 0 to 100 by what is known of them."),
    "forecast": ("Forecast", "Estimates how many {0} the next quarter will bring."),
    "reconcile": ("Reconcile", "Compares {0} with the ledger and lists every difference."),
    "schedule": ("Schedule", "Plans {0} on free dates of the people who must be there."),
    "translate": ("Translate", "Translates the text of {0} into the language of the customer."),
}
_THINGS_TEXT = (
    "invoices orders contracts tickets leads deals shipments payments refunds expenses employees candidates timesheets "
    "meetings documents licences suppliers products prices discounts campaigns newsletters surveys reviews complaints "
    "warranties claims policies assets devices servers incidents releases projects tasks milestones budgets accounts "
    "transactions subscriptions trials coupons parcels warehouses vehicles routes drivers visits samples recipes"
)
_THINGS = _THINGS_TEXT.split()


def ordinary(number: int, tenant: str = "") -> dict[str, Any]:
    """The `number`th of a thousand ordinary specs; `tenant` is written into its name and its words."""
    action, (title, words) = list(_ACTIONS.items())[number % len(_ACTIONS)]
    thing = _THINGS[number // len(_ACTIONS) % len(_THINGS)]
    return spec(
        "_".join(part for part in (thing, action, tenant) if part),
        words.format(thing) + (f" Of {tenant}." if tenant else ""),
        title=f"{title} {thing}",
    )


def spec(name: str, description: str, title: str | None = None) -> dict[str, Any]:
    properties = {
        "text": {"type": "string", "description": "What it is about."},
        "since": {"type": "string", "format": "date", "description": "The first day that counts."},
        "count_max": {"type": "integer", "minimum": 1, "maximum": 500, "default": 50},
    }
    takes = {"type": "object", "properties": properties, "required": ["text"]}
    return plain_spec(name, title=title, description=description, input_schema=takes, output_schema=ECHO_OUT)


async def stock(home: Home, wanted: list[dict[str, Any]]) -> None:
    """Make every spec of `wanted` a live tool; each repeats its `text`."""
    await put_live(home.site.database, home.tenant.id, *(Live(one, "echo") for one in wanted))
