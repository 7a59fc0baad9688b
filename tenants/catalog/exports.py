"""Components given out: what was sealed here runs on any other component host. Nobody is locked in."""

import asyncio
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from sandbox import Component, Image, export_standalone
from tenants.base.errors import ConflictError
from tenants.catalog import catalog
from tenants.models import Version


@dataclass(frozen=True, slots=True)
class Exported:
    """A plain component, tens of megabytes, and what it is to be called."""

    filename: str
    digest: str
    wasm: bytes


async def find_component(session: AsyncSession, version: Version) -> Component:
    """Return a version's component. Raises NotFoundError before it is built."""
    return await catalog.read_component(session, version.id)


async def standalone(image: Image | None, component: Component, number: int) -> Exported:
    """Inline everything into one component. Takes a second; call it outside of transactions.

    `image` is the one that the version was sealed on. Raises ConflictError where it was not to be had.
    """
    if image is None or component.image != image.digest:
        raise ConflictError(
            "This version was sealed on another image, which is not here any more.",
            hint="Submit its source again as a new version.",
        )
    wasm = await asyncio.to_thread(export_standalone, image, component)
    return Exported(f"{component.name}-{number}.wasm", component.digest, wasm)
