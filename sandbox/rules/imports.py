"""What a tool imports: the image must have it, and some modules have no use in a sandbox."""

import ast
import difflib
from collections.abc import Collection, Iterator

from sandbox import manuals
from sandbox.contract.findings import Finding
from sandbox.rules.drafts import SDK, Draft

GATE = "imports"

# What the guest SDK offers.
SDK_NAMES = manuals.sdk_names()

# Built into the interpreter or frozen, so never a file of the image. A test holds this against the guest.
BUILT_IN = (
    "__main__", "_abc", "_ast", "_bisect", "_codecs", "_collections", "_collections_abc", "_contextvars", "_csv",
    "_datetime", "_decimal", "_functools", "_heapq", "_io", "_json", "_locale", "_operator", "_pickle", "_queue",
    "_random", "_signal", "_sre", "_stat", "_statistics", "_string", "_struct", "_thread", "_tracemalloc", "_types",
    "_typing", "_warnings", "_weakref", "abc", "array", "atexit", "binascii", "builtins", "cmath", "codecs",
    "collections.abc", "errno", "faulthandler", "gc", "genericpath", "importlib.machinery", "importlib.util", "io",
    "itertools", "marshal", "math", "ntpath", "os", "os.path", "posix", "posixpath", "pyexpat", "pyexpat.errors",
    "pyexpat.model", "select", "site", "stat", "sys", "time", "unicodedata", "xml.parsers.expat.errors",
    "xml.parsers.expat.model", "zipimport", "zlib",
)  # fmt: skip

_HTTP = "Use `from sealwright import http`: http.get(url), http.post(url, json=...)."
_EMAIL = "Use `from sealwright import email`: email.send(to, subject, text)."
_PDF = "Use reportlab: from reportlab.pdfgen import canvas, or reportlab.platypus for flowing text and tables."
_CHARSET = "Use charset_normalizer: charset_normalizer.from_bytes(content).best()."
_CIPHERS = "There is no cipher; auth= of http signs at the host, signatures checks, and hashlib and hmac are there."
_JWT = 'http with auth={"jwt": {"key": secret("k"), "claims": {...}}} signs at the host, signatures.claims checks.'
_PACKED = "It is in C and not there. zlib, gzip, zipfile and tarfile are: have the data sent as .gz or .zip."
_PICTURES = "There is no drawing of pictures; reportlab and openpyxl take a PNG or JPEG as it is, and make charts."
_MOMENTS = "Use datetime with zoneinfo, and dateutil to read dates and for months."
_MAILBOX = "A tool reads no mailbox; use the mail provider's API: from sealwright import http."
_NOTHING = "A tool is one interpreter without processes or threads; use plain code, or asyncio for order."
INSTEAD = {
    "requests": _HTTP,
    "httpx": _HTTP,
    "aiohttp": _HTTP,
    "urllib3": _HTTP,
    "urllib.request": _HTTP,
    "http.client": _HTTP,
    "socket": _HTTP,
    "ssl": _HTTP,
    "websockets": _HTTP,
    "smtplib": _EMAIL,
    "imaplib": _MAILBOX,
    "poplib": _MAILBOX,
    "sendgrid": _EMAIL,
    "aiosmtplib": _EMAIL,
    "subprocess": _NOTHING,
    "multiprocessing": _NOTHING,
    "pty": _NOTHING,
    "psycopg": "Use `from sealwright import sql`.",
    "psycopg2": "Use `from sealwright import sql`.",
    "sqlalchemy": "Use `from sealwright import sql`.",
    "boto3": "Use `from sealwright import files`, or http with the service's API.",
    "dotenv": 'Use `from sealwright import secret`: secret("name").',
    "numpy": "Use statistics, fractions, decimal or plain lists; there is no native code in a tool.",
    "pandas": "Use csv, dataclasses and dicts; there is no native code in a tool.",
    "pydantic": "Use dataclasses or attrs, and fastjsonschema for schemas.",
    "lxml": "Use bs4 with html5lib or html.parser; for XML xmltodict or defusedxml.",
    "pyquery": "Use bs4 with html5lib or html.parser.",
    "jsonschema": "Use fastjsonschema.",
    "fpdf": _PDF,
    "weasyprint": _PDF,
    "pdfkit": _PDF,
    "xhtml2pdf": _PDF,
    "borb": _PDF,
    "PyPDF2": "Use pypdf.",
    "fitz": "Use pypdf.",
    "pdfplumber": "Use pypdf.",
    "docx": "Use simple_docx: from simple_docx import Document. It has the same names for text, lists and tables.",
    "docxtpl": "Use simple_docx: Document(file).replace({...}).",
    "docx2txt": "Use simple_docx: Document(file).text.",
    "xlsxwriter": "Use openpyxl.",
    "xlrd": "Use openpyxl; it reads .xlsx and no old .xls.",
    "chardet": _CHARSET,
    "cchardet": _CHARSET,
    "PIL": _PICTURES,
    "matplotlib": _PICTURES,
    "qrcode": "Use reportlab.graphics.barcode.qr, in a PDF.",
    "bz2": _PACKED,
    "_bz2": _PACKED,
    "lzma": _PACKED,
    "_lzma": _PACKED,
    "zstandard": _PACKED,
    "compression.zstd": _PACKED,
    "compression.bz2": _PACKED,
    "compression.lzma": _PACKED,
    "brotli": _PACKED,
    "py7zr": _PACKED,
    "arrow": _MOMENTS,
    "pendulum": _MOMENTS,
    "dateparser": _MOMENTS,
    "inflect": "Use num2words for words of numbers.",
    "vobjectx": "Use vobject.",
    "stripe": _HTTP,
    "slack_sdk": _HTTP,
    "twilio": _HTTP,
    "paramiko": "There is no SSH or SFTP; from sealwright import http or files.",
    "Crypto": _CIPHERS,
    "cryptography": _CIPHERS,
    "jwt": _JWT,
    "jose": _JWT,
    "joserfc": _JWT,
    "authlib": _JWT,
}
# From here on a name is a misspelling of another, and not by chance a little like it.
_NEAR = 0.75
_FUTILE = frozenset(
    {"urllib.request", "http.client", "socket", "ssl", "smtplib", "imaplib", "subprocess", "multiprocessing", "pty"}
)
_UNSAFE = {
    "ctypes": "reaches raw memory",
    "_ctypes": "reaches raw memory",
    "marshal": "loads raw bytecode",
    "pickle": "runs code while it reads",
    "shelve": "runs code while it reads",
    "code": "runs text as code",
    "codeop": "runs text as code",
    "importlib": "imports what a reader of the source cannot see",
    "runpy": "runs what a reader of the source cannot see",
    "gc": "reaches every object of the interpreter",
    "inspect": "reaches the runner's frames",
    "wit_world": "belongs to the runner",
    "sealwright_runner": "belongs to the runner",
    "builtins": "changes what names mean",
}


