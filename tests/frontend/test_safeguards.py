"""What cannot be taken back asks first; a lone owner is offered a choice; the focus goes where the news is."""

import sqlite3
from contextlib import closing

import pytest
from playwright.async_api import Page, Request, expect

from tests.frontend.axe import demand_sound
from tests.frontend.test_dashboard import PATIENCE_MS, a_browser, log_in, say_yes
from tests.makers import Product, TenantAccess, make_live, make_source, make_spec, propose, sign_up, submit

LOCAL_DATABASE = "postgresql://reader:secret-password@127.0.0.1:1/crm"


@pytest.mark.timeout(180)
async def test_a_lone_owner_is_told_why_their_first_tool_waits_and_chooses(product: Product) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    tenant = await sign_up(product, self_approval=False)
    await submit(tenant, make_spec(), make_source())
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        await page.goto(f"{product.url}/tenants/{tenant.slug}/tools/add_numbers/versions/1")
        await expect(page.get_by_text("nobody else here can approve it")).to_be_visible()
        await expect(page.get_by_text("Whoever writes a version may then approve it, alone.")).to_be_visible()
        await demand_sound(page)
        await page.get_by_role("button", name="Let authors approve their own work").click()
        await expect(page.get_by_text("Authors may approve their own versions now.")).to_be_visible()
        await expect(page.get_by_text("nobody else here can approve it")).to_have_count(0)
        await page.get_by_role("button", name="Approve and put live").press("Enter")
        # What had the focus is gone; the heading says what has become of it.
        await expect(page.get_by_role("heading", name="Version 1 live")).to_be_focused()
        await page.get_by_role("link", name="Policy", exact=True).click()
        await expect(page.get_by_role("status").filter(has_text="Policy · Sealwright")).to_be_attached()
        await page.get_by_role("switch", name="Authors may approve").click(force=True)
        await expect(page.get_by_text("The policy is saved.")).to_be_visible()
        await expect(page.get_by_text("A second person looks at every version")).to_be_visible()
    assert complaints == []


@pytest.mark.timeout(180)
async def test_nothing_that_cannot_be_taken_back_is_done_at_one_press(tenant: TenantAccess) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    await make_live(tenant)
    await have_something_everywhere(tenant)
    complaints: list[str] = []
    async with a_browser(complaints) as page:
        await log_in(page, tenant)
        changes: list[str] = []
        page.on("request", lambda request: note(changes, request))
        for place, button, words in ACTS:
            await page.goto(f"{tenant.product.url}/tenants/{tenant.slug}/{place}")
            await page.get_by_role("button", name=button).first.press("Enter")
            dialog = page.get_by_role("dialog")
            await expect(dialog).to_contain_text(words)
            await expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
            await page.keyboard.press("Enter")
            await expect(dialog).to_have_count(0)
            await expect(page.get_by_role("button", name=button).first).to_be_focused()
        await give_away_ones_role(page, tenant)
        assert changes == []
        await remove_for_good(page, tenant)
        await settle_several(page, tenant)
    assert complaints == []


# Where, which button, and what its question says.
ACTS = (
    ("settings/secrets", "Remove stripe_key", "Tools that name it fail from then on"),
    ("settings/connections", "Remove crm", "Tools that ask it fail from then on"),
    ("settings/files?folder=imports/", "Remove imports/list.csv", "Tools that read it will not find it"),
    ("settings/webhooks", "Remove https://example.com/hooks", "its log of deliveries is deleted"),
    ("settings/keys", "Revoke all", "is refused at once, for good"),
    ("settings/members", "Remove Owner", "their API keys, agents and schedules here"),
    ("settings/members", "Revoke the invitation of ann@guests.example", "Its link stops working"),
    ("schedules", "Remove the schedule of add_numbers", "Pause it to keep it for later"),
    ("questions", "It happened", "no run does it again"),
    ("questions", "It did not: may be tried again", "it happens twice"),
    ("tools/add_numbers", "Promote now", "It serves every call from now on"),
    ("tools/add_numbers", "Stop", "serves every call again, at once"),
    ("tools/add_numbers", "Retire", "It stops serving at once"),
)


