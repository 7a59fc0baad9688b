"""Exchange items of a delivered order, after everything that has to be looked at was looked at."""

from decimal import Decimal
from typing import Any

from sealwright import HostError, ToolError, tools


def exchange_items(
    order_id: str,
    exchanges: list[dict[str, str]],
    payment_method_id: str,
    email: str = "",
    first_name: str = "",
    last_name: str = "",
    zip_code: str = "",
) -> dict[str, Any]:
    """Exchange the items and return what the customer pays or gets back."""
    user_id = customer(email, first_name, last_name, zip_code)
    order = ask("get_order_details", order_id=order_id)
    if order["user_id"] != user_id:
        raise ToolError("not_theirs", f"{order_id} is no order of this customer.", hint="Ask for the order's number.")
    if order["status"] != "delivered":
        raise ToolError(
            "not_delivered", f"{order_id} is {order['status']}.", hint="Only what was delivered is exchanged."
        )
    difference = sum((difference_of(order, one) for one in exchanges), Decimal(0))
    demand_means(user_id, payment_method_id, difference)
    ask(
        "exchange_delivered_order_items",
        order_id=order_id,
        item_ids=[one["item_id"] for one in exchanges],
        new_item_ids=[one["new_item_id"] for one in exchanges],
        payment_method_id=payment_method_id,
    )
    return {"order_id": order_id, "status": "exchange requested", "price_difference": f"{difference:.2f}"}


def customer(email: str, first_name: str, last_name: str, zip_code: str) -> str:
    """Return the id of who is asking."""
    if email:
        return str(ask("find_user_id_by_email", email=email)["result"])
    if not (first_name and last_name and zip_code):
        raise ToolError("unknown_customer", "Nothing says who this is.", hint="Give an email, or name and zip code.")
    found = ask("find_user_id_by_name_zip", first_name=first_name, last_name=last_name, zip=zip_code)
    return str(found["result"])


def difference_of(order: dict[str, Any], exchange: dict[str, str]) -> Decimal:
    """Return what one exchange costs, or gives back, once the new item is there and of the same product."""
    old = next((item for item in order["items"] if item["item_id"] == exchange["item_id"]), None)
    if old is None:
        raise ToolError(
            "no_such_item", f"{exchange['item_id']} is not in the order.", hint="Look at the order's items."
        )
    product = ask("get_product_details", product_id=old["product_id"])
    new = product["variants"].get(exchange["new_item_id"])
    if new is None or not new["available"]:
        message = f"{exchange['new_item_id']} is no {product['name']} that is to be had."
        raise ToolError("not_available", message, hint="Choose among the product's available items.")
    return Decimal(str(new["price"])) - Decimal(str(old["price"]))


def demand_means(user_id: str, payment_method_id: str, difference: Decimal) -> None:
    """Raise a ToolError unless the customer has this means of payment and it can pay the difference."""
    method = ask("get_user_details", user_id=user_id)["payment_methods"].get(payment_method_id)
    if method is None:
        raise ToolError("no_such_payment_method", f"The customer has no {payment_method_id}.", hint="Choose another.")
    if method["source"] == "gift_card" and Decimal(str(method["balance"])) < difference:
        raise ToolError(
            "too_little_balance", f"{payment_method_id} cannot pay {difference:.2f}.", hint="Choose another."
        )


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
