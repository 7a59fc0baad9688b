"""Take the README's pictures of the dashboard from a running demo, in light and dark.

    SEALWRIGHT_DATA_DIR=$(mktemp -d) .venv/bin/sealwright demo --json | .venv/bin/python frontend/docs/picture.py

It proposes a version to be reviewed, so give it a data directory of its own. Stop the demo when it is done.
"""

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Browser, sync_playwright

TOOL = "campaign_send_bulk"
FOLDER = Path(__file__).parent


def main() -> None:
    access = json.loads(sys.stdin.readline())
    number = propose(access)
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for scheme, name in (("light", "dashboard.png"), ("dark", "dashboard-dark.png")):
            take(browser, access, number, scheme, FOLDER / name)
        browser.close()


def propose(access: dict[str, str]) -> int:
    """Submit a version that changes a little code and asks for more authority; return its number once it is checked."""
    api = f"{access['base_url']}/api/v1/tenants/{access['tenant']}/tools/{TOOL}"
    with httpx2.Client(headers={"Authorization": f"Bearer {access['api_key']}"}, timeout=60) as client:
        tool: dict[str, Any] = client.get(api).json()
        live = client.get(f"{api}/versions/{tool['live_version']}").json()
        spec = live["spec"]
        spec["capabilities"]["email"] = [line.replace("5000", "8000") for line in spec["capabilities"]["email"]]
        spec["limits"]["wall_ms"] = 900_000
        client.put(api, json=spec).raise_for_status()
        # What it asks of the world stays the same, so that the history gate has nothing to say.
        source = (
            live["source"]
            .replace('f"{report.sent} sent")', 'f"{report.sent} sent, {report.failed} failed")')
            .replace(
                "    return report.result()\n\n\ndef prepare",
                '    log.info("campaign finished", sent=report.sent, failed=report.failed)\n'
                "    return report.result()\n\n\ndef prepare",
            )
        )
        number = client.post(f"{api}/versions", json={"source": source}).raise_for_status().json()["number"]
        while client.get(f"{api}/versions/{number}").json()["state"] in {"draft", "checking"}:
            time.sleep(0.2)
    return number


def take(browser: Browser, access: dict[str, str], number: int, scheme: Any, file: Path) -> None:
    page = browser.new_page(viewport={"width": 1360, "height": 1000}, color_scheme=scheme, device_scale_factor=1.5)
    page.goto(access["base_url"])
    page.get_by_label("Email").fill(access["email"])
    page.get_by_label("Password", exact=True).fill(access["password"])
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Home").wait_for()
    page.goto(f"{access['base_url']}/tenants/{access['tenant']}/tools/{TOOL}/versions/{number}")
    page.get_by_text("unchanged lines").first.wait_for()
    page.screenshot(path=file)
    page.close()


if __name__ == "__main__":
    main()
