"""Tool packages: a folder with `spec.yaml` and `tool.py`. They are strangers' files: a confined process reads them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tenants.base.errors import InvalidError
from tenants.confinement.reading import Reader

# Whose confined process it is, where there is no tenant: the command line's.
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Package:
    """`spec` was checked, and is complete."""

    spec: dict[str, Any]
    source: str


async def read_package(reader: Reader, folder: Path) -> Package:
    """Read a tool package and check its spec. Raises InvalidError naming the file that is missing or not valid."""
    spec = await read_spec(reader, folder / "spec.yaml")
    return Package(spec, _text(folder / "tool.py"))


async def read_spec(reader: Reader, path: Path) -> dict[str, Any]:
    """The spec in a YAML file, checked and complete. Raises InvalidError."""
    value = await read_document(reader, path)
    if not isinstance(value, dict):
        raise InvalidError(f"{path} holds no mapping.", hint="Start with `name:` and `description:`.")
    body = cast("dict[str, Any]", value)
    return (await reader.checked(NOBODY, body, f"{path} is not valid.")).spec


async def read_document(reader: Reader, path: Path) -> Any:
    """The value of a YAML file. Raises InvalidError."""
    try:
        return await reader.document(NOBODY, _text(path))
    except InvalidError as error:
        raise InvalidError(f"{path}: {error.message}", hint=error.hint) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InvalidError(
            f"There is no file {path}.", hint="A tool package is a folder with spec.yaml and tool.py."
        ) from None
    except UnicodeDecodeError as error:
        raise InvalidError(f"{path} is not UTF-8 text: {error.reason} at byte {error.start}.") from None
