"""Signatures with private keys, as JWTs have them (RFC 7518): the one place where such a key of a tenant is read."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from sandbox import Malformed

_RSA_BITS_MIN, _RSA_BITS_MAX = 2_048, 8_192
_WANTED = {"RS256": "an RSA key of 2,048 to 8,192 bits", "ES256": "a key of the curve P-256"}


def sign(algorithm: str, key: str, text: bytes) -> bytes:
    """The mark of a text. `key`: a private key in PEM, without a password. Raises Malformed, which shows none of it."""
    try:
        private = serialization.load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unfit(algorithm) from None
    if algorithm == "RS256" and isinstance(private, rsa.RSAPrivateKey):
        if not _RSA_BITS_MIN <= private.key_size <= _RSA_BITS_MAX:
            raise _unfit(algorithm)
        return private.sign(text, padding.PKCS1v15(), hashes.SHA256())
    if algorithm == "ES256" and isinstance(private, ec.EllipticCurvePrivateKey):
        if not isinstance(private.curve, ec.SECP256R1):
            raise _unfit(algorithm)
        pair = decode_dss_signature(private.sign(text, ec.ECDSA(hashes.SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in pair)
    raise _unfit(algorithm)


def _unfit(algorithm: str) -> Malformed:
    wanted = _WANTED[algorithm]
    message = f"the secret that {algorithm} signs with is no private key in PEM without a password: it wants {wanted}."
    return Malformed(message, "secret_refused", "Have its owner store the key itself, from BEGIN to END.")
