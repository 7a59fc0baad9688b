"""What PNG and JPEG pictures hold, in plain Python: as much of Pillow as reportlab and openpyxl ask of it.

    picture = open(io.BytesIO(content))     # .format, .size, .mode; .tobytes() of a PNG gives its pixels

A PNG of any colour type and depth is read, but for interlaced ones. Of a JPEG only the head: documents take it as it is.
"""

import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS_MAX = 16_000_000
_MODES = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}
# Frames of a JPEG, by the marker that they begin with: all but three of C0 to CF.
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_COMPONENTS = {1: "L", 3: "RGB", 4: "CMYK"}


class Unreadable(OSError):
    """Bytes that are no picture of a kind that is read here."""


def open(fp):
    """The picture in a file object. Raises Unreadable."""
    if isinstance(fp, Image):
        return fp
    if isinstance(fp, (str, bytes)) or not hasattr(fp, "read"):
        raise Unreadable("a tool has no files: give the picture's bytes in an io.BytesIO")
    content = fp.read()
    fp.seek(0)
    if content.startswith(_SIGNATURE):
        return _png(content, fp)
    if content.startswith(b"\xff\xd8"):
        return _jpeg(content, fp)
    raise Unreadable("a picture has to be a PNG or a JPEG here; this is neither")


class Image:
    """A picture. `mode`: L, LA, RGB, RGBA or CMYK, eight bits for each part of a pixel."""

    palette = None

    def __init__(self, format, mode, size, pixels, fp=None):
        self.format, self.mode, self.size, self.fp, self.info = format, mode, size, fp, {}
        self.width, self.height = size
        self._pixels = pixels

    def tobytes(self):
        """The pixels, row by row."""
        if callable(self._pixels):
            self._pixels = self._pixels()
        return self._pixels

    def split(self):
        """A picture of mode L for each part."""
        pixels, parts = self.tobytes(), len(self.mode)
        return [Image(self.format, "L", self.size, pixels[part::parts]) for part in range(parts)]

    def convert(self, mode):
        """L of LA, RGB of RGBA, or RGB of L. Raises Unreadable for another pair."""
        parts = [one.tobytes() for one in self.split()]
        if mode == self.mode:
            return self
        if mode == "RGB" and self.mode in ("L", "LA"):
            parts = [parts[0]] * 3
        elif (self.mode, mode) not in (("LA", "L"), ("RGBA", "RGB")):
            raise Unreadable(f"a picture of mode {self.mode} is not made into one of {mode} here")
        made = bytearray(len(mode) * len(parts[0]))
        for at in range(len(mode)):
            made[at :: len(mode)] = parts[at]
        return Image(self.format, mode, self.size, bytes(made))

    def close(self):
        self._pixels = None


def _jpeg(content, fp):
    at = 2
    while at + 9 < len(content):
        if content[at] != 0xFF:
            raise Unreadable("this JPEG is damaged")
        marker = content[at + 1]
        if marker in _FRAMES:
            height, width = (int.from_bytes(content[at + skip : at + skip + 2], "big") for skip in (5, 7))
            return Image("JPEG", _COMPONENTS.get(content[at + 9], "RGB"), (width, height), _not_read, fp)
        if marker == 0xFF or marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 1 if marker == 0xFF else 2
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    raise Unreadable("this JPEG has no frame")


def _not_read():
    raise Unreadable("the pixels of a JPEG are not read here: it goes into a document as it is, or make it a PNG")


