"""http: requests to the public internet, pinned to the address that was checked, pooled, bounded, retried with care."""

import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from random import random
from typing import Any, cast

import anyio
import anyio.to_thread
import httpcore2
import httpx2

from sandbox import (
    READING,
    Fault,
    HostCall,
    Slot,
    addresses,
    no_response,
    signs_with_a_private_key,
    web_requests,
)
from tenants.capabilities.addresses import RefusedAddress, Resolver, SystemResolver
from tenants.capabilities.bound import Bound, Operation, Unable, malformed
from tenants.capabilities.http import outgoing, request_spans
from tenants.capabilities.http.outgoing import Outgoing
from tenants.capabilities.http.pinning import HttpLimits, Pinned, PinningBackend
from tenants.capabilities.http.tokens import Tokens
from tenants.capabilities.secrets import Scrubber, Secret
from tenants.telemetry import spans

# A longer answer is looked through for secrets in a thread: the loop has others to serve.
_QUICKLY_READ = 32 << 10
_IN_DOUBT = {
    "fault": asdict(
        Fault(
            "uncertain",
            "The run was interrupted while this request was being made.",
            "It may have taken effect: check before sending it again.",
            {"retryable": False},
        )
    )
}
_NOTHING_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class Http:
    """Answers for every run of this process. Redirects are handed back: the tool asks again, through its grant.

    detours: `host:port` to the `host:port` that is connected to instead. The name stays what TLS and Host go by,
    so that a tool can keep the name that production has while a test or a demo answers for it.
    """

    def __init__(
        self,
        *,
        resolver: Resolver | None = None,
        network: httpcore2.AsyncNetworkBackend | None = None,
        detours: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        limits: HttpLimits | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolver = resolver or SystemResolver()
        self._detours = dict(detours or {})
        self._network = network or cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())
        self._tls = tls or httpx2.create_ssl_context(trust_env=False)
        self._limits = limits or HttpLimits()
        self._budget = RetryBudget(now)
        self._tokens = Tokens(now)
        # One pool for each set of opened hosts: a connection that one tenant may use must not serve another.
        self._transports: dict[frozenset[str], Pinned] = {}

    @property
    def operations(self) -> Mapping[str, Operation]:
        return {"request": self.request, "send_many": self.send_many}

    async def request(self, call: HostCall, bound: Bound) -> Mapping[str, Any]:
        return await self._exchange(call.payload, call.secrets, bound, str(call.seq))

    async def send_many(self, call: HostCall, bound: Bound) -> list[Mapping[str, Any]]:
        """For each request, in order, `{"value": response}` or `{"fault": ...}`."""
        requests: list[Mapping[str, Any]] = call.payload["requests"]
        answers: list[Mapping[str, Any]] = [{}] * len(requests)
        waiting = iter(enumerate(requests))

        async def work() -> None:
            for index, request in waiting:
                answers[index] = await self._one_of_many(call, bound, index, request)

        async with anyio.create_task_group() as tasks:
            for _ in range(min(self._limits.parallel_per_call, len(answers))):
                tasks.start_soon(work)
        return answers

    async def _one_of_many(
        self, call: HostCall, bound: Bound, index: int, request: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        async def exchange() -> Mapping[str, Any]:
            try:
                slots = [replace(slot, path=slot.path[2:]) for slot in call.secrets if slot.path[1] == index]
                return {"value": await self._exchange(request, slots, bound, f"{call.seq}.{index}")}
            except Unable as unable:
                return {"fault": asdict(unable.fault)}

        if request.get("method") in READING:
            return await exchange()
        # Under a key of the tool's own the receiver recognises a repeat; without one only a person may repeat it.
        return await bound.parts.once(call, index, exchange, None if request.get("key") else _IN_DOUBT)

    async def close(self) -> None:
        for transport in self._transports.values():
            await transport.aclose()
        self._transports.clear()

    async def _exchange(
        self, payload: Mapping[str, Any], slots: Sequence[Slot], bound: Bound, place: str
    ) -> Mapping[str, Any]:
        secrets = await bound.secrets.all()
        request = await self._read(payload, slots, bound, place, secrets)
        if spans.current() is not None:
            request = replace(request, traced=request_spans.traced(request.url, bound))
        hidden = list(secrets.values())
        try:
            with anyio.fail_after(request.timeout_s):
                status, headers, content = await self._authorized(request, bound.internal_hosts, hidden)
        except TimeoutError as error:
            raise _unable(request, "timeout", f"did not answer within {request.timeout_s:g} s") from error
        scrubber = Scrubber(hidden)
        if len(content) > _QUICKLY_READ:
            return await anyio.to_thread.run_sync(_value, request, status, headers, content, scrubber)
        return _value(request, status, headers, content, scrubber)

    async def _read(
        self, payload: Mapping[str, Any], slots: Sequence[Slot], bound: Bound, place: str, secrets: Mapping[str, Secret]
    ) -> Outgoing:
        if signs_with_a_private_key(payload):  # to check one takes a while
            return await anyio.to_thread.run_sync(outgoing.read, payload, slots, bound, place, secrets)
        return outgoing.read(payload, slots, bound, place, secrets)

    async def _authorized(
        self, request: Outgoing, opened: frozenset[str], hidden: list[Secret]
    ) -> tuple[int, httpx2.Headers, bytes]:
        """Send it, with a token where it wants one; once more with a new one where the server knows that no longer.

        What was refused for want of authority was not done, so that also a change may be sent again.
        """
        transport, asked = self._transport(opened), request.token
        if asked is None:
            return await self._persist(request, transport)

        async def fetch() -> tuple[int, bytes]:
            status, _, content = await self._persist(outgoing.for_token(asked, request.timeout_s), transport)
            return status, content

        token = await self._tokens.token(asked, opened, fetch)
        hidden.append(Secret("access_token", token, ()))
        answer = await self._persist(request.bearing(token), transport)
        if answer[0] != 401:
            return answer
        token = await self._tokens.token(asked, opened, fetch, token)
        hidden.append(Secret("access_token", token, ()))
        return await self._persist(request.bearing(token), transport)

    async def _persist(self, request: Outgoing, transport: Pinned) -> tuple[int, httpx2.Headers, bytes]:
        """Try again what is safe to try again, while the origin's budget lasts."""
        origin = request.url.origin
        self._budget.earn(origin)
        for attempt in range(self._limits.retries + 1):
            may_repeat, wait_s = attempt < self._limits.retries, 0.0
            try:
                status, headers, content = await self._once(request, transport)
            except _NOTHING_SENT as error:
                if not (may_repeat and self._budget.spend(origin)):
                    raise _unable(request, "unreachable", f"could not be reached: {_said(error)}") from error
            except httpx2.HTTPError as error:
                if not (may_repeat and request.repeatable and self._budget.spend(origin)):
                    raise _unable(request, "no_response", f"gave no response: {_said(error)}") from error
            else:
                asked_s = web_requests.worth_retrying(status, headers) if request.repeatable else None
                if asked_s is None or not (may_repeat and self._budget.spend(origin)):
                    return status, headers, content
                wait_s = asked_s
            jitter_s = self._limits.retry_wait_s * 2**attempt * (0.5 + random())  # noqa: S311 - no secret
            await anyio.sleep(max(wait_s, jitter_s))
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, request: Outgoing, transport: Pinned) -> tuple[int, httpx2.Headers, bytes]:
        # The transport itself and no client: nothing keeps cookies, follows redirects or reads proxy settings.
        with spans.inside(request.method, "client") as span:
            of_trace = request_spans.headers(span, request.traced)
            leaving = _leaving(request, self._limits.connect_timeout_s, of_trace)
            try:
                response = await transport.handle_async_request(leaving)
            except RefusedAddress as error:
                raise Unable("address_refused", str(error), addresses.HINT) from error
            request_spans.tell(span, request.method, request.url, request.traced, response.status_code)
            try:
                return response.status_code, response.headers, await self._content(request, response)
            finally:
                await response.aclose()

    async def _content(self, request: Outgoing, response: httpx2.Response) -> bytes:
        if sum(len(name) + len(value) for name, value in response.headers.raw) > self._limits.header_bytes:
            raise _unable(request, "response_too_large", f"sent more than {self._limits.header_bytes:,} header bytes")
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > self._limits.response_bytes:
                limit = self._limits.response_bytes
                raise _unable(request, "response_too_large", f"sent more than {limit:,} bytes")
        return bytes(content)

    def _transport(self, opened: frozenset[str]) -> Pinned:
        if opened not in self._transports:
            backend = PinningBackend(self._resolver, opened, self._detours, self._network)
            self._transports[opened] = Pinned(backend, self._tls, self._limits)
        return self._transports[opened]


