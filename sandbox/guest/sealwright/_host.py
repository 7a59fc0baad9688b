"""One request to the host, one reply; and where a reply of HTTP leads on.

Each step of a redirect is a request like any other: granted, journalled, its secrets bound to its host.
"""

import json
import urllib.parse as _urls

from sealwright import _door, _secret
from sealwright._errors import CapabilityRefused, HostError

REFUSED = "capability_refused"


def call(capability, operation, payload, errors=None):
    """The reply's value. `errors` maps a fault's code to the exception class to raise for it."""
    asked = {"capability": capability, "operation": operation, "payload": payload}
    request = _secret._sent(json.dumps(asked, allow_nan=False, default=_secret._written))
    reply = json.loads(_door.call(request))
    fault = reply.get("fault")
    if fault is None:
        return reply.get("value")
    code = fault["code"]
    # Not `errors or {}`: a mapping that answers for every code is empty, and so false.
    kind = CapabilityRefused if code == REFUSED else ({} if errors is None else errors).get(code, HostError)
    raise kind(code, fault["message"], fault.get("hint"), fault.get("details"))


def given(**values):
    """The arguments that were given: None means "not given" and is left out of a payload."""
    return {name: value for name, value in values.items() if value is not None}


REDIRECTS_MAX = 10
_FOLLOWED = frozenset({301, 302, 303, 307, 308})
_READING = frozenset({"GET", "HEAD"})
_CHANGED_BY_OLD_CLIENTS = frozenset({301, 302})
_BODY = frozenset({"json", "data", "data_base64", "files", "key"})
# What says who asks is for the origin that it was meant for.
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})


def following(payload, response):
    """The request that comes after this response; None where there is none to be made.

    A 301 or 302 of a change is handed back: clients make a GET of it and the change is lost without a word.
    """
    place, reads = response.headers.get("location"), payload["method"] in _READING
    if response.status not in _FOLLOWED or not place or (response.status in _CHANGED_BY_OLD_CLIENTS and not reads):
        return None
    try:
        url = _urls.urldefrag(_urls.urljoin(response.url, place)).url
    except ValueError:  # what it leads to is no URL
        return None
    after = {name: value for name, value in payload.items() if name != "params"} | {"url": url}
    if response.status == 303 and not reads:
        after = {name: value for name, value in after.items() if name not in _BODY} | {"method": "GET"}
        _keep_headers(after, lambda name, _: not name.startswith("content-"))
    if not _is_same_place(payload["url"], url):
        after.pop("auth", None)
        _keep_headers(after, lambda name, value: name not in _CREDENTIALS and not _is_secret(value))
    return after


def _keep_headers(request, fits):
    headers = request.get("headers")
    if headers:
        request["headers"] = {name: value for name, value in headers.items() if fits(str(name).lower(), value)}


def _is_secret(value):
    return isinstance(value, _secret.Secret) or _secret._HALF in str(value)


def _is_same_place(here, there):
    """The same origin, or the same host's by TLS."""
    ours, theirs = _urls.urlsplit(here), _urls.urlsplit(there)
    if (ours.scheme.lower(), ours.netloc.lower()) == (theirs.scheme.lower(), theirs.netloc.lower()):
        return True
    upgraded = (ours.scheme.lower(), theirs.scheme.lower()) == ("http", "https")
    return upgraded and ours.netloc.lower() == theirs.netloc.lower() and ":" not in ours.netloc
