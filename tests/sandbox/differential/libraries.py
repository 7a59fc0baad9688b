"""Libraries that lie on the image's shelf: languages, holidays, phones, cards, pages, documents, pictures."""

# ruff: noqa: E501 - a call is one line

SETUP = """
import hashlib, zipfile, zlib
import babel, babel.core, babel.dates, babel.lists, babel.localedata, babel.messages.pofile, babel.numbers, babel.plural, babel.units
import bs4, charset_normalizer, holidays, html5lib, num2words, openpyxl, openpyxl.drawing.image, phonenumbers
import phonenumbers.carrier, phonenumbers.timezone, pypdf, pytz, simple_docx, simple_images, six, vobject, webencodings
from six.moves.urllib.parse import quote as six_quote
from reportlab import rl_config
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import code128, createBarcodeDrawing, eanbc, qr, usps4s
from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.charts.linecharts import HorizontalLineChart
from reportlab.graphics.charts.piecharts import Pie
from reportlab.graphics.shapes import Drawing, Line, String
from reportlab.lib import colors, pagesizes, units
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas
from reportlab.platypus import Image, KeepTogether, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle
rl_config.invariant = 1
rl_config.pageCompression = 0

def png(mode, pixels, width, depth=8, filters=(0,), more=b"", interlaced=0):
    parts = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[mode]
    stride = (width * parts * depth + 7) // 8
    rows = [pixels[at:at + stride] for at in range(0, len(pixels), stride)]
    raw, above, step = b"", bytes(stride), max(1, parts * depth // 8)
    for at, row in enumerate(rows):
        kind = filters[at % len(filters)]
        left = bytes(step) + row[:-step] if stride > step else bytes(stride)
        corner = bytes(step) + above[:-step] if stride > step else bytes(stride)
        if kind == 0: done = row
        elif kind == 1: done = bytes((a - b) % 256 for a, b in zip(row, left))
        elif kind == 2: done = bytes((a - b) % 256 for a, b in zip(row, above))
        elif kind == 3: done = bytes((a - (b + c) // 2) % 256 for a, b, c in zip(row, left, above))
        else:
            def nearest(a, b, c):
                p = a + b - c
                return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            done = bytes((x - nearest(a, b, c)) % 256 for x, a, b, c in zip(row, left, above, corner))
        raw, above = raw + bytes([kind]) + done, row
    head = struct.pack(">IIBBBBB", width, len(rows), depth, mode, 0, 0, interlaced)
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

def picture(*given, **more):
    return simple_images.open(io.BytesIO(png(*given, **more)))

SOME = bytes((at * 37 + at * at) % 256 for at in range(4 * 6 * 8))
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b080010002001011100ffda0008010100003f00") + b"x" * 40 + b"\\xff\\xd9"

def drawn(work, **options):
    file = io.BytesIO()
    page = canvas.Canvas(file, **options)
    work(page)
    page.save()
    return file.getvalue()

def flowing(*story, **options):
    file = io.BytesIO()
    SimpleDocTemplate(file, **options).build(list(story))
    return file.getvalue()

def read(content):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]

def told(content):
    return len(content), hashlib.sha256(content).hexdigest()[:16]

def styled(text, name="Normal", **more):
    return Paragraph(text, ParagraphStyle("x", getSampleStyleSheet()[name], **more))

def vera():
    import reportlab
    return os.path.join(os.path.dirname(reportlab.__file__), "fonts", "Vera.ttf")

def chart(kind, **values):
    drawing, one = Drawing(200, 100), kind()
    for name, value in values.items():
        setattr(one, name, value)
    drawing.add(one)
    return told(renderPDF.drawToString(drawing))

def filled(fill, again=lambda document: document):
    document = simple_docx.Document()
    fill(document)
    return again(simple_docx.Document(io.BytesIO(document.to_bytes())))

def parts(document):
    with zipfile.ZipFile(io.BytesIO(document.to_bytes())) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest()[:12] for name in archive.namelist()}

CARD = "BEGIN:VCARD\\r\\nVERSION:3.0\\r\\nN:M\\u00fcller;J\\u00f6rg;;;\\r\\nFN:J\\u00f6rg M\\u00fcller\\r\\nTEL;TYPE=CELL:+49 170 1234567\\r\\nEMAIL:j@a.example\\r\\nADR;TYPE=HOME:;;Weg 1;K\\u00f6ln;;50667;DE\\r\\nEND:VCARD\\r\\n"
NUMBER = phonenumbers.parse("+49 30 901820")
"""

