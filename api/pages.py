"""The dashboard's files. Paths that are no file and no API are the dashboard's own routes: they get its page."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from tenants.errors import NotFoundError

_RESERVED = ("api/", "t/", "oauth/", ".well-known/", "assets/")
_NOT_BUILT = """<!doctype html><title>Sealwright</title>
<p>The dashboard is not built. Run <code>./dev demo</code>, or <code>npm ci && npm run build</code> in
<code>frontend/</code>. The API is described at <a href=/api/v1/docs>/api/v1/docs</a>.
"""
# Our own scripts and styles only (Mantine writes inline styles); nobody may frame the dashboard.
_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


def mount_dashboard(app: FastAPI, folder: Path) -> None:
    """Serve `folder` (the dashboard's build) at `/`. Mount it last: it takes every path that is left."""
    if (folder / "assets").is_dir():
        app.mount("/assets", StaticFiles(directory=folder / "assets"), name="assets")

    @app.get("/{path:path}", include_in_schema=False)
    def page(path: str) -> Response:
        if path.startswith(_RESERVED):
            raise NotFoundError(f"There is nothing at /{path}.")
        index = folder / "index.html"
        if not index.is_file():
            return HTMLResponse(_NOT_BUILT, 503)
        asked = (folder / path).resolve()
        inside = path and asked.is_relative_to(folder.resolve()) and asked.is_file()
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
        return FileResponse(asked if inside else index, headers=headers)
