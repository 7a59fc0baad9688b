"""A security key in software: makes a WebAuthn credential and signs what it is asked, as a browser hands it over."""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SecurityKey:
    """`origin` and `rp_id` are what the browser would vouch for: change them to be a stranger's page."""

    origin: str
    rp_id: str
    uses: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """What navigator.credentials.create() gives for `options`, as JSON."""
        data = self._client_data("webauthn.create", options["challenge"])
        attestation: dict[str, Any] = {
            "fmt": "none",
            "attStmt": {},
            "authData": self._authenticator(0x45) + self._credential(),
        }
        return self._answer(data, {"attestationObject": encoded(cbor2.dumps(attestation)), "transports": ["usb"]})

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """What navigator.credentials.get() gives."""
        self.uses += 1
        data = self._client_data("webauthn.get", options["challenge"])
        about = self._authenticator(0x05)
        signature = self.private.sign(about + hashlib.sha256(data).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(data, {"authenticatorData": encoded(about), "signature": encoded(signature)})

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _authenticator(self, flags: int) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", self.uses)

    def _credential(self) -> bytes:
        numbers = self.private.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + cbor2.dumps(key)

    def _answer(self, data: bytes, response: dict[str, Any]) -> dict[str, Any]:
        name = encoded(self.credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": {"clientDataJSON": encoded(data), **response},
            "clientExtensionResults": {},
        }
