"""The whole composition, read top to bottom: settings in, one ASGI application out."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from socket import socket

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import api
from api import problems
from api.auth.deps import vault
from api.documents import YamlBodies
from api.edge.bodies import Bodies, knows
from api.edge.head_requests import HeadRequests
from api.edge.requests import Requests
from api.edge.traced import TracedRoutes
from api.mcp.edge import McpEdge
from api.mcp.streams import StreamLimits
from api.oauth import routes as oauth_routes
from api.oauth.clients.documents import Documents
from api.oauth.service import OAuth
from api.pages import mount_dashboard
from api.processes import open_runtime, working
from api.proxies import Proxies
from api.reference import mount_reference
from api.routes import alerts, platform, webhooks
from api.routes.people import (
    account,
    api_keys,
    audit,
    clients,
    events,
    identity_providers,
    invitations,
    session,
    tenant,
)
from api.routes.runs import journal, overview, runs, schedules, usage
from api.routes.stores import connections, files, links, saved_data, secrets
from api.routes.tools import components, evolution, line_comments, outside_cases, proposals, reviews, tools
from api.settings import Settings
from api.siblings.siblings import Siblings
from api.watching.probes import probed
from api.watching.together import answering_together
from tenants.runtime import Runtime
from tenants.telemetry.metrics import Metrics

DASHBOARD = Path(api.__file__).parent.parent / "frontend" / "dist"


class Application:
    """The ASGI application. `stop` says beforehand that the process is about to end."""

    def __init__(self, rest: FastAPI, front: ASGIApp) -> None:
        self._rest = rest
        self._front = front

    @property
    def failure(self) -> Exception | None:
        """Why it could not be opened."""
        return getattr(self._rest.state, "failure", None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._front(scope, receive, _unsaid(send) if scope["type"] == "lifespan" else send)

    def join(self, siblings: Siblings) -> Callable[[socket], Awaitable[None]]:
        """Hear what other processes behind this port tell, and answer them; returns what answers those who watch."""
        runtime: Runtime = self._rest.state.runtime
        if runtime.database.is_sqlite:
            siblings.relay(runtime.events)
        return answering_together(runtime, siblings)

    def leave(self) -> None:
        """From now on it is not ready, so that requests are sent elsewhere; it answers as before."""
        runtime: Runtime | None = getattr(self._rest.state, "runtime", None)
        if runtime is not None:
            runtime.leaving = True

    def stop(self) -> None:
        """From now on a run that is cut off is given to another process, not cancelled."""
        runtime: Runtime | None = getattr(self._rest.state, "runtime", None)
        if runtime is not None:
            runtime.stopping = True
            runtime.events.end()


def create_app(settings: Settings) -> Application:
    """Return the application; its lifespan opens and closes everything."""
    app = rest_app(settings)
    names = settings.names()
    limits = StreamLimits(settings.streams_max, settings.heartbeat_s)
    edge = McpEdge(settings.origin, bytes_max=settings.request_bytes_max, names=names, limits=limits)
    app.state.quotas = edge.quotas

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        try:
            async with open_runtime(settings) as runtime:
                runtime.metrics = app.state.metrics
                documents = Documents(settings.allowed_internal_hosts)
                oauth = OAuth(runtime.database, settings.origin, vault(runtime), documents, names=names)
                app.state.runtime, app.state.oauth = runtime, oauth
                behind = working(runtime, settings.build_tasks, settings.pulse_file)
                with oauth.counting_together():
                    async with edge.run(runtime, oauth.verify), probed(settings, runtime), behind:
                        yield
        except Exception as error:
            app.state.failure = error
            raise

    app.router.lifespan_context = lifespan
    traced = TracedRoutes(app, lambda: app.state.runtime.traces) if settings.otlp_url else app
    rest = Bodies(YamlBodies(traced, app), knows(app.state, settings.origin))
    is_https = settings.origin.startswith("https://")
    metrics = Metrics()
    app.state.metrics = metrics
    front = Requests(HeadRequests(_Front(edge, rest)), settings.request_bytes_max, metrics.request, is_https=is_https)
    return Application(app, Proxies(front, settings.trusted_proxies))


def rest_app(settings: Settings) -> FastAPI:
    """The REST edge and the dashboard's files, without a runtime: enough to write the OpenAPI document."""
    app = FastAPI(
        title="Sealwright",
        version="1",
        description="Write a tool once, prove it, seal it, and call it forever after.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    problems.install(app)
    for module in (
        session,
        account,
        tools,
        evolution,
        components,
        proposals,
        outside_cases,
        line_comments,
        reviews,
        runs,
        journal,
        secrets,
        connections,
        files,
        links,
        saved_data,
        schedules,
        webhooks,
        alerts,
        tenant,
        api_keys,
        audit,
        events,
        clients,
        identity_providers,
        invitations,
        platform,
        usage,
        overview,
    ):
        app.include_router(module.router)
    app.include_router(oauth_routes.router)
    mount_reference(app)
    mount_dashboard(app, DASHBOARD)
    return app


def _unsaid(send: Send) -> Send:
    """Without the traceback of a start that failed: `failure` has it, for whoever started us."""

    async def sending(message: Message) -> None:
        is_of_start = message["type"] == "lifespan.startup.failed"
        await send({**message, "message": ""} if is_of_start else message)

    return sending


class _Front:
    """MCP requests go straight to their edge, in front of FastAPI's routing; everything else goes on."""

    def __init__(self, edge: McpEdge, rest: ASGIApp) -> None:
        self.edge = edge
        self.rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_mcp = scope["type"] == "http" and self.edge.matches(scope["path"])
        await (self.edge if is_mcp else self.rest)(scope, receive, send)


__all__ = ["create_app", "open_runtime", "rest_app"]
