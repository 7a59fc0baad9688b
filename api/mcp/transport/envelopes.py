"""JSON-RPC's own rules, held before the SDK sees a message: what could not be answered is refused, in words."""

from typing import Any, NamedTuple, cast

import mcp_types as types
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

_UNSUPPORTED_VERSION = -32_022
_PROBLEMS_MAX = 3
Id = str | int | None


class Fault(NamedTuple):
    """Why a message is none that is served, in JSON-RPC's own codes."""

    code: int
    message: str
    id: Id = None
    data: dict[str, Any] | None = None

    def wire(self) -> dict[str, Any]:
        data = {"data": self.data} if self.data is not None else {}
        return {"jsonrpc": "2.0", "id": self.id, "error": {"code": self.code, "message": self.message, **data}}


def is_id(given: object) -> bool:
    """Whether this names a request. true is none, though Python takes it for a number."""
    return isinstance(given, str) or (isinstance(given, int) and not isinstance(given, bool))


def read_fault(value: object) -> Fault | None:
    """Why a JSON value is no message; None when it is one."""
    if isinstance(value, list):
        return _invalid("This is a batch: send each message in a request of its own.")
    if not isinstance(value, dict):
        return _invalid("A message is a JSON object.")
    message = cast("dict[str, Any]", value)
    if message.get("jsonrpc") != "2.0":
        return _invalid('A message has "jsonrpc": "2.0".')
    if "method" in message:
        return _fault_of_request(message)
    return None if "result" in message or "error" in message else _invalid("A message has a method.")


def _fault_of_request(message: dict[str, Any]) -> Fault | None:
    if "id" in message and not is_id(message["id"]):
        return _invalid("The id of a request is a text or a whole number; a notification has none at all.")
    given: Id = message.get("id")
    if not isinstance(message["method"], str):
        return _invalid("A method is a text.", given)
    return _fault_of_params(message.get("params"), given)


def _fault_of_params(params: object, given: Id) -> Fault | None:
    if params is None:
        return None
    if not isinstance(params, dict):
        return _bad_params("params is an object.", given)
    meta = cast("dict[str, Any]", params).get("_meta")
    if meta is None:
        return None
    if not isinstance(meta, dict):
        return _bad_params("params/_meta is an object.", given)
    token = cast("dict[str, Any]", meta).get("progressToken")
    if token is not None and not is_id(token):
        return _bad_params("params/_meta/progressToken is a text or a whole number.", given)
    return None


def read_version_fault(version: str | None, message: dict[str, Any]) -> Fault | None:
    """Why a request cannot be served in the version that its header names; None when it can, or says more of it."""
    if not version or version in HANDSHAKE_PROTOCOL_VERSIONS or version in MODERN_PROTOCOL_VERSIONS:
        return None
    params: Any = message.get("params")
    meta: Any = cast("dict[str, Any]", params).get("_meta") if isinstance(params, dict) else None
    if message.get("method") == "initialize" or (isinstance(meta, dict) and types.PROTOCOL_VERSION_META_KEY in meta):
        return None
    supported = [*MODERN_PROTOCOL_VERSIONS, *reversed(HANDSHAKE_PROTOCOL_VERSIONS)]
    said = f"MCP-Protocol-Version {version[:40]!r} is not spoken here; {', '.join(supported)} are."
    given = message.get("id")
    data = {"supported": supported, "requested": version[:40]}
    return Fault(_UNSUPPORTED_VERSION, said, cast("Id", given) if is_id(given) else None, data)


def plain(message: dict[str, Any]) -> dict[str, Any]:
    """The message without what stands for nothing: null where something may be left out."""
    params: Any = message.get("params")
    if not isinstance(params, dict):
        return {name: value for name, value in message.items() if name != "params"}
    known = cast("dict[str, Any]", params)
    meta: Any = known.get("_meta")
    if isinstance(meta, dict) and cast("dict[str, Any]", meta).get("progressToken", 0) is None:
        meta = {name: value for name, value in cast("dict[str, Any]", meta).items() if name != "progressToken"}
    bare = {name: value for name, value in known.items() if name != "_meta"}
    return {**message, "params": bare if meta is None else {**bare, "_meta": meta}}


def in_words(error: ValidationError) -> str:
    """What is wrong with a request's params, and where: the SDK says only that something is."""
    told = dict[str, str]()
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        path = "/".join(["params", *(str(part) for part in each["loc"])])
        told.setdefault(path, each["msg"])
    shown = [f"{path}: {said}" for path, said in list(told.items())[:_PROBLEMS_MAX]]
    return "These params are not valid. " + "; ".join(shown)


def _invalid(message: str, given: Id = None) -> Fault:
    return Fault(types.INVALID_REQUEST, message, given)


def _bad_params(message: str, given: Id) -> Fault:
    return Fault(types.INVALID_PARAMS, message, given)
