"""Cancel a pending order of the customer who asks."""

from typing import Any

from sealwright import HostError, ToolError, tools


def cancel_order(
    order_id: str, reason: str, email: str = "", first_name: str = "", last_name: str = "", zip_code: str = ""
) -> dict[str, Any]:
    """Cancel the order and return what goes back, and to where."""
    user_id = customer(email, first_name, last_name, zip_code)
    order = ask("get_order_details", order_id=order_id)
    if order["user_id"] != user_id:
        raise ToolError("not_theirs", f"{order_id} is no order of this customer.", hint="Ask for the order's number.")
    if order["status"] != "pending":
        raise ToolError("not_pending", f"{order_id} is {order['status']}.", hint="Only a pending order is cancelled.")
    cancelled = ask("cancel_pending_order", order_id=order_id, reason=reason)
    refunds = [one for one in cancelled["payment_history"] if one["transaction_type"] == "refund"]
    return {
        "order_id": order_id,
        "status": "cancelled",
        "refunds": [{"to": one["payment_method_id"], "amount": one["amount"]} for one in refunds],
    }


def customer(email: str, first_name: str, last_name: str, zip_code: str) -> str:
    """Return the id of who is asking."""
    if email:
        return str(ask("find_user_id_by_email", email=email)["result"])
    if not (first_name and last_name and zip_code):
        raise ToolError("unknown_customer", "Nothing says who this is.", hint="Give an email, or name and zip code.")
    found = ask("find_user_id_by_name_zip", first_name=first_name, last_name=last_name, zip=zip_code)
    return str(found["result"])


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
