"""Connections that several runs share: HTTP/2 where the server speaks it, and nobody's haste is another's loss.

httpcore2 leaves a response that is not read to its end as it is. On HTTP/2 the server goes on sending it, and what
nobody takes stays counted against the connection, until it stalls for all who share it.
"""

from contextlib import suppress
from typing import Any

import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import httpcore2


class Connections(httpcore2.AsyncConnectionPool):
    """httpcore2's pool, of connections that end what is not read to its end."""

    def create_connection(self, origin: httpcore2.Origin) -> httpcore2.AsyncConnectionInterface:
        return _Connection(
            origin=origin,
            ssl_context=self._ssl_context,
            keepalive_expiry=self._keepalive_expiry,
            http1=self._http1,
            http2=self._http2,
            network_backend=self._network_backend,
        )


class _Connection(httpcore2.AsyncHTTPConnection):
    async def handle_async_request(self, request: httpcore2.Request) -> httpcore2.Response:
        async with self._request_lock:
            if self._connection is None:
                self._connection = await self._opened(request)
        return await self._connection.handle_async_request(request)

    async def _opened(self, request: httpcore2.Request) -> httpcore2.AsyncConnectionInterface:
        try:
            stream = await self._connect(request)
        except BaseException:
            self._connect_failed = True
            raise
        tls = stream.get_extra_info("ssl_object")
        kind = (
            _Multiplexed
            if tls is not None and tls.selected_alpn_protocol() == "h2"
            else httpcore2.AsyncHTTP11Connection
        )
        return kind(origin=self._origin, stream=stream, keepalive_expiry=self._keepalive_expiry)


class _Patient(h2.connection.H2Connection):
    """h2, but for two habits.

    It takes a server's leave for the end; yet what the server has begun to answer, it answers. And it refuses each
    frame of a response that was given up by itself: hundreds at once, which servers take for an attack.
    """

    def _handle_data_on_closed_stream(self, events: Any, exc: Any, frame: Any) -> tuple[list[Any], list[Any]]:
        frames, events = super()._handle_data_on_closed_stream(events, exc, frame)
        return [one for one in frames if one.stream_id == 0], events

    def _receive_goaway_frame(self, frame: Any) -> tuple[list[Any], list[h2.events.Event]]:
        if frame.error_code:
            return super()._receive_goaway_frame(frame)
        event = h2.events.ConnectionTerminated()
        event.error_code, event.last_stream_id = h2.errors.ErrorCodes.NO_ERROR, frame.last_stream_id
        return [], [event]


class _Multiplexed(httpcore2.AsyncHTTP2Connection):
    def __init__(
        self, origin: httpcore2.Origin, stream: httpcore2.AsyncNetworkStream, keepalive_expiry: float | None
    ) -> None:
        super().__init__(origin, stream, keepalive_expiry)
        self._h2_state = _Patient(config=self.CONFIG)

    def is_available(self) -> bool:
        return super().is_available() and self._connection_terminated is None

    async def _receive_events(self, request: httpcore2.Request, stream_id: int | None = None) -> None:
        """Read on also after the server took leave in good order, if it has promised to answer this one."""
        leave = self._connection_terminated
        if leave is None or leave.error_code or (stream_id and stream_id > (leave.last_stream_id or 0)):
            await super()._receive_events(request, stream_id)
            return
        self._connection_terminated = None
        try:
            await super()._receive_events(request, stream_id)
        finally:
            self._connection_terminated = self._connection_terminated or leave

    async def _response_closed(self, stream_id: int) -> None:
        """Tell the server that nobody waits for the rest, and give the room back that its bytes have taken."""
        state, waiting = self._h2_state, self._events.get(stream_id, [])
        stream = state.streams.get(stream_id)
        with suppress(h2.exceptions.ProtocolError):
            for event in waiting:
                if isinstance(event, h2.events.DataReceived) and event.flow_controlled_length:
                    state.acknowledge_received_data(event.flow_controlled_length, stream_id)
            if stream is not None and not stream.closed:
                state.reset_stream(stream_id, h2.errors.ErrorCodes.CANCEL)
        waiting.clear()
        with suppress(httpcore2.NetworkError, httpcore2.ProtocolError):
            await self._write_outgoing_data(httpcore2.Request("GET", "https://localhost/"))
        await super()._response_closed(stream_id)