def _png(content, fp):
    chunks = {}
    at = len(_SIGNATURE)
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        chunks[kind] = chunks.get(kind, b"") + content[at + 8 : at + 8 + size]
        at += 12 + size
    head = chunks.get(b"IHDR", b"")
    if len(head) != 13 or b"IDAT" not in chunks:
        raise Unreadable("this PNG is damaged")
    width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    depth, colour, interlaced = head[8], head[9], head[12]
    if colour not in _MODES or depth not in (1, 2, 4, 8, 16) or not width or not height:
        raise Unreadable("this PNG is damaged")
    if width * height > _PIXELS_MAX:
        raise Unreadable(f"a picture of {width:,} x {height:,} pixels is too large: at most {_PIXELS_MAX:,} are read")
    mode = _MODES[colour]
    if b"tRNS" in chunks or colour == 3:
        mode = {"L": "LA", "RGB": "RGBA"}.get(mode, mode)
        mode = ("RGBA" if b"tRNS" in chunks else "RGB") if colour == 3 else mode

    def pixels():
        if interlaced:
            raise Unreadable("this PNG is interlaced: save it without")
        rows = _rows(chunks[b"IDAT"], width, height, depth, colour)
        return _coloured(rows, depth, colour, chunks)

    return Image("PNG", mode, (width, height), pixels, fp)


def _rows(packed, width, height, depth, colour):
    """The samples of each row, one number each."""
    parts = 1 if colour == 3 else len(_MODES[colour])
    stride, step = (width * parts * depth + 7) // 8, max(1, parts * depth // 8)
    try:
        raw = zlib.decompressobj().decompress(packed, (stride + 1) * height)
    except zlib.error as error:
        raise Unreadable(f"this PNG is damaged: {error}") from error
    if len(raw) < (stride + 1) * height:
        raise Unreadable("this PNG is cut off")
    above, rows = bytearray(stride), []
    for at in range(0, (stride + 1) * height, stride + 1):
        above = _unfiltered(raw[at], bytearray(raw[at + 1 : at + 1 + stride]), above, step)
        rows.append(_samples(above, depth, width * parts))
    return rows


def _unfiltered(kind, row, above, step):
    """A row as it was before it was made easy to pack (PNG, 9.2)."""
    if kind == 1:
        for at in range(step, len(row)):
            row[at] = (row[at] + row[at - step]) & 255
    elif kind == 2:
        row = bytearray([(one + up) & 255 for one, up in zip(row, above)])
    elif kind == 3:
        for at, up in enumerate(above):
            row[at] = (row[at] + ((row[at - step] if at >= step else 0) + up) // 2) & 255
    elif kind == 4:
        for at, up in enumerate(above):
            left, corner = (row[at - step], above[at - step]) if at >= step else (0, 0)
            to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
            nearest = left if to_left <= to_up and to_left <= to_corner else up if to_up <= to_corner else corner
            row[at] = (row[at] + nearest) & 255
    elif kind:
        raise Unreadable("this PNG is damaged")
    return row


def _samples(row, depth, count):
    if depth == 8:
        return bytes(row)
    if depth == 16:
        return memoryview(row).cast("B")[::2].tobytes()
    shifts = range(8 - depth, -1, -depth)
    mask = (1 << depth) - 1
    return bytes([one >> shift & mask for one in row for shift in shifts][:count])


def _coloured(rows, depth, colour, chunks):
    """The pixels in eight bits for each part, with how clear they are where the picture says that."""
    samples, clear = b"".join(rows), chunks.get(b"tRNS")
    if colour == 3:
        palette, alphas = chunks.get(b"PLTE", b""), clear or b""
        entries = [palette[3 * at : 3 * at + 3] or b"\0\0\0" for at in range(256)]
        if clear is not None:
            entries = [entry + bytes([alphas[at] if at < len(alphas) else 255]) for at, entry in enumerate(entries)]
        return b"".join([entries[one] for one in samples])
    parts = len(_MODES[colour])
    wanted = None
    if clear is not None and colour in (0, 2):
        shift = 8 if depth == 16 else 0
        wanted = bytes(int.from_bytes(clear[2 * at : 2 * at + 2], "big") >> shift for at in range(parts))
    if wanted is not None:
        whole = _scaled(samples, depth)
        return b"".join(
            whole[at : at + parts] + (b"\0" if samples[at : at + parts] == wanted else b"\xff")
            for at in range(0, len(samples), parts)
        )
    return _scaled(samples, depth)


def _scaled(samples, depth):
    """From 0 to 255, where few bits go less far."""
    if depth >= 8:
        return samples
    most = (1 << depth) - 1
    return samples.translate(bytes([min(one, most) * 255 // most for one in range(256)]))
