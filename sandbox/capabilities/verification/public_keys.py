"""Marks that are checked with public keys (RFC 7518). Whoever checks none has no use for the cryptography."""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_RSA_BITS_MIN, _RSA_BITS_MAX = 2_048, 8_192
_EXPONENT_MIN, _EXPONENT_MAX = 3, 1 << 32
_HALF = 32  # bytes of each number of an ES256 mark
Key = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


def from_pem(text: str, algorithm: str) -> Key | None:
    """The public key that a PEM text holds; None for any other text, and for a key that is not for the algorithm."""
    try:
        key = serialization.load_pem_public_key(text.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return _fit(key, algorithm) if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else None


def from_numbers(first: int, second: int, algorithm: str) -> Key | None:
    """Of RSA the modulus and the exponent, of P-256 a point's two numbers; None for what is no such key."""
    try:
        if algorithm == "RS256":
            return _fit(rsa.RSAPublicNumbers(second, first).public_key(), algorithm)
        return _fit(ec.EllipticCurvePublicNumbers(first, second, ec.SECP256R1()).public_key(), algorithm)
    except (ValueError, OverflowError, UnsupportedAlgorithm):
        return None


def _fit(key: Key, algorithm: str) -> Key | None:
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key if algorithm == "ES256" and isinstance(key.curve, ec.SECP256R1) else None
    sound = _EXPONENT_MIN <= key.public_numbers().e < _EXPONENT_MAX and key.public_numbers().e % 2 == 1
    return key if algorithm == "RS256" and sound and _RSA_BITS_MIN <= key.key_size <= _RSA_BITS_MAX else None


def is_right(key: Key, text: bytes, mark: bytes) -> bool:
    """Whether the mark of a text was made with the private key to this public one."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(mark, text, padding.PKCS1v15(), hashes.SHA256())
            return True
        if len(mark) != 2 * _HALF:
            return False
        pair = (int.from_bytes(mark[:_HALF], "big"), int.from_bytes(mark[_HALF:], "big"))
        key.verify(encode_dss_signature(*pair), text, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
