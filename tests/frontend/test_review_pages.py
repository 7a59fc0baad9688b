"""What an approver sees of a version's deeds, in a real Chromium: each as what it is, beside the version before."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in
from tests.makers import TenantAccess, make_spec, propose, submit

SOURCE = '''"""Send a report."""

from sealwright import email, files, http


def report_send(to: str) -> dict[str, str]:
    """Write the report, say so by mail and to the ledger of the house; return the file's path."""
    files.write("reports/list.csv", "name,amount\\nann,3\\n", content_type="text/csv")
    http.post("https://books.example/entries", json={"amount": 3, "to": to}).raise_for_status()
    email.send(to=to, sender="shop@acme.com", subject="Your report", text="You owe 3 EUR.", html="<h1>You owe 3 EUR.</h1>")
    return {"path": "reports/list.csv"}
'''  # noqa: E501 - a line of the tool's
ONE_STRING: dict[str, Any] = {
    "type": "object",
    "properties": {"to": {"type": "string"}},
    "required": ["to"],
    "additionalProperties": False,
}


def spec(amount: str) -> dict[str, Any]:
    example = {
        "title": "one buyer",
        "arguments": {"to": "ann@a.example"},
        "world": {"http": {"POST https://books.example/entries": {"status": 201}}},
        "result": {"path": "reports/list.csv"},
        "done": {
            "email": [{"to": "ann@a.example", "subject": "Your report", "text": {"contains": amount}, "html": f"<h1>You owe {amount}.</h1>"}],
            "http": [{"method": "POST", "url": "https://books.example/entries", "json": {"amount": 3, "to": "ann@a.example"}}],
            "files": {"reports/list.csv": "name,amount\nann,3\n"},
        },
    }  # fmt: skip
    return make_spec(
        "report_send",
        title="Send a report",
        description="Sends a report.",
        effects="destructive",
        input_schema=ONE_STRING,
        output_schema={**ONE_STRING, "properties": {"path": {"type": "string"}}, "required": ["path"]},
        capabilities={
            "email": ["from shop@acme.com", "to anyone"],
            "http": ["POST https://books.example/*"],
            "files": ["reports/*"],
        },
        examples=[example],
        holdouts=[{**example, "title": "another", "arguments": {"to": "ann@a.example"}}],
    )


@pytest.mark.timeout(180)
async def test_deeds_are_seen_as_what_they_are_beside_the_version_before(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await submit(tenant, spec("30 EUR"), SOURCE)
    assert (await tenant.api.put("/tools/report_send", json=spec("3 EUR"))).status_code == 200
    await propose(tenant, "report_send", SOURCE.replace("Send a report", "Send one report"))
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await page.goto(f"{tenant.product.url}/tenants/{tenant.slug}/tools/report_send/versions/2?against=1")
        case = page.get_by_role("article", name="one buyer")
        await expect(case).to_contain_text("v1")
        await expect(case.get_by_text('contains "30 EUR"')).to_be_visible()
        await expect(case.get_by_text('contains "3 EUR"')).to_be_visible()
        table = case.get_by_role("table").last
        await expect(table.get_by_role("columnheader", name="amount")).to_be_visible()
        await expect(table.get_by_role("cell", name="ann")).to_be_visible()
        await expect(
            case.get_by_role("heading", name="Request POST https://books.example/entries").last
        ).to_be_visible()
        mail = case.frame_locator("iframe").last
        await expect(mail.get_by_role("heading", name="You owe 3 EUR.")).to_be_visible()
        await page.set_viewport_size({"width": 390, "height": 800})
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
    assert complaints == []
