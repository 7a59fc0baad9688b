"""How a connection is read: the head of a request has an end, and somebody who sends it slowly is not waited for.

uvicorn's parser in C takes a head of any size, before the application hears of the request: an endless header would
be kept until there is no memory left.
"""

import asyncio
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# The address and all headers. What proxies take is less, as a rule.
HEAD_BYTES_MAX = 32 << 10
# A client that asks for another protocol does it with these, and goes on in this one when nobody follows.
_OF_UPGRADES = frozenset({b"upgrade", b"http2-settings"})
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
        self._is_upgrade = False
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
        self._parse(data)
        self._received += len(data)
        if self.transport.is_closing():
            return
        if self._received > HEAD_BYTES_MAX + _READ_BYTES + _WIRE_BYTES_A_BYTE * self._body:
            self._refuse()
        elif self._is_in_head and self._patience is None:
            self._wait_for_head()

    def _parse(self, data: bytes) -> None:
        """As uvicorn does, but that a request which asks for another protocol keeps its body."""
        self._unset_keepalive_if_required()
        while data and not self.transport.is_closing():
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                rest = data[upgrade.args[0] :]
                # The parser takes what follows for the other protocol: it is given the head again, without the wish.
                data = self._plain_head() + rest if self._is_upgrade else b""
                self._is_upgrade = False
                self.parser = httptools.HttpRequestParser(self)
            except httptools.HttpParserError:
                message = "Invalid HTTP request received."
                self.logger.warning(message)
                self.send_400_response(message)
                return
            else:
                return

    def _plain_head(self) -> bytes:
        """The head of this request, had it not asked for another protocol."""
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, version)]
        for name, value in self.headers:
            if name == b"connection":
                kept = [one for one in value.split(b",") if one.strip().lower() not in _OF_UPGRADES]
                lines += [b"connection: " + b",".join(kept)] if kept else []
            elif name not in _OF_UPGRADES:
                lines.append(b"%b: %b" % (name, value))
        return b"\r\n".join([*lines, b"", b""])

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
        # CONNECT is one too, for the parser, and has no other form.
        self._is_upgrade = self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"
        if not self._is_upgrade:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self._is_upgrade:
            super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        if self._is_refused:
            self._refuse()
        else:
            super().send_400_response(msg)

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