CALLS = r"""
babel.numbers.format_currency(Decimal("1234567.891"), "EUR", locale="de_DE")
babel.numbers.format_currency(Decimal("-12.5"), "USD", locale="en_US", format_type="accounting")
[babel.numbers.format_currency(1234.5, "JPY", locale=one) for one in ("ja_JP", "fr_CH", "hi_IN", "ar_EG", "pt_BR", "sv")]
[babel.numbers.format_decimal(Decimal("12345.6789"), locale=one) for one in ("de_CH", "es", "pl", "en_IN", "fa")]
babel.numbers.format_compact_decimal(12345678, locale="de", fraction_digits=1)
babel.numbers.format_compact_currency(1234567, "EUR", locale="fr")
babel.numbers.format_percent(0.256, locale="tr"), babel.numbers.format_scientific(12345, locale="sv")
babel.numbers.parse_decimal("1.234,56", locale="de"), babel.numbers.parse_number("1 234", locale="fr")
babel.numbers.parse_decimal("1.234,56", locale="en", strict=True)
babel.numbers.get_currency_name("PLN", count=5, locale="pl"), babel.numbers.get_currency_symbol("GBP", "en_GB")
babel.numbers.get_territory_currencies("DE", date(1999, 1, 1), date(2003, 1, 1))
babel.numbers.get_currency_precision("KWD"), sorted(babel.numbers.list_currencies("de"))[:9]
babel.numbers.format_decimal(1.5, format="#,##0.00 'x';(#)", locale="en")
babel.numbers.format_decimal(1.5, locale="xx")
[babel.dates.format_date(DAY, "full", locale=one) for one in ("de", "fr", "ru", "zh_Hans_CN", "ar", "el", "nb", "uk", "cs")]
[babel.dates.format_datetime(SUMMER, "long", tzinfo=babel.dates.get_timezone("Europe/Berlin"), locale=one) for one in ("de", "en_US", "it")]
babel.dates.format_time(time_of_day, "short", locale="en_US"), babel.dates.format_time(time_of_day, "HH 'Uhr' mm", locale="de")
babel.dates.format_timedelta(timedelta(days=400), locale="pl"), babel.dates.format_timedelta(timedelta(hours=-3), add_direction=True, locale="de")
[babel.dates.format_timedelta(timedelta(days=n), granularity="day", locale="ru", threshold=99) for n in (1, 2, 5, 21, 22, 25)]
babel.dates.format_interval(DAY, DAY + timedelta(days=3), "yMMMd", locale="de")
babel.dates.format_skeleton("yMMMEd", DAY, locale="fr"), babel.dates.get_quarter_names("wide", locale="es")
babel.dates.parse_date("4.5.2026", locale="de"), babel.dates.parse_time("3:30 PM", locale="en_US")
babel.dates.get_month_names("wide", locale="pl"), babel.dates.get_day_names("abbreviated", context="stand-alone", locale="nl")
babel.dates.get_timezone_name("Europe/London", locale="de"), babel.dates.get_timezone_gmt(SUMMER, locale="fr")
babel.dates.format_date(DAY, "long", locale="de_XX_yy_zz")
babel.Locale.parse("de-CH", sep="-").get_display_name("fr"), babel.Locale("pt", "BR").text_direction, babel.Locale("ar").text_direction
babel.Locale("de").territories["FR"], babel.Locale("fr").languages["de"], babel.Locale("ja").first_week_day, babel.Locale("en", "US").measurement_systems.get("US")
[babel.Locale(one).plural_form(n) for one in ("ru", "pl", "ar", "cs", "lv", "fr", "ja", "cy") for n in (0, 1, 2, 3, 5, 11, 21, 100, 1.5)]
babel.plural.PluralRule({"one": "n is 1", "few": "n mod 10 in 2..4 and n mod 100 not in 12..14"})(22)
babel.plural.to_python({"one": "n within 0..1 or n = 7", "two": "i % 5 = 2 and v != 0"})(Decimal("2.50"))
babel.plural.to_gettext({"one": "n is 1", "two": "n is 2"}), babel.plural.to_javascript({"one": "n is 1"})
babel.plural.PluralRule({"one": "__import__('os')"})
babel.units.format_unit(3.5, "length-kilometer", locale="de"), babel.units.format_unit(12, "duration-hour", "short", locale="pl")
babel.lists.format_list(["a", "b", "c"], locale="de"), babel.lists.format_list(["a", "b"], style="or", locale="fr")
babel.negotiate_locale(["de_DE", "en"], ["en", "de"]), babel.core.get_global("territory_languages")["CH"]["de"]["population_percent"]
[(c := babel.messages.pofile.read_po(io.StringIO('msgid "a"\nmsgid_plural "b"\nmsgstr[0] "x"\nmsgstr[1] "y"\n'), locale="de"), c.get("a").string, c.num_plurals)[1:]]
sorted(babel.localedata.locale_identifiers())[:3]
babel.localedata.exists("de"), babel.localedata.exists("../de"), babel.localedata.exists("tlh")
babel.dates.format_date(DAY, locale="ff_Adlm")
charset_normalizer.from_bytes("Grüße aus Köln: schöne Straße, größer als Österreich".encode("latin-1") * 4).best().encoding
charset_normalizer.from_bytes("Привет, как дела? Это обычный русский текст для проверки.".encode("cp1251") * 3).best().encoding
charset_normalizer.from_bytes("日本語のテキストです。これは文字コードの判定です。".encode("shift_jis") * 3).best().encoding
str(charset_normalizer.from_bytes(b"\xef\xbb\xbfhello").best()), charset_normalizer.from_bytes(b"\xef\xbb\xbfhello").best().bom
charset_normalizer.detect("é".encode("utf-16"))["encoding"], charset_normalizer.detect(b"plain")["encoding"]
charset_normalizer.is_binary(bytes(range(256)) * 4), charset_normalizer.from_bytes(b"").best().encoding
bs4.BeautifulSoup("<p>Żółć".encode("iso-8859-2"), "html5lib").get_text()
webencodings.lookup("latin1").name, webencodings.decode(b"\x80", "latin1"), webencodings.lookup("nothing")
str(bs4.BeautifulSoup("<table><tr><td>1<td>2</table><p>a<b>c</p>d", "html5lib"))
bs4.BeautifulSoup("<svg><path/></svg><select><option>a<option selected>b</select>", "html5lib").select_one("option[selected]").text
html5lib.serialize(html5lib.parse("<p>a&nbsp;é<br>"), tree="etree"), html5lib.parse("<x>", namespaceHTMLElements=False).find("body")[0].tag
html5lib.serialize(html5lib.parseFragment("<a href='x' onclick=y>z<script>1</script>"), tree="etree", quote_attr_values="always", sanitize=True)
html5lib.parse("<p>\xe9".encode("latin-1"), transport_encoding="latin-1", namespaceHTMLElements=False).find("body/p").text
html5lib.HTMLParser(strict=True).parse("<p>a</b>")
html5lib.parse("<p>a", treebuilder="lxml")
html5lib.parse("<p>a", treebuilder="dom").documentElement.tagName
sorted((str(day), name) for day, name in holidays.country_holidays("DE", subdiv="BY", years=2026).items())
sorted((str(day), name) for day, name in holidays.US(years=2026, language="en_US").items())[:6]
date(2026, 10, 3) in holidays.Germany(), holidays.AT(language="en_US").get("2026-10-26"), holidays.GB(subdiv="SCT").get(date(2026, 1, 2))
sorted((str(day), name) for day, name in holidays.financial_holidays("XNYS", years=2026).items())[:4]
[len(holidays.country_holidays(one, years=[2025, 2026])) for one in ("FR", "IN", "JP", "BR", "ZA", "IL", "SA", "CN", "PL", "UA", "NZ", "CH")]
holidays.country_holidays("JP", years=2026, language="en_US").get("2026-03-20"), holidays.country_holidays("IN", years=2026).get_named("Diwali")
holidays.country_holidays("XX")
holidays.country_holidays("DE", subdiv="ZZ")
sorted(holidays.list_supported_countries())[:5], len(holidays.list_supported_countries()), holidays.CH().get_next_holiday("2026-07-15")
[str(holidays.DE().get_nth_working_day("2026-12-23", n)) for n in (1, 2, 3, -1)], holidays.DE().is_working_day("2026-12-25")
(holidays.country_holidays("DE") + holidays.country_holidays("FR")).get("2026-07-14")
[num2words.num2words(1234567, lang=one) for one in ("en", "de", "fr", "es", "it", "pl", "ru", "nl", "sv", "tr", "ja", "pt_BR")]
[num2words.num2words(21, to="ordinal", lang=one) for one in ("en", "de", "fr", "es")], num2words.num2words(2026, to="year", lang="de"), num2words.num2words(22, to="ordinal_num")
[num2words.num2words(Decimal("1234.56"), to="currency", lang=one, currency="EUR") for one in ("en", "de", "fr", "es", "pl")]
num2words.num2words(-3.14), num2words.num2words("12.50"), num2words.num2words(10**15 + 1, lang="en_IN"), num2words.num2words(0)
num2words.num2words(1, lang="xx")
num2words.num2words("abc")
num2words.num2words(1.5, to="currency", currency="XXX")
phonenumbers.format_number(NUMBER, phonenumbers.PhoneNumberFormat.E164), phonenumbers.format_number(NUMBER, phonenumbers.PhoneNumberFormat.INTERNATIONAL), phonenumbers.format_number(NUMBER, phonenumbers.PhoneNumberFormat.RFC3966)
[phonenumbers.format_number(phonenumbers.parse(text, region), 0) for text, region in (("020 7946 0958", "GB"), ("(415) 555-2671", "US"), ("06 12 34 56 78", "FR"), ("0664 1234567", "AT"), ("+55 11 91234-5678", None), ("090-1234-5678", "JP"))]
phonenumbers.parse("030 901820 ext. 12", "DE"), phonenumbers.parse("1-800-FLOWERS", "US")
phonenumbers.parse("12345")
phonenumbers.parse("nothing", "DE")
[phonenumbers.is_valid_number(phonenumbers.parse(text)) for text in ("+4930901820", "+49309018", "+1415555267", "+14155552671", "+3531234567")], phonenumbers.is_possible_number(NUMBER)
phonenumbers.region_code_for_number(NUMBER), phonenumbers.number_type(phonenumbers.parse("+491701234567")), phonenumbers.country_code_for_region("CH"), len(phonenumbers.SUPPORTED_REGIONS)
[(one.start, one.raw_string) for one in phonenumbers.PhoneNumberMatcher("call 030 901820 or +1 415-555-2671, order 12345", "DE")]
phonenumbers.is_number_match("+49 30 901820", "030901820"), phonenumbers.truncate_too_long_number(phonenumbers.parse("+4930901820123456789")), phonenumbers.example_number("PL").national_number
[(f := phonenumbers.AsYouTypeFormatter("US"), [f.input_digit(one) for one in "4155552671"])[1]]
phonenumbers.timezone.time_zones_for_number(NUMBER), phonenumbers.carrier.name_for_number(phonenumbers.parse("+491701234567"), "de")
phonenumbers.is_valid_short_number(phonenumbers.parse("112", "DE")), phonenumbers.connects_to_emergency_number("911", "US")
phonenumbers.normalize_digits_only("+49 (30) ९०१"), phonenumbers.convert_alpha_characters_in_number("1800-TAXI")
__import__("phonenumbers.geocoder")
pytz.timezone("America/New_York").localize(DAY).isoformat(), pytz.timezone("Europe/Berlin").normalize(pytz.utc.localize(DAY)).strftime("%H %Z")
pytz.timezone("Mars/X")
pytz.timezone("Europe/Berlin").localize(datetime.datetime(2026, 3, 29, 2, 30), is_dst=None)
pytz.country_timezones["de"], len(pytz.all_timezones) > 500, pytz.country_names["pl"], pytz.FixedOffset(90)
vobject.readOne(CARD).fn.value, vobject.readOne(CARD).n.value.family, vobject.readOne(CARD).tel.params, vobject.readOne(CARD).adr.value.city
vobject.readOne(CARD).serialize()
[(c := vobject.vCard(), c.add("fn"), setattr(c.fn, "value", "Ann\nB;,"), c.add("n"), setattr(c.n, "value", vobject.vcard.Name("B", "Ann")), c.serialize())[-1]]
vobject.vCard().serialize()
list(vobject.readComponents(CARD * 2))[1].email.value
vobject.readOne("BEGIN:VCARD\r\nFN:x")
vobject.readOne("BEGIN:VCARD\r\nVERSION:2.1\r\nN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:M=C3=BCller;J\r\nFN:x\r\nEND:VCARD\r\n").n.value.family
[one.dtstart.value.isoformat() for one in vobject.readOne(INVITATION.replace("W. Europe Standard Time", "Europe/Berlin")).vevent_list]
[str(one) for one in vobject.readOne("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260101T090000Z\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n").vevent.rruleset]
six.text_type, six.moves.range(3), six_quote("a b"), six.ensure_str(b"x"), six.moves.urllib.parse.urlsplit("http://a/b").path
simple_docx.Document().text, simple_docx.Document().paragraphs, parts(simple_docx.Document())
filled(lambda d: (d.add_heading("Öffer", 0), d.add_heading("One"), d.add_paragraph("a\tb\nc"), d.add_paragraph("x", "List Bullet")), lambda d: [(p.style, p.text) for p in d.paragraphs])
filled(lambda d: (d.add_table([["item", "price"], ["bolt", 1.5], ["nut"]]), d.add_table(1, 2)), lambda d: (d.text, [row.texts for row in d.tables[0].rows], d.tables[1].cell(0, 1).text))
filled(lambda d: setattr(d.add_paragraph("plain ").add_run("bold"), "bold", True), lambda d: [(r.text, r.bold, r.italic, r.underline) for r in d.paragraphs[0].runs])
filled(lambda d: [d.add_paragraph("Dear {{na").add_run("me}}, {{x}}"), d.add_table([["{{x}}"]])], lambda d: (d.replace({"{{name}}": "A&B <c>", "{{x}}": "{{name}}"}), d.text))
filled(lambda d: (d.add_page_break(), setattr(d.add_paragraph("m"), "alignment", "center"), d.add_paragraph("a\0b\ud800")), lambda d: ([p.alignment for p in d.paragraphs], d.text))
parts(filled(lambda d: (d.add_heading("x"), d.add_paragraph("y", "List Number"), d.add_table([["z"]]))))
filled(lambda d: (setattr(d.add_paragraph("a"), "alignment", "right"), setattr(d.paragraphs[0], "style", "List Bullet")), lambda d: d._trees["word/document.xml"].written())
simple_docx.Document().add_heading("x", 10)
simple_docx.Document().add_paragraph("x", "Nothing")
simple_docx.Document().add_table([])
simple_docx.Document().replace({"": "x"})
simple_docx.Document(io.BytesIO(b"PK"))
simple_docx.Document(io.BytesIO(b"\xd0\xcf\x11\xe0"))
picture(0, SOME[:48], 8).tobytes(), picture(0, SOME[:48], 8).mode, picture(0, SOME[:48], 8).size
[hashlib.sha256(picture(mode, SOME, width, filters=filters).tobytes()).hexdigest()[:8] for mode, width in ((0, 16), (2, 8), (4, 8), (6, 8), (6, 1)) for filters in ((0,), (1,), (2,), (3,), (4,), (0, 1, 2, 3, 4), (4, 3, 2, 1))]
[picture(0, SOME[:8], 8 // depth, depth=depth).tobytes() for depth in (1, 2, 4)], picture(0, SOME[:8], 2, depth=16).tobytes(), picture(2, SOME[:12], 1, depth=16).tobytes()
picture(3, bytes([0, 1, 1, 0]), 2, more=chunk(b"PLTE", b"abcdef")).tobytes(), picture(3, bytes([0b01000000]), 2, depth=1, more=chunk(b"PLTE", b"abcdef") + chunk(b"tRNS", b"\x07")).tobytes()
picture(0, b"\x05\x06", 2, more=chunk(b"tRNS", b"\0\x06")).tobytes(), picture(2, b"abcdef", 2, more=chunk(b"tRNS", b"\0a\0b\0c")).tobytes()
picture(6, SOME[:32], 4).convert("RGB").tobytes(), [one.tobytes() for one in picture(6, SOME[:32], 4).split()], picture(4, SOME[:8], 4).convert("L").tobytes(), picture(0, b"ab", 2).convert("RGB").tobytes()
picture(0, SOME[:48], 8, interlaced=1).tobytes()
simple_images.open(io.BytesIO(png(0, SOME[:48], 8)[:60])).tobytes()
simple_images.open(io.BytesIO(b"GIF89a"))
simple_images.open("logo.png")
simple_images.open(io.BytesIO(JPEG)).size, simple_images.open(io.BytesIO(JPEG)).mode, simple_images.open(io.BytesIO(JPEG)).format
simple_images.open(io.BytesIO(JPEG)).tobytes()
simple_images.open(io.BytesIO(JPEG[:12]))
told(drawn(lambda page: page.drawString(72, 700, "Invoice 17: 9.90 € für Jörg")))
read(drawn(lambda page: (page.setFont("Times-Bold", 20), page.drawCentredString(200, 700, "Größe"), page.showPage(), page.drawRightString(300, 100, "2"))))
told(drawn(lambda page: (page.setFillColor(colors.HexColor("#336699")), page.rect(10, 10, 100, 50, fill=1), page.line(0, 0, 9, 9), page.circle(50, 50, 20), page.linkURL("https://x.example", (0, 0, 9, 9))), pagesize=pagesizes.letter))
told(drawn(lambda page: (page.setTitle("T"), page.setAuthor("Jörg"), page.bookmarkPage("a"), page.addOutlineEntry("A", "a"), page.saveState(), page.rotate(30), page.restoreState())))
pypdf.PdfReader(io.BytesIO(drawn(lambda page: page.setTitle("Grüße")))).metadata.title
told(drawn(lambda page: page.drawImage(ImageReader(io.BytesIO(png(2, SOME, 8, filters=(0, 1, 2, 3, 4)))), 10, 10, 80, 80)))
told(drawn(lambda page: page.drawImage(ImageReader(io.BytesIO(png(6, SOME, 8))), 10, 10, mask="auto")))
[len(page.images) for page in pypdf.PdfReader(io.BytesIO(drawn(lambda page: page.drawImage(ImageReader(io.BytesIO(JPEG)), 0, 0)))).pages] if False else told(drawn(lambda page: page.drawImage(ImageReader(io.BytesIO(JPEG)), 0, 0)))
drawn(lambda page: page.drawImage(ImageReader(io.BytesIO(b"GIF89a")), 0, 0))
drawn(lambda page: page.drawImage("logo.png", 0, 0))
pdfmetrics.stringWidth("Größe €", "Helvetica", 12), simpleSplit("a long line of words that goes on", "Helvetica", 12, 80)
[(pdfmetrics.registerFont(TTFont("Vera", vera())), pdfmetrics.stringWidth("Größe", "Vera", 10), told(drawn(lambda page: (page.setFont("Vera", 12), page.drawString(9, 9, "Größe")))))[1:]]
read(flowing(styled("Hello <b>Ann</b> &amp; <i>Bob</i> <font color='#ff0000'>red</font> <a href='https://x.example'>link</a>", "Heading1"), styled("x" * 300), PageBreak(), styled("two")))
told(flowing(Table([["a", "b"], ["1", "2"]], colWidths=[50, 60], style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("BACKGROUND", (0, 0), (-1, 0), "#eeeeee"), ("SPAN", (0, 1), (1, 1)), ("ALIGN", (0, 0), (-1, -1), "RIGHT")]))))
read(flowing(Table([[f"row {n}", styled(f"<b>{n}</b>")] for n in range(120)], repeatRows=1)))[-1][-40:]
told(flowing(KeepTogether([styled("a"), Spacer(1, 20), styled("b")]), Image(io.BytesIO(png(2, SOME, 8)), 40, 40), pagesize=pagesizes.landscape(pagesizes.A4), title="T"))
flowing(styled("<b>unclosed"))
flowing(Table([["x" * 10]], rowHeights=[9000]))
styled("<font color='Color(1,0,0)'>x</font>").text, colors.toColor("rgb(1,2,3)"), colors.toColor("red"), colors.HexColor("0x336699").hexval()
colors.toColor("__import__('os')")
chart(VerticalBarChart, data=[(1, 2, 3), (3, 1, 2)], width=150, height=80)
chart(HorizontalLineChart, data=[(1, 2, 3)], width=150, height=80), chart(Pie, data=[1, 2, 3], labels=["a", "b", "c"])
told(renderPDF.drawToString(createBarcodeDrawing("QR", value="https://x.example/é"))), told(renderPDF.drawToString(createBarcodeDrawing("Code128", value="ABC-123")))
told(renderPDF.drawToString(createBarcodeDrawing("EAN13", value="4006381333931"))), told(renderPDF.drawToString(createBarcodeDrawing("USPS_4State", value="01234567094987654321")))
told(drawn(lambda page: code128.Code128("INV-17", barHeight=20).drawOn(page, 10, 10))), pagesizes.A4, units.mm
[(d := Drawing(50, 20), d.add(String(1, 1, "é")), d.add(Line(0, 0, 9, 9)), told(renderPDF.drawToString(d)))[-1]]
[(b := openpyxl.Workbook(), b.active.add_image(openpyxl.drawing.image.Image(io.BytesIO(png(2, SOME, 8))), "B2"), f := io.BytesIO(), b.save(f), sorted(zipfile.ZipFile(f).namelist())[-3:], len(openpyxl.load_workbook(f).active._images))[-2:]]
[told(pypdf.PdfReader(io.BytesIO(drawn(lambda page: page.drawString(1, 1, "x")))).pages[0].get_contents().get_data())]
"""
