"""Return items of a delivered order, after everything that has to be looked at was looked at."""

from collections import Counter
from decimal import Decimal
from typing import Any

from sealwright import HostError, ToolError, tools


def return_items(
    order_id: str,
    item_ids: list[str],
    payment_method_id: str,
    email: str = "",
    first_name: str = "",
    last_name: str = "",
    zip_code: str = "",
) -> dict[str, Any]:
    """Request the return and return what the customer gets back."""
    user_id = customer(email, first_name, last_name, zip_code)
    order = ask("get_order_details", order_id=order_id)
    if order["user_id"] != user_id:
        raise ToolError("not_theirs", f"{order_id} is no order of this customer.", hint="Ask for the order's number.")
    if order["status"] != "delivered":
        raise ToolError(
            "not_delivered", f"{order_id} is {order['status']}.", hint="Only what was delivered is returned."
        )
    demand_items(order, item_ids)
    demand_means(user_id, order, payment_method_id)
    prices = {item["item_id"]: Decimal(str(item["price"])) for item in order["items"]}
    ask("return_delivered_order_items", order_id=order_id, item_ids=item_ids, payment_method_id=payment_method_id)
    refund = sum((prices[item_id] for item_id in item_ids), Decimal(0))
    return {"order_id": order_id, "status": "return requested", "refund": f"{refund:.2f}"}


def customer(email: str, first_name: str, last_name: str, zip_code: str) -> str:
    """Return the id of who is asking."""
    if email:
        return str(ask("find_user_id_by_email", email=email)["result"])
    if not (first_name and last_name and zip_code):
        raise ToolError("unknown_customer", "Nothing says who this is.", hint="Give an email, or name and zip code.")
    found = ask("find_user_id_by_name_zip", first_name=first_name, last_name=last_name, zip=zip_code)
    return str(found["result"])


def demand_items(order: dict[str, Any], item_ids: list[str]) -> None:
    """Raise a ToolError unless the order holds each item as often as it is to be returned."""
    missing = Counter(item_ids) - Counter(item["item_id"] for item in order["items"])
    if missing:
        raise ToolError("no_such_item", f"{min(missing)} is not in the order.", hint="Look at the order's items.")


def demand_means(user_id: str, order: dict[str, Any], payment_method_id: str) -> None:
    """Raise a ToolError unless money may go there: to a gift card of the customer's, or back to where it came from."""
    method = ask("get_user_details", user_id=user_id)["payment_methods"].get(payment_method_id)
    if method is None:
        raise ToolError("no_such_payment_method", f"The customer has no {payment_method_id}.", hint="Choose another.")
    paid_with = order["payment_history"][0]["payment_method_id"]
    if method["source"] != "gift_card" and payment_method_id != paid_with:
        message = f"The order was paid with {paid_with}."
        raise ToolError("other_payment_method", message, hint="Choose that one, or a gift card.")


def ask(name: str, **arguments: Any) -> dict[str, Any]:
    """Call one of the shop's tools."""
    try:
        said = tools.call(name, arguments)
    except HostError as error:
        code = "refused" if error.code == "refused" else "shop_failed"
        raise ToolError(code, f"{name}: {error.message}", hint=error.hint or "Try again later.") from error
    if not isinstance(said, dict):
        raise ToolError("shop_failed", f"{name} answered with no object.", hint="Try again later.")
    return said
