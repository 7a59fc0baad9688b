"""HTTP requests to the hosts and paths the grant names. The host makes them; redirects are checked too.

Bounds: the host keeps no cookies. A redirect is followed, up to 10 times, to where the grant allows it: GET and HEAD
always, another method only where the server says that it stays the same (307, 308), or as a GET (303).
"""

import base64 as _base64
import json as _json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from sealwright import _host
from sealwright import log as _log
from sealwright._errors import CapabilityRefused, HostError, Json
from sealwright._secret import Secret

# Of a query or a form.
Fields = Mapping[str, Json] | Sequence[tuple[str, Json]]


class RequestFailed(HostError):
    """No response: the connection failed, timed out, or the response was too large.

    Bounds: a response has at most 4 MiB. code: "unreachable" (nothing was sent), "timeout", "no_response",
    "response_too_large", "too_many_redirects", "address_refused" (not public), "no_secret", "secret_refused",
    "malformed_request", or "uncertain": it may have taken effect.
    """


class StatusError(HostError):
    """`raise_for_status` met a status that is not 2xx. `status` is the number, `response` the Response."""

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
    """status: int. headers: dict, names in lower case."""

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
        """200 to 299."""
        return 200 <= self.status < 300

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
        return _json.loads(self.content if self._text is None else self._text.removeprefix("\ufeff"))

    def raise_for_status(self) -> Self:
        """Itself when it is ok, else raises StatusError."""
        if not self.ok:
            raise StatusError(self)
        return self

    def __repr__(self) -> str:
        return f"<Response {self.status} of {self.method} {self.url}>"


def _payload(
    method, url, *, headers=None, params=None, json=None, data=None, files=None, timeout_ms=None, key=None, auth=None
):
    payload = _host.given(
        method=method.upper(), url=url, headers=_headers(headers), params=_fields(params), json=json,
        timeout_ms=timeout_ms, key=key,
    )  # fmt: skip
    if auth is not None:
        payload["auth"] = auth
    if isinstance(data, (bytes, bytearray)):
        payload["data_base64"] = _base64.b64encode(data).decode()
    elif data is not None:
        payload["data"] = _fields(data)
    if files is not None:
        pairs = files.items() if isinstance(files, Mapping) else files
        payload["files"] = [_file(name, one) for name, several in pairs for one in _each(several)]
    return payload


def _headers(given):
    if not isinstance(given, Mapping):
        return given
    return {name: value for name, value in given.items() if value is not None}


def _fields(given):
    """A list of pairs says the same as a dict with lists."""
    if not isinstance(given, (list, tuple)):
        return given
    fields = {}
    for name, value in given:
        fields.setdefault(name, []).append(value)
    return fields


def _each(file):
    return file if isinstance(file, list) else [file]


def _file(name, given):
    filename, content, kind = (*given, None, None)[:3] if isinstance(given, tuple) else (name, given, None)
    body = {"text": content} if isinstance(content, str) else {"base64": _base64.b64encode(content).decode()}
    return {"name": name, "filename": filename, **_host.given(content_type=kind), **body}


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str | Secret | None] | None = None,
    params: Fields | None = None,
    json: Json = None,
    data: str | bytes | Fields | None = None,
    files: Mapping[str, Any] | None = None,
    timeout_ms: int | None = None,
    key: str | None = None,
    auth: Mapping[str, Json] | None = None,
    follow_redirects: bool = True,
) -> Response:
    """Make a request and return its Response, whatever the status. Raises HostError when there is no response.

    params: query parameters, a dict. json: a body sent as JSON. data: a body; str, bytes, or a dict for a form.
    files: `{"field": ("a.pdf", content)}`: multipart.
    key: an idempotency key, sent as the header Idempotency-Key; give one to every POST the receiver can dedupe.
    auth: `{"basic": (user, secret("password"))}` sends HTTP basic; "hmac", "jwt": manual.

    Raises http.RequestFailed, and CapabilityRefused for a redirect to where the grant does not lead. method: GET, HEAD,
    POST, PUT, PATCH, DELETE or OPTIONS. params: of texts, numbers, booleans, or lists of them; or a list of pairs.
    timeout_ms: 1 to 120,000 milliseconds, 30,000 unless given; the host's own repeats count in it. key: 1 to 255
    printable ASCII characters. follow_redirects: False hands the redirect itself back. None is left out of
    params and forms. auth: `{"hmac": {"key": secret("k"), "header": "X-Signature"}}` signs the body, and `{"jwt":
    {"key": secret("k"), "claims": {...}}}` sends a token; the host does both. hmac: also "algorithm" (sha256,
    sha512, sha384, sha1), "encoding" (hex, base64, base64url), "prefix", "key_encoding" (text, hex, base64), and "over",
    what is signed, such as f"{stamp}." + "{body}", with the tool's own text and any of {body}, {body_sha256}, {method},
    {url}, {path}, {query}. jwt: also "algorithm" (HS256, HS384, HS512; RS256 and ES256 with a
    private key in PEM) and "headers". `{"oauth": {"token_url", "client_id", "client_secret": secret("s")}}` has the host
    fetch a token and keep it while it lasts, by the permit `POST TOKEN_URL`; also "scope", "audience", "resource", "in"
    (header, body).
    """
    payload = _payload(
        method, url, headers=headers, params=params, json=json, data=data, files=files, timeout_ms=timeout_ms, key=key,
        auth=auth,
    )  # fmt: skip
    response = _answer(payload)
    for _ in range(_host.REDIRECTS_MAX if follow_redirects else 0):
        payload = _host.following(payload, response)
        if payload is None:
            return response
        response = _answer(payload)
    if follow_redirects and _host.following(payload, response) is not None:
        raise _lost(response)
    return response


