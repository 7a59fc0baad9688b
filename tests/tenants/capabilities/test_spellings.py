"""What a server repeats of a secret does not come back, however it is spelled; what it costs to look is bounded."""

import base64
import codecs
import gzip
import html
import json
import quopri
import re
import time
import zlib
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from tenants.capabilities.secrets import Scrubber, Secret

VALUE = 'sk_live_"51H/x+y=~&<é>\\z'
SHOWN = "{{secret:key}}"


def found_in(said: str | bytes) -> str:
    scrub = Scrubber([Secret("other", "another-secret", ()), Secret("key", VALUE, ())])
    cleaned = scrub.text(said) if isinstance(said, str) else scrub.content(said).decode("latin-1")
    assert scrub.found == {"key"}, said
    return cleaned


def entities(value: str, form: str) -> str:
    return "".join(f"&#{format(ord(letter), form)};" for letter in value)


def lower_escapes(value: str) -> str:
    quoted = quote(value, safe="")
    return "".join(one.lower() if at and quoted[at - 1] == "%" else one for at, one in enumerate(quoted))


def aspnet(value: str) -> str:
    """As .NET's JSON writer does: whatever HTML knows is escaped."""
    return "".join(c if (c.isalnum() and c.isascii()) or c == "_" else f"\\u{ord(c):04X}" for c in value)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "percent": lambda value: quote(value, safe=""),
    "percent with slashes": quote,
    "percent, small": lower_escapes,
    "percent, all of it": lambda value: "".join(f"%{byte:02x}" for byte in value.encode()),
    "percent twice": lambda value: quote(quote(value, safe=""), safe=""),
    "percent three times": lambda value: quote(quote(quote(value, safe=""), safe=""), safe=""),
    "form": quote_plus,
    "percent u": lambda value: "".join(f"%u{ord(letter):04x}" for letter in value),
    "JSON": lambda value: json.dumps(value)[1:-1],
    "JSON without escapes": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    "PHP's JSON": lambda value: json.dumps(value)[1:-1].replace("/", "\\/"),
    ".NET's JSON": aspnet,
    "JSON, all of it": lambda value: "".join(f"\\u{ord(letter):04x}" for letter in value),
    "JSON in JSON": lambda value: json.dumps(json.dumps({"k": value})),
    "JSON in JSON in JSON": lambda value: json.dumps(json.dumps(json.dumps(value))),
    "JavaScript": lambda value: "".join(f"\\x{ord(letter):02x}" for letter in value),
    "JavaScript, braces": lambda value: "".join(f"\\u{{{ord(letter):x}}}" for letter in value),
    "Python": lambda value: repr(value.encode()),
    "octal": lambda value: "".join(f"\\{byte:03o}" for byte in value.encode()),
    "HTML": html.escape,
    "HTML, decimal": lambda value: entities(value, "d"),
    "HTML, hex": lambda value: entities(value, "x").replace("&#", "&#x"),
    "HTML, HEX": lambda value: entities(value, "X").replace("&#", "&#X"),
    "HTML in JSON": lambda value: json.dumps(html.escape(value)),
    "percent in HTML": lambda value: html.escape(quote(value, safe="") + "&" + value),
    "percent in JSON in HTML": lambda value: html.escape(json.dumps({"a": quote(value, safe="")})),
    "quoted-printable": lambda value: quopri.encodestring(value.encode(), quotetabs=True).decode(),
    "quoted-printable, wrapped": lambda value: "=\r\n".join(quopri.encodestring(value.encode()).decode()),
    "quoted-printable, all of it": lambda value: "".join(f"={byte:02X}" for byte in value.encode()),
    "hex": lambda value: value.encode().hex(),
    "HEX": lambda value: value.encode().hex().upper(),
    "mixed hex": lambda value: value.encode().hex().title(),
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64 of basic": lambda value: base64.b64encode(f"ann:{value}".encode()).decode(),
    "base64 of the first third": lambda value: base64.b64encode(f"a{value}b".encode()).decode(),
    "base64 of the second third": lambda value: base64.b64encode(f"ab{value}".encode()).decode(),
    "base64, url-safe": lambda value: base64.urlsafe_b64encode(f"{value}??>".encode()).decode().rstrip("="),
    "base64, wrapped": lambda value: "\r\n".join(
        base64.b64encode(value.encode()).decode()[n : n + 8] for n in range(0, 40, 8)
    ),
    "base64 in JSON": lambda value: json.dumps(base64.b64encode(f"?{value}".encode()).decode()).replace("/", "\\/"),
    "base64 in a query": lambda value: quote(base64.b64encode(f"ab{value}".encode()).decode(), safe=""),
    "base64 twice": lambda value: base64.b64encode(base64.b64encode(f"ann:{value}".encode())).decode(),
    "base64 of UTF-16": lambda value: base64.b64encode(value.encode("utf-16-le")).decode(),
    "reversed": lambda value: value[::-1],
    "reversed in JSON": lambda value: json.dumps(value[::-1]),
    "reversed in base64": lambda value: base64.b64encode(value[::-1].encode()).decode(),
    "small letters": str.lower,
    "capitals": str.upper,
    "percent in capitals": lambda value: quote(value, safe="").upper(),
    "escaped and broken into lines": lambda value: "\n ".join(json.dumps(value)[1:-1]),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("around", ["%s", '{"a": "%s", "b": 1}', "x%%20y\\n&amp; %s <p>&lt;</p> 100%% =3D \n"])
