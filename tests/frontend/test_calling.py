"""A tool is called by a form that is made from its whole schema, with the same arguments as JSON beside it."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.frontend.axe import demand_sound
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in
from tests.makers import TenantAccess, make_live, make_spec

SOURCE = '''"""Take an order."""

from typing import Any


def order_take(
    lines: list[dict[str, Any]], pay: dict[str, str] | str, due: str = "", day: str = "", photo: str = ""
) -> dict[str, Any]:
    """Return the order as it came."""
    return {"lines": lines, "pay": pay, "due": due, "day": day, "photo": photo}
'''
LINE = {
    "type": "object",
    "properties": {
        "item": {"type": "string", "minLength": 1, "maxLength": 200},
        "count": {"type": "integer", "minimum": 1},
    },
    "required": ["item", "count"],
    "additionalProperties": False,
}
CARD = {
    "type": "object",
    "title": "card",
    "properties": {"number": {"type": "string", "pattern": "^[0-9]{4}$"}},
    "required": ["number"],
    "additionalProperties": False,
}
PLACES: dict[str, Any] = {
    "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}, "minItems": 1, "maxItems": 50},
    "pay": {"oneOf": [{"const": "cash", "title": "cash"}, CARD]},
    "due": {"type": "string", "format": "date-time", "maxLength": 40},
    "day": {"type": "string", "format": "date", "maxLength": 10},
    "photo": {"type": "string", "contentEncoding": "base64", "maxLength": 2_000},
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": PLACES,
    "required": ["lines", "pay"],
    "additionalProperties": False,
    "$defs": {"line": LINE},
}


def spec() -> dict[str, Any]:
    one: dict[str, Any] = {"lines": [{"item": "tea", "count": 1}], "pay": "cash"}
    two: dict[str, Any] = {"lines": [{"item": "ink", "count": 2}], "pay": {"number": "1234"}, "day": "2026-01-02"}
    three = {**two, "due": "2026-01-02T03:04:05Z", "photo": "aGk="}
    none = {"due": "", "day": "", "photo": ""}
    return make_spec(
        "order_take",
        title="Take an order",
        description="Takes an order and says it again.",
        input_schema=SCHEMA,
        output_schema={"type": "object"},
        examples=[{"arguments": each, "result": {**none, **each}} for each in (one, two)],
        holdouts=[{"arguments": three, "result": {**none, **three}}],
    )


@pytest.mark.timeout(180)
async def test_a_call_is_filled_in_part_by_part_or_as_json_and_both_are_one(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant, spec(), SOURCE)
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await page.goto(f"{tenant.product.url}/tenants/{tenant.slug}/tools/order_take?tab=call")
        await fill_in_the_parts(page)
        await write_the_json(page)
        await page.get_by_role("button", name="Call order_take").click()
        came = page.get_by_role("region", name="What came of it")
        await expect(came).to_contain_text("returned")
        await demand_sound(page)
    assert complaints == []
    (run,) = (await tenant.api.get("/runs?tool=order_take")).json()["items"]
    given = (await tenant.api.get(f"/runs/{run['id']}")).json()["arguments"]
    assert given.pop("due").startswith("2026-05-0")
    assert given == {
        "lines": [{"item": "RLO \u202e <b>tea</b> 🫖", "count": 3}],
        "pay": {"number": "4321"},
        "day": "2026-05-07",
        "photo": "SU1BR0U=",
    }


async def fill_in_the_parts(page: Page) -> None:
    send = page.get_by_role("button", name="Call order_take")
    await page.get_by_role("button", name="Add to lines").click()
    second = page.get_by_role("group", name="lines 2")
    await expect(send).to_have_attribute(
        "aria-description", "lines/1/item: It must be of this many characters at least: 1."
    )
    await second.get_by_label("item").fill("RLO \u202e <b>tea</b> 🫖")
    await second.get_by_label("count").fill("0")
    await expect(second.get_by_text("It must be at least 1.")).to_be_visible()
    await second.get_by_label("count").fill("3")
    await page.get_by_role("button", name="Remove lines 1", exact=True).click()
    # What stood behind it moved up, and the focus is where the next item is added.
    await expect(page.get_by_role("group", name="lines 1").get_by_label("count")).to_have_value("3")
    await expect(page.get_by_role("button", name="Add to lines")).to_be_focused()
    pay = page.get_by_role("group", name="pay")
    await pay.get_by_text("card", exact=True).click()
    await pay.get_by_label("number").fill("43")
    await expect(pay.get_by_text("It does not look like")).to_be_visible()
    await pay.get_by_label("number").fill("4321")
    await page.get_by_label("due").fill("2026-05-06T07:08:09")
    await page.get_by_label("day").fill("2026-05-06")
    await page.get_by_label("photo").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"IMAGE"})
    await expect(page.get_by_text("5 B chosen")).to_be_visible()
    await expect(page.get_by_text("fits the tool")).to_be_visible()


async def write_the_json(page: Page) -> None:
    editor = page.get_by_role("textbox", name="Arguments as JSON")
    await expect(editor).to_contain_text('"photo": "SU1BR0U="')
    text = await editor.evaluate(
        "element => [...element.querySelectorAll('.cm-line')].map(one => one.textContent).join('\\n')"
    )
    await editor.press("ControlOrMeta+a")
    await page.keyboard.insert_text(text.replace('2026-05-06"', '2026-05-07"') + "}")
    await expect(page.get_by_text("The JSON does not parse")).to_be_visible()
    await editor.press("Backspace")
    await expect(page.get_by_label("day")).to_have_value("2026-05-07")