def _answer(payload):
    return Response(payload["method"], payload["url"], _host.call("http", "request", payload, _Failures()))


def _lost(response):
    message = f"{response.method} {response.url} was redirected more than {_host.REDIRECTS_MAX} times."
    return RequestFailed("too_many_redirects", message, None, {"retryable": False})


class _Failures(dict):
    def get(self, code, default=None):
        return RequestFailed


def get(url: str, **options: Json) -> Response:
    """Raises http.RequestFailed, as `request`."""
    return request("GET", url, **options)


def post(url: str, **options: Json) -> Response:
    """Raises http.RequestFailed, as `request`."""
    return request("POST", url, **options)


def put(url: str, **options: Json) -> Response:
    """Raises http.RequestFailed, as `request`."""
    return request("PUT", url, **options)


def patch(url: str, **options: Json) -> Response:
    """Raises http.RequestFailed, as `request`."""
    return request("PATCH", url, **options)


def delete(url: str, **options: Json) -> Response:
    """Raises http.RequestFailed, as `request`."""
    return request("DELETE", url, **options)


def send_many(requests: Iterable[Mapping[str, Json]]) -> list[Response | RequestFailed]:
    """Make many requests at once, in parallel on the host.

    requests: dicts with "method", "url" and the options of `request`. Returns for each, in order, a Response or
    a RequestFailed (returned, not raised).

    Raises http.RequestFailed only where the list itself is malformed. Up to 16 are under way at a time. method: GET
    unless given.
    """
    given = [dict(one) for one in requests]
    follows = [one.pop("follow_redirects", True) for one in given]
    payloads = [_payload(**{"method": "GET", **one}) for one in given]
    answers = _answers(payloads)
    for hop in range(_host.REDIRECTS_MAX + 1):
        leading = {
            at: payload
            for at, answer in enumerate(answers)
            if follows[at] and isinstance(answer, Response)
            if (payload := _host.following(payloads[at], answer)) is not None
        }
        if not leading:
            break
        if hop == _host.REDIRECTS_MAX:
            found = [_lost(answers[at]) for at in leading]
        else:
            found = _answers_within_grant(list(leading.values()))
        for at, answer in zip(leading, found):
            payloads[at], answers[at] = leading[at], answer
    return answers


def _answers(payloads):
    answers = _host.call("http", "send_many", {"requests": payloads}, _Failures())
    return [_one(payload, answer) for payload, answer in zip(payloads, answers)]


def _answers_within_grant(payloads):
    """What was answered already is not lost for a redirect that the grant does not allow: that one has failed."""
    try:
        return _answers(payloads)
    except CapabilityRefused as refused:
        if len(payloads) == 1:
            return [RequestFailed(refused.code, refused.message, refused.hint, refused.details)]
        return [answer for payload in payloads for answer in _answers_within_grant([payload])]


def _one(payload, answer):
    fault = answer.get("fault")
    if fault is None:
        return Response(payload["method"], payload["url"], answer.get("value", answer))
    return RequestFailed(fault["code"], fault["message"], fault.get("hint"), fault.get("details"))
