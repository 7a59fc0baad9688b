"""The dashboard's files. Paths that are no file and no API are the dashboard's own routes: they get its page."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from tenants.base.errors import NotFoundError

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
        app.mount("/assets", _Assets(directory=folder / "assets"), name="assets")

    @app.get("/{path:path}", include_in_schema=False)
    def page(path: str) -> Response:
        if path.startswith(_RESERVED):
            raise NotFoundError(f"There is nothing at /{path}.")
        index = folder / "index.html"
        if not index.is_file():
            return HTMLResponse(_NOT_BUILT, 503)
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
        return FileResponse(_file(folder.resolve(), path) or index, headers=headers)


def _file(folder: Path, path: str) -> Path | None:
    """The file of this name in the dashboard's build, if there is one."""
    try:
        asked = (folder / path).resolve()
        return asked if asked.is_relative_to(folder) and asked.is_file() else None
    except (OSError, ValueError):  # a name that no file system takes
        return None


class _Assets(StaticFiles):
    """Their names say what is in them, so nobody has to ask twice."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
