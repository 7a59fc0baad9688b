"""The authoring guide: what a person or a model must know to write a tool. One document, for everybody."""

from functools import cache
from importlib.resources import files

from sandbox import manuals


@cache
def text(image: object = None) -> str:
    """Return the guide as Markdown, with the SDK's reference and the image's libraries filled in.

    One release has one SDK and one list of libraries, so every image it opens has the same guide.
    """
    del image
    written = files(__name__).joinpath("guide.md").read_text(encoding="utf-8")
    return written.replace("{{sdk}}", manuals.sdk()).replace("{{libraries}}", manuals.libraries())
