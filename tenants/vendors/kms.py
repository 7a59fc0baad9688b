"""Wrapping keys at rest under AWS KMS: the ring holds them locked, and each is opened once, when a process starts.

KMS is asked at the start only. Asking it for every tenant's key instead was rejected: serving would stand and fall
with another service, at some 10 ms a call. Region, credentials and endpoint are botocore's own to find.
"""

import base64
from typing import Any, cast

# How a key is written that is locked: ID:FORM:BASE64.
FORM = "aws-kms"
HINT = "Check the process's AWS credentials and region, and that they may use the key (kms:Decrypt)."


class LockedError(Exception):
    """KMS did not open or make a key. The message is its own."""


def make(name: str, kms_key: str) -> str:
    """Have KMS make a key of 32 bytes that nobody sees; return it locked, in base64. Raises LockedError."""
    answer = _asked("generate_data_key_without_plaintext", KeyId=kms_key, NumberOfBytes=32, **_bound_to(name))
    return base64.b64encode(answer["CiphertextBlob"]).decode()


def unlock(name: str, locked: bytes) -> bytes:
    """Open what `make` gave for the same name. Raises LockedError."""
    return _asked("decrypt", CiphertextBlob=locked, **_bound_to(name))["Plaintext"]


def _asked(operation: str, **given: object) -> dict[str, bytes]:
    # Imported here: most processes start without it, and those that were killed are waited for.
    from botocore.config import Config  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    from botocore.session import Session  # noqa: PLC0415

    patience = Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 3, "mode": "standard"})
    try:
        # Its clients are made at run time from descriptions: no type knows their methods.
        client = cast("Any", Session()).create_client("kms", config=patience)
        return getattr(client, operation)(**given)
    except (BotoCoreError, ClientError) as error:
        raise LockedError(str(error)) from error


def _bound_to(name: str) -> dict[str, dict[str, str]]:
    # KMS writes this into its own audit trail, and refuses to open under another name.
    return {"EncryptionContext": {"purpose": "sealwright wrapping key", "id": name}}
