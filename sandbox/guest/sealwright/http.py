"""HTTP requests to the hosts and paths the grant names. The host makes them; redirects are checked too."""

import base64 as _base64
import json as _json

from sealwright import _host
from sealwright import log as _log
from sealwright._errors import HostError


class RequestFailed(HostError):
    """No response: the connection failed, timed out, or the response was too large."""


class StatusError(HostError):
    """`raise_for_status` met a status of 400 or more. `status` is the number, `response` the Response."""

    def __init__(self, response):
        super().__init__(
            "http_status",
            f"{response.method} {response.url} answered {response.status}: {response.text[:200]}",
            None,
            {"status": response.status},
        )
        self.status, self.response = response.status, response


class Response:
    """status: int. headers: dict, names in lower case. text: str. content: bytes. ok: status below 400."""

    def __init__(self, method, url, value):
        self.method, self.url = method, value.get("url", url)
        self.status = value["status"]
        self.headers = {name.lower(): text for name, text in (value.get("headers") or {}).items()}
        self._text, self._base64 = value.get("text"), value.get("base64")
        for name in value.get("repeated_secrets") or ():
            _log.warning("the answer repeats a secret; it was taken out", secret=name, method=method, url=self.url)

    @property
    def ok(self):
        return self.status < 400

    @property
    def content(self):
        return _base64.b64decode(self._base64) if self._base64 is not None else (self._text or "").encode()

    @property
    def text(self):
        return self._text if self._text is not None else self.content.decode("utf-8", "replace")

    def json(self):
        """The body as JSON data. Raises ValueError when it is none."""
        return _json.loads(self.text)

    def raise_for_status(self):
        """Itself when the status is below 400, else raises StatusError."""
        if not self.ok:
            raise StatusError(self)
        return self

    def __repr__(self):
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


def request(method, url, *, headers=None, params=None, json=None, data=None, timeout_ms=None, key=None, auth=None):
    """Make a request and return its Response, whatever the status. Raises HostError when there is no response.

    params: query parameters, a dict. json: a body sent as JSON. data: a body; str, bytes, or a dict for a form.
    key: an idempotency key, sent as the header Idempotency-Key; give one to every POST the receiver can dedupe.
    auth: `{"basic": (user, secret("password"))}` sends HTTP basic authentication; the host puts it together.
    A secret is a whole header (after one word such as Bearer at most), query parameter, form field or JSON text.
    """
    payload = _payload(
        method, url, headers=headers, params=params, json=json, data=data, timeout_ms=timeout_ms, key=key, auth=auth
    )
    return Response(payload["method"], url, _host.call("http", "request", payload, _Failures()))


class _Failures(dict):
    def get(self, code, default=None):
        return RequestFailed


def get(url, **options):
    return request("GET", url, **options)


def post(url, **options):
    return request("POST", url, **options)


def put(url, **options):
    return request("PUT", url, **options)


def patch(url, **options):
    return request("PATCH", url, **options)


def delete(url, **options):
    return request("DELETE", url, **options)


def send_many(requests):
    """Make many requests at once, in parallel on the host.

    requests: dicts with "method", "url" and the options of `request`. Returns for each, in order, a Response or
    a RequestFailed (returned, not raised).
    """
    payloads = [_payload(**{"method": "GET", **one}) for one in requests]
    answers = _host.call("http", "send_many", {"requests": payloads}, _Failures())
    return [_one(payload, answer) for payload, answer in zip(payloads, answers)]


def _one(payload, answer):
    fault = answer.get("fault")
    if fault is None:
        return Response(payload["method"], payload["url"], answer.get("value", answer))
    return RequestFailed(fault["code"], fault["message"], fault.get("hint"), fault.get("details"))
