"""One reader of mail addresses for all who judge or use them: what a grant allows is what leaves."""

import re
import unicodedata
from dataclasses import dataclass

from sandbox.capabilities.permits import Malformed

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Nothing in an address may read as a second address, a comment or a command.
_ATOM = r"[^\s<>()\[\]\\,;:@\"\x00-\x1f\x7f]+"
_ADDRESS = rf"{_ATOM}@{_ATOM}"
_MAILBOX = re.compile(
    rf'(?:(?P<name>[^<>()\[\]\\,;:@"]*?|"(?P<quoted>[^"\\]*)") *<(?P<inside>{_ADDRESS})>|(?P<bare>{_ADDRESS}))'
)
NAME_CHARACTERS_MAX = 100
# IDNA 2003 makes other letters of these, and so another domain, than IDNA 2008 does.
_AMBIGUOUS = re.compile("[\u00df\u03c2\u200c\u200d]")
# Characters that show nothing, or turn around what is shown: controls, formats, private and unassigned ones, lines.
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# What a reader takes for a place in the net, and mail programs for a link.
_DOMAIN = re.compile(
    r"(?<![\w.-])((?:[\w-]+\.)+(?:com|net|org|info|biz|gov|mil|edu|io|co|app|dev|bank|shop|online|site|xyz|example|eu|de"
    r"|fr|uk|us|ch|at|it|es|nl|be|pl|se|no|dk|fi|cz|pt|ie|jp|cn|in|br|au|ca|ru))(?![\w-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address, and the name that goes with it."""

    name: str
    address: str

    @classmethod
    def parse(cls, given: object) -> "Mailbox":
        """From `ann@example.com` or `Ann <ann@example.com>`. Raises Malformed."""
        found = _MAILBOX.fullmatch(given.strip()) if isinstance(given, str) and not _CONTROL.search(given) else None
        if found is None:
            raise Malformed(f"{str(given)[:200]!r} is no email address.")
        mailbox = cls((found["quoted"] or found["name"] or "").strip(), found["inside"] or found["bare"])
        _ = mailbox.domain
        return mailbox

    @property
    def domain(self) -> str:
        """As the net knows it: lower case, ASCII. Raises Malformed."""
        return domain(self.address.rpartition("@")[2])

    @property
    def wire(self) -> str:
        """The address as it is sent to: its domain in ASCII, so that any mail server takes it.

        Who has other letters before the @ needs a server that knows them, and that one takes the domain as it is.
        """
        local = self.address.rpartition("@")[0]
        return f"{local}@{self.domain}" if local.isascii() and not self.address.isascii() else self.address

    @property
    def normal(self) -> str:
        """The address as it is compared. Outside ASCII, letters that look alike in lower case are not the same."""
        local = self.address.rpartition("@")[0]
        return f"{local.lower() if local.isascii() else local}@{self.domain}"

    def demand_honest_name(self) -> None:
        """Raises Malformed for a name that shows, or may show, another sender than the address."""
        plain = unicodedata.normalize("NFKC", self.name)
        if len(self.name) > NAME_CHARACTERS_MAX:
            raise Malformed(f"a sender's name has up to {NAME_CHARACTERS_MAX} characters.")
        if "@" in plain or "=?" in plain or any(unicodedata.category(one) in _UNSHOWN for one in self.name):
            raise Malformed("a sender's name holds no '@', no '=?' and no characters that cannot be seen.")
        others = [one for one in _DOMAIN.findall(plain) if not self._owns(one)]
        if others:
            raise Malformed(f"a sender's name names no other domain than its own, as {others[0]!r} does.")

    def _owns(self, named: str) -> bool:
        wanted = domain(named)
        return self.domain == wanted or self.domain.endswith(f".{wanted}")


def domain(given: str) -> str:
    """A domain as the net knows it: lower case, ASCII. Raises Malformed."""
    if _AMBIGUOUS.search(given):
        raise Malformed(f"{given[:200]!r} has letters that two standards write otherwise; give its xn-- form.")
    try:
        ours = given.lower() if given.isascii() else given.encode("idna").decode("ascii").lower()
    except UnicodeError:
        ours = ""
    if not ours or len(ours) > 253 or not all(ours.split(".")):
        raise Malformed(f"{given[:200]!r} is no domain.")
    return ours