@dataclass(slots=True)
class RetryBudget:
    """Retries must not multiply an outage: an origin gets one for every ten requests, and ten to start with."""

    now: Callable[[], float]
    full: float = 10
    per_request: float = 0.1
    per_second: float = 0.1
    _left: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])

    def earn(self, origin: str) -> None:
        left, since = self._left.get(origin, (self.full, self.now()))
        grown = left + self.per_request + (self.now() - since) * self.per_second
        if len(self._left) > 10_000:  # origins are chosen by tools: forget them rather than grow for ever
            self._left.clear()
        self._left[origin] = (min(self.full, grown), self.now())

    def spend(self, origin: str) -> bool:
        left, since = self._left.get(origin, (self.full, self.now()))
        if left < 1:
            return False
        self._left[origin] = (left - 1, since)
        return True


def _leaving(request: Outgoing, connect_timeout_s: float, of_trace: Mapping[str, str]) -> httpx2.Request:
    # No time-outs of the connection's own: a read that times out ends every request that shares it. Ours ends one.
    timeout = httpx2.Timeout(None, connect=connect_timeout_s)
    headers = {"user-agent": "Sealwright", "accept": "*/*", "accept-encoding": "gzip", **of_trace}
    headers |= request.headers
    try:
        return httpx2.Request(
            request.method,
            request.url.text,
            # Of Latin-1, as the reader has it; httpx would take no more than ASCII.
            headers=[(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
            content=request.content or None,
            extensions={"timeout": timeout.as_dict()},
        )
    except httpx2.InvalidURL as error:
        raise malformed(f"the URL is refused: {error}.") from error


def _unable(request: Outgoing, code: str, what: str) -> Unable:
    # As it may be shown: a secret may be a part of the path.
    fault = no_response(request.method, request.shown_url.partition("?")[0], code, what, repeatable=request.repeatable)
    return Unable(fault.code, fault.message, fault.hint, dict(fault.details or {}))


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _value(
    request: Outgoing, status: int, headers: httpx2.Headers, content: bytes, scrubber: Scrubber
) -> Mapping[str, Any]:
    # What was packed for the way has been unpacked.
    said = {name: text for name, text in headers.items() if name not in web_requests.PACKING}
    value: dict[str, Any] = {"status": status, "url": request.shown_url, "headers": scrubber.data(said)}
    body = web_requests.body(headers, content)
    if "text" in body:
        value["text"] = scrubber.text(body["text"])
    if "base64" in body:
        # Both, where the text alone would not give the bytes that came.
        value["base64"] = b64encode(scrubber.content(content)).decode()
    # The SDK writes it into the run's log, where a replay finds it again.
    return value | ({"repeated_secrets": sorted(scrubber.found)} if scrubber.found else {})
