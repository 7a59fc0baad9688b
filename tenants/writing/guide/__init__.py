"""The authoring guide: what a person or a model must know to write a tool. One document, for everybody, by topic.

What can be made from the tables that check specs and tools is made from them: see spec_page.py.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from sandbox import CAPABILITIES, manuals
from tenants.base.errors import NotFoundError
from tenants.writing.guide import spec_page

# Sections of the guide that are asked for alone, each by its heading.
_SECTIONS = {
    "spec": "The spec",
    "example": "One whole example",
    "done": "Saying what is done",
    "gates": "What a version must pass",
}


@cache
def text() -> str:
    """Return the guide as Markdown. The SDK and the libraries are pages of their own."""
    made = {
        "topics": ", ".join(f"`{topic}`" for topic in topics()),
        "spec": spec_page.spec(),
        "example": _read("example.md").strip(),
        "gates": spec_page.gates(),
    }
    said = _read("guide.md")
    for name, part in made.items():
        said = said.replace(f"{{{{{name}}}}}", part)
    return said


@cache
def whole() -> str:
    """Return the guide, the notes on capabilities, the SDK and the libraries in one, for a model that is asked once."""
    notes = _read("notes.md").replace("## ", "### ").strip()
    return "\n\n".join([text().rstrip(), f"## Notes on capabilities\n\n{notes}", _sdk(), _libraries()])


@cache
def topics() -> Mapping[str, str]:
    """Every page besides the guide itself, by topic, with what it holds."""
    return {
        **{topic: f"the guide's section {heading!r}" for topic, heading in _SECTIONS.items()},
        "sdk": "the whole reference of what tools import from sealwright",
        "libraries": "the Python libraries there are",
        **{name: f"{name} alone: its SDK, and what it is careful about" for name in CAPABILITIES},
    }


@cache
def page(topic: str) -> str:
    """Return one page as Markdown. Raises NotFoundError for a topic that is none."""
    if topic in _SECTIONS:
        return _section(_SECTIONS[topic])
    if topic in CAPABILITIES:
        return "\n\n".join([manuals.capability(topic), *_notes(topic)])
    pages = {"sdk": _sdk, "libraries": _libraries, "guide": text}
    if topic not in pages:
        raise NotFoundError(f"The guide has no page {topic[:80]!r}.", hint=f"Topics: {', '.join(topics())}.")
    return pages[topic]()


def _section(heading: str) -> str:
    return f"## {heading}\n{_below(text(), heading)}"


def _notes(topic: str) -> list[str]:
    """What experience adds to a capability, if anything."""
    notes = _read("notes.md")
    return [_below(notes, topic).strip()] if f"## {topic}\n" in notes else []


def _below(said: str, heading: str) -> str:
    """What stands in a document below a heading, to the next one."""
    return said.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


def _sdk() -> str:
    return f"## The SDK\n\n{manuals.sdk()}"


def _libraries() -> str:
    said = "The standard library is there, except for what needs an operating system (`ctypes`, `ssl`, `subprocess`, "
    said = f"{said}sockets, threads that start).\n\n{_OTHERWISE}"
    return f"## Libraries\n\n{said} Also:\n\n{manuals.libraries()}"


# Each difference that tests/sandbox/differential found between the image and CPython, and that a tool could meet.
_OTHERWISE = """\
Otherwise than with CPython on a server: local time is UTC (in SQLite `localtime` gives NULL: leave it out). `locale`
has only C; babel has languages. There is no bz2, lzma or zstd, no AES or scrypt, no full-text search, and temporary
files are in memory. Archives, workbooks and PDFs are dated by the run's beginning; they take PNG and JPEG.
`importlib.metadata` and `inspect.getsource` find nothing. Words have 32 bits: `hash()`, `random.seed(1.5)` and
`array("l")` differ. The last digit of `math.sin`, `cbrt` and the like may."""


def _read(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
