"""The two clients: `Sealwright` waits where it is called, `AsyncSealwright` is awaited. They differ in nothing else."""

import asyncio
import time
from types import TracebackType
from typing import Any, Self

import httpx2

from api.client import answers
from api.client.generated import shapes
from api.client.generated.routes import AsyncRoutes, Routes
from api.client.requests import Request, part

_TRIES = 4
_TIMEOUT_S = 60.0
_LOOK_AGAIN_S = 0.25
_UNDER_WAY = frozenset({"draft", "generating", "checking"})


class Sealwright(Routes):
    """A client of one tenant, by an API key: `with Sealwright("https://…", "acme", "sw_…") as client`.

    `http` may be a client of your own (proxies, certificates); it is then yours to close. Raises ApiError for what
    the API refuses, and httpx2.TransportError when it cannot be reached after `tries`.
    """

    def __init__(
        self, url: str, tenant: str, key: str, *, http: httpx2.Client | None = None, tries: int = _TRIES
    ) -> None:
        self._sent = _Sent(url, tenant, key)
        self._http, self._is_own, self._tries = http or httpx2.Client(timeout=_TIMEOUT_S), http is None, tries

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._is_own:
            self._http.close()

    def wait_for_version(self, name: str, number: int, *, timeout_s: float = 600.0) -> shapes.VersionOut:
        """Return the version once its gates have ended. Raises TimeoutError."""
        until = time.monotonic() + timeout_s
        while (version := self.read_version(name, number))["state"] in _UNDER_WAY:
            _demand(until, f"version {number} of {name} is still being checked")
            time.sleep(_LOOK_AGAIN_S)
        return version

    def wait_for_run(self, run_id: str, *, timeout_s: float = 600.0) -> shapes.RunDetail:
        """Return the run once it has ended. Raises TimeoutError."""
        until = time.monotonic() + timeout_s
        while (run := self.read_run(run_id))["status"] != "finished":
            _demand(until, f"run {run_id} has not ended")
            time.sleep(_LOOK_AGAIN_S)
        return run

    def _ask(self, request: Request, /) -> Any:
        for tried in range(1, self._tries + 1):
            try:
                said = self._http.send(self._sent.built(self._http, request))
            except httpx2.TransportError as error:
                said = error
            pause_s = answers.wait_s(request, said, tried, self._tries)
            if pause_s is None:
                return _told(said)
            time.sleep(pause_s)
        raise AssertionError("the last try is never waited after")


class AsyncSealwright(AsyncRoutes):
    """`Sealwright`, awaited: `async with AsyncSealwright("https://…", "acme", "sw_…") as client`."""

    def __init__(
        self, url: str, tenant: str, key: str, *, http: httpx2.AsyncClient | None = None, tries: int = _TRIES
    ) -> None:
        self._sent = _Sent(url, tenant, key)
        self._http, self._is_own, self._tries = http or httpx2.AsyncClient(timeout=_TIMEOUT_S), http is None, tries

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        if self._is_own:
            await self._http.aclose()

    async def wait_for_version(self, name: str, number: int, *, timeout_s: float = 600.0) -> shapes.VersionOut:
        """Return the version once its gates have ended. Raises TimeoutError."""
        until = time.monotonic() + timeout_s
        while (version := await self.read_version(name, number))["state"] in _UNDER_WAY:
            _demand(until, f"version {number} of {name} is still being checked")
            await asyncio.sleep(_LOOK_AGAIN_S)
        return version

    async def wait_for_run(self, run_id: str, *, timeout_s: float = 600.0) -> shapes.RunDetail:
        """Return the run once it has ended. Raises TimeoutError."""
        until = time.monotonic() + timeout_s
        while (run := await self.read_run(run_id))["status"] != "finished":
            _demand(until, f"run {run_id} has not ended")
            await asyncio.sleep(_LOOK_AGAIN_S)
        return run

    async def _ask(self, request: Request, /) -> Any:
        for tried in range(1, self._tries + 1):
            try:
                said = await self._http.send(self._sent.built(self._http, request))
            except httpx2.TransportError as error:
                said = error
            pause_s = answers.wait_s(request, said, tried, self._tries)
            if pause_s is None:
                return _told(said)
            await asyncio.sleep(pause_s)
        raise AssertionError("the last try is never waited after")


class _Sent:
    """How a request goes to one tenant of one server."""

    def __init__(self, url: str, tenant: str, key: str) -> None:
        self._server, self._key = url.rstrip("/"), key
        self._home = f"{self._server}/api/v1/tenants/{part(tenant)}"

    def built(self, http: httpx2.Client | httpx2.AsyncClient, request: Request) -> httpx2.Request:
        given = {name: value for name, value in request.headers.items() if value is not None}
        return http.build_request(
            request.method,
            (self._home if request.of_tenant else self._server) + request.path,
            params={name: _written(value) for name, value in request.query.items() if value is not None},
            headers={"Authorization": f"Bearer {self._key}", "Accept": "application/json, */*", **given},
            json=request.body,
            content=request.content,
        )


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _told(said: httpx2.Response | httpx2.TransportError) -> Any:
    if isinstance(said, httpx2.TransportError):
        raise said
    return answers.content_of(said)


def _demand(until: float, what: str) -> None:
    if time.monotonic() > until:
        raise TimeoutError(f"{what}, and the time to wait for it is over")
