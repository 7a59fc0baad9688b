"""Files: what a link that a tool has made leads to, where no bucket answers it by itself."""

from fastapi import APIRouter, Response

from api.deps import CurrentRuntime
from api.problems import RESPONSES
from tenants.capabilities import Capabilities
from tenants.capabilities.buckets import disposition
from tenants.errors import NotFoundError

router = APIRouter(prefix="/api/v1", tags=["files"], responses=RESPONSES)


@router.get("/files/{token}", response_class=Response)
async def download_file(token: str, runtime: CurrentRuntime) -> Response:
    """Whoever has the link gets the file, until the link ends."""
    effects = runtime.effects
    found = None
    if isinstance(effects, Capabilities) and effects.stores.files is not None:
        found = await effects.stores.files.download(token)
    if found is None:
        raise NotFoundError("This link has ended, or never led anywhere.")
    headers = {
        "Content-Disposition": disposition(found.link.name),
        "Cache-Control": "private, no-store",
        # A tenant's file is a stranger on our origin: it is saved, and never a page here.
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Referrer-Policy": "no-referrer",
    }
    return Response(found.content, media_type=found.link.content_type, headers=headers)