def note(changes: list[str], request: Request) -> None:
    if request.method not in {"GET", "HEAD"}:
        changes.append(f"{request.method} {request.url}")


async def have_something_everywhere(tenant: TenantAccess) -> None:
    second = await propose(tenant, "add_numbers", make_source().replace("a + b", "b + a"))
    digest = {"digest": second["digest"], "canary_percent": 10}
    person = f"/tenants/{tenant.slug}"
    made = [
        await tenant.api.post("/tools/add_numbers/versions/2/approve", json=digest),
        await tenant.api.put("/secrets/stripe_key", json={"value": "not to be shown", "hosts": ["api.stripe.com"]}),
        await tenant.api.put("/connections/crm", json={"url": LOCAL_DATABASE}),
        await tenant.api.put("/files/imports/list.csv", content=b"name\nAnn\n"),
        await tenant.person.post(
            f"{person}/webhooks", json={"url": "https://example.com/hooks", "events": ["version.live"]}
        ),
        await tenant.person.post(f"{person}/invitations", json={"email": "ann@guests.example", "role": "viewer"}),
        await tenant.person.post(
            f"{person}/schedules", json={"tool": "add_numbers", "cron": "0 9 * * 1", "arguments": {"a": 1, "b": 2}}
        ),
    ]
    assert [answer.status_code for answer in made if answer.status_code >= 300] == [], [one.text for one in made]
    called = await tenant.api.post("/tools/add_numbers/runs", json={"arguments": {"a": 1, "b": 2}})
    leave_uncertain(tenant.product, called.json()["id"], *EFFECTS)


EFFECTS = ("invoice/7", "invoice/8", "invoice/9")


def leave_uncertain(product: Product, run_id: str, *keys: str) -> None:
    """As a run does that claims an effect and ends before it knows whether it happened."""
    with closing(sqlite3.connect(product.settings.data_dir / "sealwright.db")) as database, database:
        database.executemany(
            "INSERT INTO ledger_entries (tenant_id, key, state, run_id, call_seq, claimed_at)"
            " SELECT tenant_id, ?, 'claimed', id, 1, created_at FROM runs WHERE id = ?",
            [(key, run_id) for key in keys],
        )


async def give_away_ones_role(page: Page, tenant: TenantAccess) -> None:
    await page.goto(f"{tenant.product.url}/tenants/{tenant.slug}/settings/members")
    await page.get_by_role("combobox", name="Role of Owner").click()
    await page.get_by_role("option", name="approver").click()
    await expect(page.get_by_role("dialog")).to_contain_text("do what authors do, and approve versions")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def remove_for_good(page: Page, tenant: TenantAccess) -> None:
    """The second press does it, and the keyboard goes on from the heading."""
    await page.goto(f"{tenant.product.url}/tenants/{tenant.slug}/settings/secrets")
    await page.get_by_role("button", name="Remove stripe_key").press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await demand_sound(page)
    await dialog.get_by_role("button", name="Remove").press("Enter")
    await expect(page.get_by_text("No secrets yet")).to_be_visible()
    await expect(page.get_by_role("heading", name="Secrets", level=1)).to_be_focused()


async def settle_several(page: Page, tenant: TenantAccess) -> None:
    """Of three effects two are said to have happened at once, after one question; the third, that it did not."""
    await page.goto(f"{tenant.product.url}/tenants/{tenant.slug}/questions")
    rows = page.get_by_role("table", name="Unsettled effects").get_by_role("row")
    await expect(rows).to_have_count(4)  # with the header
    await page.get_by_role("checkbox", name="All 3").check()
    await page.get_by_role("checkbox", name="Choose invoice/9").uncheck()
    await page.get_by_role("button", name="The chosen happened").press("Enter")
    await expect(page.get_by_role("dialog")).to_contain_text("Did all 2 happen?")
    await say_yes(page, "It happened")
    await expect(rows).to_have_count(2)
    await rows.get_by_role("button", name="It did not: may be tried again").press("Enter")
    await say_yes(page, "It did not happen")
    await expect(rows).to_have_count(0)
    kept = (await tenant.api.get("/data/effects")).json()["items"]
    assert {one["key"]: one["state"] for one in kept} == {"invoice/7": "done", "invoice/8": "done"}
