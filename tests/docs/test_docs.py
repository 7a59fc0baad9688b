"""What the documentation names is there, its pictures are the code's, and its examples do what they say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import Image
from tests.docs import pictures
from tests.makers import CHECKOUT

PAGES = sorted(
    [
        *(CHECKOUT / "docs").rglob("*.md"),
        *(CHECKOUT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    ]
)
FOLDERS = "api|tenants|sandbox|frontend|tests|examples|docs|requirements"
# A path of ours in a text. Not what a URL or another folder's path goes on with.
PATH = re.compile(rf"(?<![\w/.-])(?:{FOLDERS})/[\w./-]*\w")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)")
# Capitals stand for what the reader fills in; a date or number in capitals does not.
FILLED_IN = re.compile(r"[A-Z]{4,}")
SPOKEN = {"README", "CONTRIBUTING", "SECURITY", "CHANGELOG"}
REQUEST = re.compile(r"^\| \d+ \|[^|]*\| (\d+) \| (\d+) \|", re.MULTILINE)
BLOCK = re.compile(r"^```(\w+) (test|file=(\S+))\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def title(page: Path) -> str:
    return str(page.relative_to(CHECKOUT))


def is_there(named: str) -> bool:
    return any(found for found in (CHECKOUT / named, CHECKOUT / f"{named}.py") if found.exists())


def missing(page: Path) -> list[str]:
    """The paths and links of a page that lead nowhere."""
    text = page.read_text()
    named = [name for name in PATH.findall(text) if not set(FILLED_IN.findall(name)) - SPOKEN]
    return [
        *(name for name in named if not is_there(name)),
        *(link for link in LINK.findall(text) if not page.parent.joinpath(link).exists()),
    ]


@pytest.mark.parametrize("page", PAGES, ids=title)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    assert missing(page) == []


def test_a_path_that_leads_nowhere_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("See `tenants/runs/gone.py`, tenants/runs/NAME.py, `tenants/runs/runs.py`, [this](nowhere.md).")
    assert missing(page) == ["tenants/runs/gone.py", "nowhere.md"]


@pytest.mark.parametrize("page", pictures.pages(), ids=title)
def test_the_pictures_are_drawn_from_the_code(page: Path) -> None:
    text = page.read_text()
    assert pictures.PLACE.search(text), "a page on architecture without a picture"
    assert text == pictures.drawn(text), "run: .venv/bin/python -m tests.docs.pictures"


def test_every_room_is_in_its_package_page() -> None:
    """A folder that nobody describes is a folder that nobody finds."""
    undescribed = [
        f"{package}/{folder.name}"
        for package in pictures.PACKAGES
        for folder in sorted((CHECKOUT / package).iterdir())
        if (folder / "__init__.py").is_file() or folder.name == "guest"
        if f"`{folder.name}/`" not in (CHECKOUT / "docs" / "packages" / f"{package}.md").read_text()
    ]
    assert undescribed == []


def test_the_newcomers_figures_are_the_sums_of_their_tables() -> None:
    text = (CHECKOUT / "docs" / "newcomer.md").read_text()
    rows = [(int(needed), int(found)) for needed, found in REQUEST.findall(text)]
    assert len(rows) == 60
    for dozen in (rows[:12], rows[12:24], rows[24:36], rows[36:48], rows[48:]):
        needed, found = (sum(column) for column in zip(*dozen, strict=True))
        right = sum(needed == found for needed, found in dozen)
        assert f"| **{needed}** | **{found} ({100 * found / needed:.0f} %)** | **{right} of 12 right** |" in text


def examples() -> list[Path]:
    return [page for page in PAGES if any(match[2] == "test" for match in BLOCK.finditer(page.read_text()))]


def test_some_pages_have_examples_that_are_run() -> None:
    assert len(examples()) >= 3


@pytest.mark.parametrize("page", examples(), ids=title)
def test_the_examples_of_a_page_do_what_they_say(
    page: Path, tmp_path: Path, image: Image, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In the order they stand in, in one empty folder: files are written, commands must end well."""
    del image  # built, so that no command has to
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(CHECKOUT),
        # One for all pages: native code is made once.
        "SEALWRIGHT_DATA_DIR": str(tmp_path_factory.getbasetemp() / "data of the examples"),
        "SEALWRIGHT_IMAGES_DIR": str(CHECKOUT / ".data" / "images"),
    }
    for language, _, file, text in BLOCK.findall(page.read_text()):
        if file:
            target = tmp_path / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            continue
        command = ["sh", "-eu", "-c", text] if language == "sh" else [sys.executable, "-c", text]
        said = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert said.returncode == 0, text + said.stdout[-2000:] + said.stderr[-2000:]
