"""HTTP requests to the hosts and paths the grant names. The host makes them; redirects are checked too.

Bounds: the host keeps no cookies and follows no redirect: ask again for its `location`, which the grant must allow too.
"""

import base64 as _base64
import json as _json
from collections.abc import Iterable, Mapping
from typing import Self

from sealwright import _host
from sealwright import log as _log
from sealwright._errors import HostError, Json
from sealwright._secret import Secret


class RequestFailed(HostError):
    """No response: the connection failed, timed out, or the response was too large.

    Bounds: a response has at most 4 MiB. code: "unreachable" (nothing was sent), "timeout", "no_response",
    "response_too_large", "address_refused" (not public), "no_secret", "secret_refused", "malformed_request", or
    "uncertain": it may have taken effect.
    """


class StatusError(HostError):
    """`raise_for_status` met a status of 400 or more. `status` is the number, `response` the Response."""

    status: int
    response: "Response"

    def __init__(self, response: "Response") -> None:
        super().__init__(
            "http_status",
            f"{response.method} {response.url} answered {response.status}: {response.text[:200]}",
            None,
            {"status": response.status},
        )
        self.status, self.response = response.status, response


class Response:
    """status: int. headers: dict, names in lower case. text: str. content: bytes. ok: status below 400."""

    status: int
    headers: dict[str, str]
    method: str
    url: str

    def __init__(self, method: str, url: str, value: Mapping[str, Json]) -> None:
        self.method, self.url = method, value.get("url", url)
        self.status = value["status"]
        self.headers = {name.lower(): text for name, text in (value.get("headers") or {}).items()}
        self._text, self._base64 = value.get("text"), value.get("base64")
        for name in value.get("repeated_secrets") or ():
            _log.warning("the answer repeats a secret; it was taken out", secret=name, method=method, url=self.url)

    @property
    def ok(self) -> bool:
        """Below 400."""
        return self.status < 400

    @property
    def content(self) -> bytes:
        """The body."""
        return _base64.b64decode(self._base64) if self._base64 is not None else (self._text or "").encode()

    @property
    def text(self) -> str:
        """The body; U+FFFD for what is no text."""
        return self._text if self._text is not None else self.content.decode("utf-8", "replace")

    def json(self) -> Json:
        """The body as JSON data. Raises ValueError when it is none."""
        return _json.loads(self.text)

    def raise_for_status(self) -> Self:
        """Itself when the status is below 400, else raises StatusError."""
        if not self.ok:
            raise StatusError(self)
        return self

    def __repr__(self) -> str:
        return f"<Response {self.status} of {self.method} {self.url}>"


def _payload(method, url, *, headers=None, params=None, json=None, data=None, timeout_ms=None, key=None, auth=None):
    payload = _host.given(
        method=method.upper(), url=url, headers=headers, params=params, json=json, timeout_ms=timeout_ms, key=key
    )
    if auth is not None:
        payload["auth"] = auth
    if isinstance(data, (bytes, bytearray)):
        payload["data_base64"] = _base64.b64encode(data).decode()
    elif data is not None:
        payload["data"] = data
    return payload


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str | Secret] | None = None,
    params: Mapping[str, Json] | None = None,
    json: Json = None,
    data: str | bytes | Mapping[str, Json] | None = None,
    timeout_ms: int | None = None,
    key: str | None = None,
    auth: Mapping[str, Json] | None = None,
) -> Response:
    """Make a request and return its Response, whatever the status. Raises HostError when there is no response.

    params: query parameters, a dict. json: a body sent as JSON. data: a body; str, bytes, or a dict for a form.
    key: an idempotency key, sent as the header Idempotency-Key; give one to every POST the receiver can dedupe.
    auth: `{"basic": (user, secret("password"))}` sends HTTP basic authentication; the host puts it together.
    A secret is a whole header (after one word such as Bearer at most), query parameter, form field or JSON text.

    Raises http.RequestFailed. method: GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS. params: of texts, numbers,
    booleans, or lists of them. timeout_ms: 1 to 120,000 milliseconds, 30,000 unless given; the host's own repeats count
    in it. key: 1 to 255 printable ASCII characters.
    """
    payload = _payload(
        method, url, headers=headers, params=params, json=json, data=data, timeout_ms=timeout_ms, key=key, auth=auth
    )
    return Response(payload["method"], url, _host.call("http", "request", payload, _Failures()))


class _Failures(dict):
    def get(self, code, default=None):
        return RequestFailed


def get(url: str, **options: Json) -> Response:
    """Raises http.RequestFailed. `request` with GET, and with its options."""
    return request("GET", url, **options)


def post(url: str, **options: Json) -> Response:
    """Raises http.RequestFailed. `request` with POST, and with its options."""
    return request("POST", url, **options)


def put(url: str, **options: Json) -> Response:
    """Raises http.RequestFailed. `request` with PUT, and with its options."""
    return request("PUT", url, **options)


def patch(url: str, **options: Json) -> Response:
    """Raises http.RequestFailed. `request` with PATCH, and with its options."""
    return request("PATCH", url, **options)


def delete(url: str, **options: Json) -> Response:
    """Raises http.RequestFailed. `request` with DELETE, and with its options."""
    return request("DELETE", url, **options)


def send_many(requests: Iterable[Mapping[str, Json]]) -> list[Response | RequestFailed]:
    """Make many requests at once, in parallel on the host.

    requests: dicts with "method", "url" and the options of `request`. Returns for each, in order, a Response or
    a RequestFailed (returned, not raised).

    Raises http.RequestFailed only where the list itself is malformed. Up to 16 are under way at a time. method: GET
    unless given.
    """
    payloads = [_payload(**{"method": "GET", **one}) for one in requests]
    answers = _host.call("http", "send_many", {"requests": payloads}, _Failures())
    return [_one(payload, answer) for payload, answer in zip(payloads, answers)]


def _one(payload, answer):
    fault = answer.get("fault")
    if fault is None:
        return Response(payload["method"], payload["url"], answer.get("value", answer))
    return RequestFailed(fault["code"], fault["message"], fault.get("hint"), fault.get("details"))
