"""Links: what one that a tool has made leads to, where no bucket answers it by itself."""

from fastapi import APIRouter, Response

from api.auth.deps import CurrentRuntime
from api.edge.media import passive
from api.problems import RESPONSES
from api.routes.stores.files import SAVED, files_of
from tenants.base.errors import NotFoundError
from tenants.capabilities.files.buckets import disposition

router = APIRouter(prefix="/api/v1", tags=["files"], responses=RESPONSES)


@router.get("/files/{token}", response_class=Response)
async def download_file(token: str, runtime: CurrentRuntime) -> Response:
    """Whoever has the link gets the file, until the link ends."""
    found = await files_of(runtime).download(token)
    if found is None:
        raise NotFoundError("This link has ended, or never led anywhere.")
    headers = {**SAVED, "Content-Disposition": disposition(found.link.name)}
    return Response(found.content, media_type=passive(found.link.content_type), headers=headers)
