"""The files that a .docx is made of: those of a new one, those of one that is there, and a part as a tree."""

import io
import re
import zipfile
from xml.etree import ElementTree as ET

_URI = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ROOT = re.compile(r"<[^!?][^>]*>")
W = f"{{{_URI}}}"
# Each with its list in numbering.xml.
LISTS = {"List Bullet": 1, "List Number": 2}
STYLES = ("Normal", "Title", *(f"Heading {level}" for level in range(1, 10)), *LISTS, "Table Grid")
_BYTES_MAX = 64 << 20


class NotADocument(ValueError):
    """Bytes that are no .docx."""


def style_id(name):
    return name.replace(" ", "")


def read_parts(file):
    """Each part's bytes, by its name, in order. Raises NotADocument."""
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(one.file_size for one in archive.infolist()) > _BYTES_MAX:
                raise NotADocument(f"the document has more than {_BYTES_MAX:,} bytes")
            return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    except zipfile.BadZipFile as error:
        raise NotADocument("a .docx is a zip archive, and this is none; an old .doc is something else") from error


class Tree:
    """One part. What it calls its namespaces stays as it is: Word looks for some of them by their prefix."""

    def __init__(self, content):
        try:
            names = [pair for _, pair in ET.iterparse(io.BytesIO(content), events=["start-ns"])]
            self.root = ET.fromstring(content)
        except ET.ParseError as error:
            raise NotADocument(f"a part of the document is no XML: {error}") from error
        self._names = {prefix: uri for prefix, uri in reversed(names) if prefix not in ("", "xml")}

    def written(self):
        kept = dict(ET._namespace_map)
        for prefix, uri in self._names.items():
            if not re.fullmatch(r"ns\d+", prefix):
                ET.register_namespace(prefix, uri)
        try:
            text = ET.tostring(self.root, encoding="unicode")
        finally:
            ET._namespace_map.clear()
            ET._namespace_map.update(kept)
        return (_HEAD + _ROOT.sub(self._declared, text, count=1)).encode()

    def _declared(self, found):
        """The root with the names that only attributes speak of, such as mc:Ignorable."""
        missing = [
            f' xmlns:{prefix}="{uri}"' for prefix, uri in self._names.items() if f" xmlns:{prefix}=" not in found[0]
        ]
        end = -2 if found[0].endswith("/>") else -1
        return found[0][:end] + "".join(missing) + found[0][end:]


def new_parts():
    """The parts of a document without text, on A4."""
    return {
        "[Content_Types].xml": _xml(_content_types()),
        "_rels/.rels": _xml(_relations([("officeDocument", "word/document.xml")])),
        "word/document.xml": _xml(_document()),
        "word/_rels/document.xml.rels": _xml(_relations([("styles", "styles.xml"), ("numbering", "numbering.xml")])),
        "word/styles.xml": _xml(_styles()),
        "word/numbering.xml": _xml(_numbering()),
    }


def _xml(text):
    return (_HEAD + text).encode()


def _content_types():
    parts = {"document": "document.main", "styles": "styles", "numbering": "numbering"}
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_KIND}.{kind}+xml"/>' for name, kind in parts.items()
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(pairs):
    said = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(pairs, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{said}</Relationships>'


def _document():
    return (
        f'<w:document xmlns:w="{_URI}"><w:body><w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1417" w:right="1417" w:bottom="1134" w:left="1417" w:header="708" w:footer="708"'
        ' w:gutter="0"/></w:sectPr></w:body></w:document>'
    )


def _styles():
    sizes = {"Title": 56, "Heading 1": 32, "Heading 2": 26, "Heading 3": 24}
    kinds = {name: _style(name, sizes.get(name)) for name in STYLES if name not in ("Normal", "Table Grid")}
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f'<w:styles xmlns:w="{_URI}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri"'
        ' w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="22"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
        '<w:spacing w:after="120"/></w:pPr></w:pPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        f"{''.join(kinds.values())}"
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/></w:style>'
        '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/>'
        f"<w:tblPr><w:tblBorders>{lines}</w:tblBorders></w:tblPr></w:style></w:styles>"
    )


def _style(name, half_points):
    level = name.removeprefix("Heading ")
    outline = f'<w:outlineLvl w:val="{int(level) - 1}"/>' if level.isdecimal() else ""
    numbers = f'<w:numPr><w:numId w:val="{LISTS[name]}"/></w:numPr>' if name in LISTS else ""
    look = "" if name in LISTS else f'<w:rPr><w:b/><w:sz w:val="{half_points or 22}"/></w:rPr>'
    paragraph = numbers if name in LISTS else f"<w:keepNext/>{outline}"
    return (
        f'<w:style w:type="paragraph" w:styleId="{style_id(name)}"><w:name w:val="{name.replace("Heading", "heading")}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{paragraph}</w:pPr>{look}</w:style>'
    )


def _numbering():
    kinds = {1: ("bullet", "\u2022"), 2: ("decimal", "%1.")}
    lists = "".join(
        f'<w:abstractNum w:abstractNumId="{number}"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="720" w:hanging="360"/></w:pPr>'
        "</w:lvl></w:abstractNum>"
        for number, (kind, text) in kinds.items()
    )
    used = "".join(f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>' for number in kinds)
    return f'<w:numbering xmlns:w="{_URI}">{lists}{used}</w:numbering>'
