"""A typed client of the REST API, for programs in Python: docs/how-to/client.md.

It knows nothing of the server's code: what it may be asked is written from the OpenAPI document (`generator.py`).
"""

from api.client.answers import ApiError
from api.client.clients import AsyncSealwright, Sealwright

__all__ = ["ApiError", "AsyncSealwright", "Sealwright"]
