"""The few pages that are not the dashboard's: consent, device code, how to connect. Plain HTML, no script."""

import secrets
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

_TEMPLATES = Environment(
    loader=PackageLoader("api.html", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page that nobody may frame and that loads nothing from anywhere."""
    nonce = secrets.token_urlsafe(16)
    html = _TEMPLATES.get_template(f"{template}.html").render(nonce=nonce, **values)
    # No form-action: browsers would apply it to the redirect back to the client as well.
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; frame-ancestors 'none'; base-uri 'none'"
    headers = {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return HTMLResponse(html, status, headers)
