"""What is sent as a passkey is looked through before a reader of all of CBOR sees it: that one compiles patterns."""

import hashlib
import json
import time
from collections.abc import AsyncGenerator
from typing import Any

import cbor2
import pytest

from api.proxies import networks
from tenants.sign_in.authenticator_data import OddAnswerError, demand_plain
from tests.api.people import browser, sign_up
from tests.api.security_key import SecurityKey, decoded, encoded
from tests.held_up import computed
from tests.makers import Product, served

KEY = SecurityKey(origin="http://127.0.0.1:1", rp_id="127.0.0.1")
PATTERN = "(?i)" + "[\x00-\uffff]" * 1_000
HEAD = hashlib.sha256(b"127.0.0.1").digest()


def tagged(tag: int, value: Any) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(tag, value))


def attested(statement: bytes = b"\xa0", data: bytes | None = None, fmt: bytes = b"\x64none") -> bytes:
    """An attestation of which parts are written by hand."""
    held = KEY.create({"challenge": "AAAA"})["response"]["attestationObject"]
    plain = cbor2.loads(decoded(held))["authData"] if data is None else data
    return b"\xa3\x63fmt" + fmt + b"\x67attStmt" + statement + b"\x68authData" + cbor2.dumps(plain)


def with_key(key: bytes, flags: int = 0x45) -> bytes:
    """Authenticator data of which the key (and what follows) is written by hand."""
    return HEAD + bytes([flags]) + bytes(4) + bytes(16) + b"\x00\x04abcd" + key


COSE = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)})
# Each is a whole attestation.
ODD: dict[str, bytes] = {
    "a pattern": tagged(35, PATTERN),
    "a pattern as the statement": attested(tagged(35, PATTERN)),
    "a pattern as the format": attested(fmt=tagged(35, PATTERN)),
    "a pattern in the statement": attested(b"\xa1\x63sig" + tagged(35, PATTERN)),
    "a pattern as a key": attested(b"\xa1" + tagged(35, "a") + b"\x01"),
    "a pattern as the public key": attested(data=with_key(tagged(35, PATTERN))),
    "a pattern in the public key": attested(data=with_key(b"\xa1\x20" + tagged(35, PATTERN))),
    "a pattern as extensions": attested(data=with_key(COSE + tagged(35, PATTERN), 0xC5)),
    "a pattern behind the key": attested(data=with_key(COSE + tagged(35, PATTERN))),
    "a letter": tagged(36, "From: a\r\n\r\n"),
    "a large number": attested(data=with_key(b"\xa1\x20\xc2\x59\x40\x00" + b"\xff" * 16_384)),
    "a power": attested(b"\xa1\x63sig" + tagged(4, [2**40, 1])),
    "a power of two": attested(b"\xa1\x63sig" + tagged(5, [2**40, 1])),
    "a fraction": attested(b"\xa1\x63sig" + tagged(30, [1, 3])),
    "a time": attested(b"\xa1\x63sig" + tagged(1, 10**18)),
    "a date": attested(b"\xa1\x63sig" + tagged(0, "9" * 3_000)),
    "an address": attested(b"\xa1\x63sig" + tagged(260, b"\x7f\x00\x00\x01")),
    "itself": b"\xd8\x1c\x81\xd8\x1d\x00",
    "a text that was there": b"\xd9\x01\x00" + attested(),
    "a set": tagged(258, [1, 2]),
    "CBOR that says so": tagged(55799, {}),
    "lists in lists": b"\x81" * 5_000 + b"\x00",
    "maps in maps": b"\xa1\x00" * 2_500 + b"\x00",
    "tags on tags": b"\xc1" * 5_000 + b"\x00",
    "a list of a billion": b"\x9a\x3b\x9a\xca\x00",
    "a map of a billion": b"\xba\x3b\x9a\xca\x00",
    "bytes of a billion": b"\x5a\x3b\x9a\xca\x00",
    "a list without an end": b"\x9f" + b"\x00" * 5_000,
    "bytes without an end": b"\x5f" + b"\x41a" * 2_000,
    "a map without an end": b"\xbf" + b"\x00\x00" * 2_000,
    "many small things": b"\x99\x13\x88" + b"\x00" * 5_000,
    "a number with a point": attested(b"\xa1\x63alg\xfb\x7f\xf0\x00\x00\x00\x00\x00\x00"),
    "half a number": attested(b"\xa1\x63alg\xf9\x7e\x00"),
    "a value that is none": attested(b"\xa1\x63alg\xf7"),
    "a simple value": attested(b"\xa1\x63alg\xf8\xff"),
    "a length that is none": b"\x1c",
    "the same key twice": attested(b"\xa2\x63alg\x01\x63alg\x01"),
    "certificates": attested(b"\xa1\x63x5c\x81\x41a", fmt=b"\x66packed"),
    "a format of telephones": attested(fmt=b"\x71android-safetynet"),
    "a format of chips": attested(fmt=b"\x63tpm"),
    "a format that is a number": attested(fmt=b"\x01"),
    "a statement that is a list": attested(b"\x80"),
    "no data": b"\xa2\x63fmt\x64none\x67attStmt\xa0",
    "data that is a text": attested().replace(b"\x68authData\x58", b"\x68authData\x78"),
    "something behind it": attested() + b"\x00",
    "its beginning": attested()[:-5],
    "nothing": b"",
    "more than a key says": attested(b"\xa1\x63sig\x59\x40\x00" + bytes(16_384), fmt=b"\x66packed"),
}


