"""Tool packages: a folder with `spec.yaml` and `tool.py`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from api.documents import parse
from tenants.errors import InvalidError


@dataclass(frozen=True, slots=True)
class Package:
    spec: dict[str, Any]
    source: str


def read(folder: Path) -> Package:
    """Read a tool package. Raises InvalidError naming the file that is missing or does not parse."""
    spec = _mapping(folder / "spec.yaml")
    return Package(spec=spec, source=_text(folder / "tool.py"))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InvalidError(
            f"There is no file {path}.", hint="A tool package is a folder with spec.yaml and tool.py."
        ) from None
    except UnicodeDecodeError as error:
        raise InvalidError(f"{path} is not UTF-8 text: {error.reason} at byte {error.start}.") from None


def _mapping(path: Path) -> dict[str, Any]:
    try:
        value = parse(_text(path))
    except InvalidError as error:
        raise InvalidError(f"{path}: {error.message}", hint=error.hint) from None
    if not isinstance(value, dict):
        raise InvalidError(f"{path} holds no mapping.", hint="Start with `name:` and `description:`.")
    return cast("dict[str, Any]", value)
