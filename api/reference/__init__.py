"""The interactive reference of the REST API: a page, a script and a style of our own, and nobody else's."""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse

_FOLDER = Path(__file__).parent
# One page that reads the OpenAPI document of this very server. No inline script or style, nothing from elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_FILES = {
    "/api/v1/docs": ("page.html", "text/html"),
    "/api/v1/docs/page.js": ("page.js", "text/javascript"),
    "/api/v1/docs/page.css": ("page.css", "text/css"),
}


def mount_reference(app: FastAPI) -> None:
    """Serve the page at `/api/v1/docs`."""
    for path, (name, kind) in _FILES.items():
        app.get(path, include_in_schema=False)(_server_of(name, kind))


def _server_of(name: str, kind: str) -> Callable[[], FileResponse]:
    def serve() -> FileResponse:
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
        return FileResponse(_FOLDER / name, media_type=kind, headers=headers)

    return serve
