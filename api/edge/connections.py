"""How a connection is read: the head of a request has an end, and somebody who sends it slowly is not waited for.

uvicorn's parser in C takes a head of any size, before the application hears of the request: an endless header would
be kept until there is no memory left.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# The address and all headers. What proxies take is less, as a rule.
HEAD_BYTES_MAX = 32 << 10
# What comes beside the body's own bytes, in chunks' lengths and trailers: a chunk of one byte is six on the wire.
_WIRE_BYTES_A_BYTE = 8
# What is read at once may hold the end of one request and the beginning of the next.
_READ_BYTES = 320 << 10
# How much is parsed before others have their turn: of chunks of one byte, more would keep the loop for 200 ms.
_AT_ONCE_BYTES = 64 << 10
HEAD_S_MAX = 20.0
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s"
)


class HeadTooLargeError(Exception):
    """The address and headers of a request are more than is read."""


class Connection(HttpToolsProtocol):
    """One connection. A head that is too large is answered with 431, and the connection ends."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._received = self._body = 0
        self._is_in_head = True
        self._is_refused = False
        self._patience: asyncio.TimerHandle | None = None
        self._unread = bytearray()

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._unread or len(data) > _AT_ONCE_BYTES:
            if not self._unread:
                self.loop.call_soon(self._read_on)
            self._unread += data
            self.transport.pause_reading()
        else:
            self._read(data)

    def _read_on(self) -> None:
        """Parse a part of what has come; the rest after whoever else waits for the loop."""
        part = bytes(self._unread[:_AT_ONCE_BYTES])
        del self._unread[:_AT_ONCE_BYTES]
        self._read(part)
        if self._is_refused or self.transport.is_closing():
            self._unread.clear()
        elif self._unread:
            self.loop.call_soon(self._read_on)
        elif not self.flow.read_paused:
            self.transport.resume_reading()

    def _read(self, data: bytes) -> None:
        if self._is_refused or self.transport.is_closing():
            return
        super().data_received(data)
        self._received += len(data)
        if self.transport.is_closing():
            return
        if self._received > HEAD_BYTES_MAX + _READ_BYTES + _WIRE_BYTES_A_BYTE * self._body:
            self._refuse()
        elif self._is_in_head and self._patience is None:
            self._wait_for_head()

    def on_message_begin(self) -> None:
        self._received = self._body = 0
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._stop_waiting()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES_MAX:
            self._is_refused = True
            raise HeadTooLargeError  # the parser stops, and has `send_400_response` called
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        if self._is_refused:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _unsupported_upgrade_warning(self) -> None:
        """A request for another protocol is answered as if it had not asked; that is nothing to be told of."""

    def _refuse(self) -> None:
        self._is_refused = True
        if self.cycle is None or self.cycle.response_complete:  # pyright: ignore[reportUnnecessaryComparison]
            said = f"The address and headers of a request have at most {HEAD_BYTES_MAX:,} bytes.".encode()
            self.transport.write(_TOO_LARGE % (len(said), said))
        self.transport.close()

    def _wait_for_head(self) -> None:
        self._patience = self.loop.call_later(HEAD_S_MAX, self._out_of_patience)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _out_of_patience(self) -> None:
        self._patience = None
        if not self.transport.is_closing():
            self.transport.close()