def test_a_secret_is_found_in_every_spelling_and_only_the_spelling_is_taken_out(spelling: str, around: str) -> None:
    before, after = (part.replace("%%", "%") for part in around.split("%s"))
    said = SPELLINGS[spelling](VALUE)

    cleaned = found_in(before + said + after)

    assert SHOWN in cleaned
    assert cleaned.startswith(before)
    assert cleaned.endswith(after)
    assert VALUE[8:] not in cleaned


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-16-le", "utf-16-be", "utf-16", "utf-32-le", "utf-32-be", "utf-8-sig", "latin-1", "cp1252"],
)
def test_a_secret_is_found_in_other_encodings(encoding: str) -> None:
    assert SHOWN in found_in(f"the key is {VALUE}.".encode(encoding))


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(b"x" * 100 + VALUE.encode(), mtime=0),
        gzip.compress(json.dumps({"a": VALUE}).encode(), mtime=0),
        zlib.compress(VALUE.encode()),
        zlib.compress(VALUE.encode(), 9),
        zlib.compress(quote(VALUE, safe="").encode(), 0),
    ],
)
def test_a_packed_body_that_holds_a_secret_is_withheld(packed: bytes) -> None:
    assert found_in(packed) == SHOWN


@pytest.mark.parametrize(
    "said",
    [
        "nothing of it",
        "sk_live_",
        "100% sure\\n &amp; =3D",
        '{"key": "{{secret:key}}"}',
        "\\u12 %4 &#; &nosuch; \\",
        "%ff\\ud800 &#xD800; &#99999999;",
        "\ud800 half",
        "",
    ],
)
def test_everything_else_is_left_as_it_is(said: str) -> None:
    scrub = Scrubber([Secret("key", VALUE, ())])

    assert scrub.text(said) == said
    assert scrub.found == set()


def test_other_bytes_and_bombs_are_left_as_they_are() -> None:
    scrub = Scrubber([Secret("key", VALUE, ())])
    bomb = gzip.compress(bytes(50 << 20))

    for content in (bytes(range(256)), bomb, b"\x1f\x8b broken", b"\x78\x9c"):
        assert scrub.content(content) == content


def test_a_value_that_looks_encoded_itself_is_found() -> None:
    for value in (
        "a%41b%2Fc&amp;d",
        "ab12cd=3Dxyz",
        "x\\u0041\\/yyyy",
        "two words+plus",
        "{{secret:other}}",
        "漢字😀漢字😀漢字😀",
    ):
        for spell in (SPELLINGS[name] for name in ("plain", "percent", "JSON", "PHP's JSON", "HTML", "form", "base64")):
            scrub = Scrubber([Secret("key", value, ())])
            # What base64 says of a value's last bits is left: it is no more than two letters.
            cleaned = re.sub(r"(?<=}})[\w+/-]{0,2}=*;", ";", scrub.text(f"token={spell(value)};"))
            assert cleaned == "token={{secret:key}};", (value, spell(value))


def test_several_secrets_are_told_apart() -> None:
    one, other = Secret("one", "first-secret-value", ()), Secret("other", "first-secret-value-and-more", ())
    scrub = Scrubber([one, other])

    assert (
        scrub.text(f"{one.value} {codecs.encode(other.value, 'rot13')}") == "{{secret:one}} svefg-frperg-inyhr-naq-zber"
    )
    assert "secret-value" not in scrub.text(other.value)


@pytest.mark.parametrize(
    "filling",
    [
        "a",
        "%41",
        "\\u0041",
        "\\/",
        "&amp;",
        "=41",
        "\r\n",
        "%25",
        "&amp;amp;",
        "%5Cu0025",
        '{"a": "b\\n"}, ',
        "a" * 7 + "b",
    ],
)
def test_the_time_it_takes_grows_as_the_text_does(filling: str) -> None:
    """Not how long it takes, but that sixteen times as much takes no more than so many times as long."""
    scrub = Scrubber([Secret("key", "a" * 4_000 + "b", ()), Secret("other", VALUE, ())])

    def took(size: int) -> float:
        text = filling * (size // len(filling))
        started = time.thread_time()
        scrub.text(text)
        return time.thread_time() - started

    took(1 << 12)
    small = max(took(1 << 16), took(1 << 16), 0.002)
    # Whatever else this machine does makes it longer, never shorter.
    assert min(took(1 << 20), took(1 << 20)) < 16 * 6 * small