def image_has_them(draft: Draft) -> Iterator[Finding]:
    """An import that would fail when the tool is built. One inside `try` may fail, so it only warns."""
    if draft.modules is None:
        return
    guarded = _guarded(draft)
    for node, name in draft.imports():
        if not name.startswith(".") and not offered(name, draft.modules) and name.split(".")[0] not in _UNSAFE:
            yield Finding(
                GATE,
                "warning" if node in guarded else "error",
                f"There is no module {name!r} in the image.",
                instead(name, draft.modules),
                node.lineno,
            )


def none_is_relative(draft: Draft) -> Iterator[Finding]:
    for node, name in draft.imports():
        if name.startswith("."):
            yield Finding(
                GATE,
                "error",
                "A tool is one file, so nothing can be imported relative to it.",
                "Put the code into this source.",
                node.lineno,
            )


def none_is_unsafe(draft: Draft) -> Iterator[Finding]:
    for node, name in draft.imports():
        reason = _UNSAFE.get(name.split(".")[0])
        if reason is not None:
            yield Finding(
                "safety",
                "error",
                f"{name!r} {reason}; a tool has no use for it.",
                "Write what you need in plain Python.",
                node.lineno,
            )


def none_is_futile(draft: Draft) -> Iterator[Finding]:
    """The standard library has them, and they import; but there is nothing behind them."""
    for node, name in draft.imports():
        if name in _FUTILE:
            yield Finding(
                GATE, "warning", f"{name!r} has nothing to reach inside the sandbox.", INSTEAD[name], node.lineno
            )


def sdk_has_them(draft: Draft) -> Iterator[Finding]:
    for node in draft.nodes:
        if not isinstance(node, ast.ImportFrom) or node.module != SDK:
            continue
        for alias in node.names:
            if alias.name not in SDK_NAMES:
                near = difflib.get_close_matches(alias.name, SDK_NAMES, 1)
                yield Finding(
                    GATE,
                    "error",
                    f"The SDK has no {alias.name!r}.",
                    f"{f'Did you mean {near[0]!r}? ' if near else ''}It has {', '.join(SDK_NAMES)}.",
                    node.lineno,
                )


def offered(name: str, modules: Collection[str]) -> bool:
    """Whether the image has it. Where only a package's own name is listed, its parts are taken as there."""
    root = name.split(".", maxsplit=1)[0]
    if name in modules or name in BUILT_IN:
        return True
    return root in modules and not any(other.startswith(f"{root}.") for other in modules)


def instead(name: str, modules: Collection[str]) -> str:
    """What to do without a module."""
    for known in (name, name.split(".", maxsplit=1)[0]):
        if known in INSTEAD:
            return INSTEAD[known]
    near = difflib.get_close_matches(name, modules, 3, _NEAR)
    meant = f"Did you mean {' or '.join(repr(one) for one in near)}? " if near else ""
    third = "jinja2, dateutil, yaml, bs4, openpyxl, reportlab, pypdf, babel, phonenumbers, fastjsonschema"
    return f"{meant}The image offers the standard library and such as {third}; see the authoring guide."


def _guarded(draft: Draft) -> set[ast.AST]:
    blocks = [node for node in draft.nodes if isinstance(node, ast.Try)]
    return {inner for block in blocks for statement in block.body for inner in ast.walk(statement)}


RULES = (
    image_has_them,
    none_is_relative,
    none_is_unsafe,
    none_is_futile,
    sdk_has_them,
)
