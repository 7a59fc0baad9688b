"""Answers of servers on bad days: their own page of an error, half of what they meant to say, another shape of it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.contract.hosts import HostCall, HostReply
from sandbox.worlds.stages import Trouble

_PAGE = "<h1>{reason}</h1>"
_NGINX = (
    "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1>"
    "</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
_PAGES = {
    "nginx": _NGINX,
    "openresty": _NGINX.replace("nginx", "openresty"),
    "cloudflare": "error code: {status}",
    "envoy": "{reason}",
    "Apache": '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>{status} {reason}</title>\n'
    "</head><body>\n<h1>{reason}</h1>\n</body></html>\n",
}


def spoil(change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Trouble:
    """Spoil each response of a request, or of every request of a batch."""

    def spoil(call: HostCall, reply: HostReply) -> HostReply:
        if call.operation == "request":
            # The world had no response for it: make one up.
            value: dict[str, Any] = reply.value or {"url": call.payload.get("url")}
            return HostReply(value=change(value), elapsed_ns=reply.elapsed_ns)
        requests = call.payload.get("requests", [])
        answers: list[dict[str, Any]] = reply.value or [{} for _ in requests]
        spoilt = [
            {"value": change(one.get("value") or {"url": request.get("url")})}
            for request, one in zip(requests, answers, strict=True)
        ]
        return HostReply(value=spoilt, elapsed_ns=reply.elapsed_ns)

    return spoil


def answering(status: int, reason: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """A server that answers with its own page of an error."""

    def change(value: Mapping[str, Any]) -> dict[str, Any]:
        headers = {**value.get("headers", {}), "content-type": "text/html"}
        page = _PAGES.get(str(headers.get("server")).partition("/")[0], _PAGE).format(status=status, reason=reason)
        return {"status": status, "url": value.get("url"), "headers": headers, "text": page}

    return change


def cut(value: Mapping[str, Any]) -> dict[str, Any]:
    """Half a JSON text is none, which a tool can notice. Half a CSV file is a CSV file: that is left alone."""
    if not _is_data(value):
        return dict(value)
    text = str(value.get("text") or '{"items": [{"id"')
    return {"status": 200, "headers": {}, **_without_bytes(value), "text": text[: max(1, len(text) // 2)]}


def other_shape(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": 200, "headers": {}, **_without_bytes(value), "text": "null"} if _is_data(value) else dict(value)


def said_error(value: Mapping[str, Any]) -> dict[str, Any]:
    """A server that says 200 to everything, and what went wrong in the text."""
    said = '{"error": {"code": "internal", "message": "Something went wrong."}}'
    return {"status": 200, "headers": {}, **_without_bytes(value), "text": said} if _is_data(value) else dict(value)


def _without_bytes(value: Mapping[str, Any]) -> dict[str, Any]:
    """Beside a text stand the bytes that came, where they differ."""
    return {name: one for name, one in value.items() if name != "base64"}


def _is_data(value: Mapping[str, Any]) -> bool:
    """Whether a response carries JSON with something in it, or is one that we make up."""
    if "text" not in value:
        return "base64" not in value
    try:
        return isinstance(json.loads(str(value["text"])), dict | list)
    except ValueError:
        return False
