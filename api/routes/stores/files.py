"""Files: what tools read and write, listed, put there, fetched and removed."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.auth.deps import CurrentActor, CurrentDatabase, CurrentRuntime
from api.problems import RESPONSES
from api.schemas.pages import PageOut
from api.schemas.stores import FileOut, FolderOut, StoredFileOut, SubfolderOut
from tenants.capabilities import Capabilities
from tenants.capabilities.files.buckets import disposition
from tenants.capabilities.files.files import Files
from tenants.runtime import Runtime
from tenants.stores import file_storage

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["files"], responses=RESPONSES)
_RAW = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}}
# A tenant's file is a stranger on our origin: it is saved, and never a page here.
SAVED = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Referrer-Policy": "no-referrer",
}


@router.get("/files")
async def list_files(actor: CurrentActor, runtime: CurrentRuntime, prefix: str = "") -> PageOut[FileOut]:
    """What tools have written and read, by path; more than 1,000 are listed by a longer prefix."""
    found = await file_storage.list_all(files_of(runtime), actor, prefix)
    return PageOut(items=[FileOut.model_validate(one) for one in found], next_cursor=None)


@router.get("/folders")
async def open_folder(
    actor: CurrentActor,
    database: CurrentDatabase,
    path: Annotated[str, Query(max_length=500, description="It ends with a slash; empty: the outermost one.")] = "",
) -> FolderOut:
    """What lies in a folder: the folders in it, and its own files, with who wrote each and when."""
    found = await file_storage.open_folder(database, actor, path)
    return FolderOut(
        folders=[SubfolderOut.of(folder) for folder in found.folders],
        files=[StoredFileOut.of(file) for file in found.files],
        is_cut=found.is_cut,
    )


@router.put("/files/{path:path}", status_code=204, openapi_extra=_RAW)
async def put_file(
    path: str,
    request: Request,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    content_type: Annotated[str | None, Query()] = None,
) -> None:
    """Put a file there for tools to read; the body is its content, as application/octet-stream."""
    await file_storage.write(files_of(runtime), runtime.database, actor, path, await request.body(), content_type)


@router.get("/files/{path:path}", response_class=Response)
async def read_file(path: str, actor: CurrentActor, runtime: CurrentRuntime) -> Response:
    content = await file_storage.read_content(files_of(runtime), actor, path)
    headers = {**SAVED, "Content-Disposition": disposition(path.rpartition("/")[2])}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.delete("/files/{path:path}", status_code=204)
async def remove_file(path: str, actor: CurrentActor, runtime: CurrentRuntime) -> None:
    await file_storage.remove(files_of(runtime), runtime.database, actor, path)


def files_of(runtime: Runtime) -> Files:
    effects = runtime.effects
    if not isinstance(effects, Capabilities) or effects.stores.files is None:
        raise RuntimeError("the server was opened without files")
    return effects.stores.files
