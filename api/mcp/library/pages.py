"""The guide's pages, as this endpoint serves them: the same for everybody, but for what the tenant itself has."""

from tenants.rights.access import Actor, Permission
from tenants.runtime import Runtime
from tenants.writing import guide
from tenants.writing.guide import tenant_page

# The guide itself first; `tenant` is the one page that differs.
TOPICS = ("guide", *guide.topics(), "tenant")


async def read_page(runtime: Runtime, actor: Actor, topic: str) -> str:
    """Return a page as Markdown; the guide ends with what the tenant has. Raises NotFoundError."""
    if topic == "tenant":
        return await tenant_page.tenant(runtime, actor)
    page = guide.page(topic)
    if topic == "guide" and Permission.TOOLS_AUTHOR in actor.permissions:
        return f"{page.rstrip()}\n\n{await tenant_page.tenant(runtime, actor)}"
    return page
