"""Bodies about the platform."""

from pydantic import BaseModel


class Health(BaseModel):
    status: str
    image: str


class LibraryOut(BaseModel):
    name: str
    version: str
    licence: str


class ImageOut(BaseModel):
    digest: str
    python: str
    libraries: list[LibraryOut]


class GateOut(BaseModel):
    name: str
    says: str
    relaxable: bool


class PageOfGuide(BaseModel):
    text: str
