"""The dashboard's files. Paths that are no file and no API are the dashboard's own routes: they get its page."""

from collections.abc import MutableMapping
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import FastAPI, Header
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.datastructures import Headers
from starlette.staticfiles import StaticFiles

from tenants.base.errors import NotFoundError

_RESERVED = ("api/", "t/", "oauth/", ".well-known/", "assets/")
# The first words of the dashboard's own routes (frontend/src/routes.tsx).
ROUTES = frozenset({"", "login", "signup", "confirm", "reset-password", "profile", "invitations", "tenants"})
_NOT_BUILT = """<!doctype html><title>Sealwright</title>
<p>The dashboard is not built. Run <code>./dev demo</code>, or <code>npm ci && npm run build</code> in
<code>frontend/</code>. The API is described at <a href=/api/v1/docs>/api/v1/docs</a>.
"""
# What a browser may be sent of a text, the smallest first, and the ending of the file that is it.
_ENDINGS = {"br": ".br", "gzip": ".gz"}
_NOT_MODIFIED = 304
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
    def page(path: str, accept: Annotated[str, Header()] = "*/*") -> Response:
        file = None if path.startswith(_RESERVED) else _file(folder.resolve(), path)
        if file is None and not _is_page(path, accept.lower()):
            raise NotFoundError(f"There is nothing at /{path}.")
        index = folder / "index.html"
        if not index.is_file():
            return HTMLResponse(_NOT_BUILT, 503)
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache", "Vary": "Accept"}
        return FileResponse(file or index, headers=headers)


def _is_page(path: str, accept: str) -> bool:
    """Whether the dashboard is asked for: by a browser, or by anybody who would take it at one of its routes."""
    if path.startswith(_RESERVED):
        return False
    is_route = path.partition("/")[0] in ROUTES
    if "text/html" in accept:
        return is_route or "." not in path.rpartition("/")[2]
    return is_route and ("*/*" in accept or "text/*" in accept) and "application/json" not in accept


def _file(folder: Path, path: str) -> Path | None:
    """The file of this name in the dashboard's build, if there is one."""
    try:
        asked = (folder / path).resolve()
        return asked if asked.is_relative_to(folder) and asked.is_file() else None
    except (OSError, ValueError):  # a name that no file system takes
        return None


class _Assets(StaticFiles):
    """Their names say what is in them, so nobody has to ask twice; the build has compressed them (compress.js)."""

    async def get_response(self, path: str, scope: MutableMapping[str, Any]) -> Response:
        if path.endswith(tuple(_ENDINGS.values())):
            # Without its coding it would be taken for what it is not.
            raise NotFoundError(f"There is nothing at /assets/{path}.")
        wanted = Headers(scope=scope).get("accept-encoding", "")
        coding = await self._coding(path, wanted)
        response = await super().get_response(path + _ENDINGS.get(coding, ""), scope)
        if coding and response.status_code != _NOT_MODIFIED:
            response.headers["Content-Encoding"] = coding
        response.headers.add_vary_header("Accept-Encoding")
        return response

    async def _coding(self, path: str, wanted: str) -> str:
        """The first coding that is wanted and there; empty when the file goes as it is."""
        for coding, ending in _ENDINGS.items():
            if accepts(wanted, coding) and await to_thread.run_sync(self._is_there, path + ending):
                return coding
        return ""

    def _is_there(self, path: str) -> bool:
        try:
            return self.lookup_path(path)[1] is not None
        except (OSError, ValueError):  # a name that no file system takes
            return False

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def accepts(wanted: str, coding: str) -> bool:
    """Whether an Accept-Encoding takes a coding. What is not understood is taken for a no: plain bytes always do."""
    weights = dict(map(_weight, wanted.lower().split(",")))
    return weights.get(coding, weights.get("*", 0.0)) > 0


def _weight(said: str) -> tuple[str, float]:
    name, *parameters = (part.strip() for part in said.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            whole, _, rest = value.strip().partition(".")
            is_weight = (whole + rest).isascii() and whole in {"0", "1"} and (rest == "" or rest.isdigit())
            return name, float(value) if is_weight else 0.0
    return name, 1.0