def answer(attestation: bytes, challenge: str = "AAAA") -> dict[str, Any]:
    plain = KEY.create({"challenge": challenge})
    return {**plain, "response": {**plain["response"], "attestationObject": encoded(attestation)}}


@pytest.mark.parametrize("what", ODD)
def test_what_no_authenticator_says_is_refused_before_it_is_read(what: str) -> None:
    began = time.thread_time()
    with pytest.raises(OddAnswerError):
        demand_plain(answer(ODD[what]))
    # Of this thread alone, and with room for a collection of garbage in between.
    assert time.thread_time() - began < 1


@pytest.mark.parametrize(
    "attestation",
    [
        attested(),
        attested(b"\xa2\x63alg\x26\x63sig\x44abcd", fmt=b"\x66packed"),
        attested(data=with_key(COSE)),
        attested(data=with_key(COSE + cbor2.dumps({"credProtect": 2, "hmac-secret": True}), 0xC5)),
        cbor2.dumps({"authData": with_key(COSE), "attStmt": {}, "fmt": "none"}),
    ],
)
def test_what_authenticators_say_passes(attestation: bytes) -> None:
    demand_plain(answer(attestation))
    demand_plain(KEY.get({"challenge": "AAAA"}))


@pytest.mark.parametrize(
    "data",
    [
        "[" * 3_000, "{}" * 2, '{"a": NaN}', '{"a": 1e999}', "", "\xff\xfe",
        json.dumps({"type": "webauthn.create", "challenge": "A" * 9_000}),
    ],
)  # fmt: skip
def test_the_clients_data_is_small_json(data: str) -> None:
    plain = answer(attested())
    plain["response"]["clientDataJSON"] = encoded(data.encode("latin-1"))
    with pytest.raises(OddAnswerError):
        demand_plain(plain)


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Product]:
    async with served(tmp_path_factory.mktemp("odd-passkeys"), trusted_proxies=networks(["127.0.0.0/8"])) as product:
        yield product


async def test_a_passkey_that_is_a_pattern_does_not_hold_the_server_up(house: Product) -> None:
    names = [name for name in ODD if "pattern" in name]
    async with browser(house, "203.0.113.77") as person:
        await sign_up(person, "pattern@acme.example")
        key = SecurityKey(origin=house.url, rp_id="127.0.0.1")
        for name in names:
            options = (await person.post("/account/passkeys/challenge")).json()
            credential = key.create(options)
            credential["response"]["attestationObject"] = encoded(ODD[name])
            with computed() as answering:
                refused = await person.post("/account/passkeys", json={"name": "x", "credential": credential})
            assert refused.status_code == 422, refused.text
            # 1,000 of it took the event loop 7 seconds, and 64 KB may be sent.
            assert answering.s < 1
        options = (await person.post("/account/passkeys/challenge")).json()
        added = await person.post("/account/passkeys", json={"name": "x", "credential": key.create(options)})
        assert added.status_code == 201, added.text
