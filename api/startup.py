"""What stops a start, in a sentence for the operator: what is wrong, and what to do next."""

import ssl
from collections.abc import Generator
from contextlib import contextmanager

from tenants.base.errors import TenantsError
from tenants.base.key_ring import BadRingError

# Whose exceptions are about the database, by the package that they are from.
_OF_DATABASES = frozenset({"sqlalchemy", "sqlite3", "aiosqlite", "asyncpg"})


class StartError(Exception):
    """The process cannot start, for a reason outside of it. `hint` says what to do next,
    `problems` what is wrong with each of several settings: `path`, `message`.
    """

    def __init__(self, message: str, hint: str | None = None, problems: list[dict[str, str]] | None = None) -> None:
        self.message = message
        self.hint = hint
        self.problems = problems or []
        super().__init__(message)


@contextmanager
def starting() -> Generator[None]:
    """Around the opening of things: what an operator can mend is raised as StartError.

    Anything else is a fault of ours, and keeps its traceback.
    """
    try:
        yield
    except (StartError, TenantsError):
        raise
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        raise told from error


def _told(error: Exception) -> StartError | None:
    package = type(error).__module__.partition(".")[0]
    if package in _OF_DATABASES:
        cause = getattr(error, "orig", None) or error
        hint = "Look at SEALWRIGHT_DATABASE_URL, or at sealwright.db in SEALWRIGHT_DATA_DIR."
        return StartError(f"The database cannot be used: {_first_line(cause)}.", hint)
    if isinstance(error, ssl.SSLError):
        hint = "Look at SEALWRIGHT_TLS_CERTIFICATE and SEALWRIGHT_TLS_KEY: both are PEM, and belong together."
        return StartError(f"The certificate cannot be used: {_first_line(error)}.", hint)
    if isinstance(error, OSError):
        return _told_by_system(error)
    if isinstance(error, BadRingError | ValueError):
        return StartError(f"{_first_line(error)}.")
    return None


def _told_by_system(error: OSError) -> StartError:
    if error.filename:
        return StartError(f"{error.filename}: {error.strerror}.", "It is named by a setting, or below one that is.")
    hint = "Is what SEALWRIGHT_DATABASE_URL (or another address of the settings) names up, and to be reached from here?"
    return StartError(f"The system refuses: {_first_line(error)}.", hint)


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
