import json as _json
import re as _re

from sealwright import _door
from sealwright._errors import CapabilityRefused

# The half character has no UTF-8 form: whoever encodes or hashes a placeholder fails there and then.
_HALF = "\udbff"
_OWN = _re.compile(r"\{\{secret:([A-Za-z0-9_.-]{1,100})(?:\udbff|\\udbff)([0-9a-f]{48})\}\}")
_RIGHT_WAY = (
    "Put it whole where it belongs: a header (f\"Bearer {secret('x')}\"), a query parameter (params=), a form field "
    "(data={...}), a value in json=, the end of a part of the URL's path (f\"/bot{secret('x')}/send\"), "
    'or auth={"basic": (user, secret("x"))}. To sign: auth={"hmac": {"key": secret("x"), ...}} or {"jwt": {...}}. '
    'To check what was signed: signatures.verify("github", "x", body, signature).'
)
_NO_RUN = "Write secret(...) inside the function, or keep what it returns as it is."


def secret(name: str) -> Secret:
    """A secret of the tenant, to be put into a request: `headers={"Authorization": f"Bearer {secret('stripe_key')}"}`.

    The value never enters the tool. The host puts it in when the request leaves, and only towards the hosts the
    secret is bound to. It may be a whole header (or follow one word such as Bearer), a whole query parameter, form
    field or JSON text, or a part of `auth`; anywhere else is refused. It cannot be encoded, hashed, compared or cut.

    Raises ValueError for a name that is not 1 to 100 of A-Z a-z 0-9 _ . -
    """
    return Secret(name)


class Secret:
    """What `secret(name)` returns."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        if not isinstance(name, str) or not _re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", name):
            raise ValueError("The name of a secret is 1 to 100 of A-Z a-z 0-9 _ . -")
        self._name = name

    def __str__(self) -> str:
        tag = _tag(self._name)
        if tag is None:
            return "{{secret:" + self._name + "}}"
        if not tag:
            message = f"secret({self._name!r}) was made into a text while the source is imported"
            raise CapabilityRefused("capability_refused", message, _NO_RUN)
        return "{{secret:" + self._name + _HALF + tag + "}}"

    def __format__(self, form: str) -> str:
        if form:
            raise _misuse()
        return str(self)

    def __repr__(self) -> str:
        return f"secret({self._name!r})"

    def __add__(self, other: str) -> str:
        return str(self) + other if isinstance(other, str) else NotImplemented

    def __radd__(self, other: str) -> str:
        return other + str(self) if isinstance(other, str) else NotImplemented

    def __bool__(self) -> bool:
        return True

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"A secret has no {name}: {_MISUSE}")

    def _refuse(self, *_):
        raise _misuse()

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _refuse
    __len__ = __iter__ = __contains__ = __getitem__ = __mul__ = __rmul__ = __mod__ = _refuse
    __bytes__ = __int__ = __float__ = __index__ = __reduce_ex__ = _refuse


def _tag(name):
    """Empty where there is no run. None on a host that knows no tags: see sandbox/exports.py."""
    asked = {"capability": "secret", "operation": "tag", "payload": {"name": name}}
    said = _json.loads(_door.call(_json.dumps(asked))).get("value")
    return said if isinstance(said, str) else None


_MISUSE = f"the tool never has its value, so it cannot be compared, cut, encoded or hashed. {_RIGHT_WAY}"


def _misuse():
    return TypeError(f"A secret is no text: {_MISUSE}")


def _written(value):
    """For json.dumps: how a value that JSON does not know is written."""
    if isinstance(value, Secret):
        return str(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _shown(text):
    """A text as people may read it: the name of a secret, and nothing that stands for it."""
    return _OWN.sub(r"{{secret:\1}}", text) if "udbff" in text or _HALF in text else text


def _sent(request):
    """A request in JSON as the host reads it: what the tool could not encode is written out."""
    return _OWN.sub(r"{{secret:\1:\2}}", request) if "udbff" in request else request


def _encoded(error):
    """Whether this is a secret's placeholder being encoded."""
    return isinstance(error, UnicodeEncodeError) and _HALF in error.object
