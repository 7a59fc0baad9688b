"""Formats: tables, markup, archives, workbooks, mail, databases, templates."""

# ruff: noqa: E501 - a call is one line

SETUP = """
import configparser, csv, gzip, html.parser, mimetypes, plistlib, sqlite3, tarfile, tomllib, zipfile, zlib
import email, email.header, email.message, email.policy, email.mime.text, http.cookies, http, netrc
import xml.dom.minidom, xml.etree.ElementTree as ET, xml.sax, xml.sax.saxutils
import bs4, defusedxml.ElementTree, fastjsonschema, jinja2, jmespath, markdown, markupsafe, openpyxl, pypdf, xmltodict
import yaml, openpyxl.utils, openpyxl.utils.datetime, openpyxl.styles.numbers
PAGE = "<html><head><title>T&amp;é</title></head><body><p class='a b' id=x>Hi<br>there<p>two<a href='/u?a=1&b=2'>l</a>"

def workbook(rows, **options):
    book, file = openpyxl.Workbook(**options), io.BytesIO()
    sheet = book.active if not options else book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(file)
    return openpyxl.load_workbook(io.BytesIO(file.getvalue()), data_only=False)

def zipped(*pairs, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return zipfile.ZipFile(io.BytesIO(file.getvalue()))

def document(pages=2):
    writer, file = pypdf.PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(100, 200)
    writer.add_metadata({"/Title": "Grüße"})
    writer.write(file)
    return pypdf.PdfReader(io.BytesIO(file.getvalue()))

def mail():
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["Subject"], message["From"], message["To"] = "Grüße & Küsse", "Jörg <j@example.com>", "a@example.com"
    message.set_content("Hällo\\n")
    message.add_alternative("<b>Hällo</b>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Rechnung ü.pdf")
    return message

def database():
    made = sqlite3.connect(":memory:")
    made.executescript("create table t (id integer primary key, n text, a real); insert into t (n, a) values ('é', 1.5), ('b', 2)")
    return made
"""

CALLS = r"""
list(csv.reader(io.StringIO('a;"b\n;c";""\n'), delimiter=";"))
list(csv.DictReader(io.StringIO("a,b\n1,2\n3"), restval="x"))
csv.Sniffer().sniff("a;b;c\n1;2;3\n").delimiter
csv.Sniffer().has_header("name,n\na,1\nb,2\n")
[(out := io.StringIO(), csv.writer(out).writerow(['a"b', None, 1.5, "x\ny"]), out.getvalue())[2]]
[(out := io.StringIO(), csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n").writerow(["a", 1]), out.getvalue())[2]]
list(csv.reader(["a\0b"]))
csv.list_dialects()
csv.field_size_limit()
csv.QUOTE_STRINGS
yaml.safe_load("a: [1, 0o7, 1e3, yes, 2026-03-09, null, ~, '1', 1_000, 12:30]")
yaml.safe_load("a: &x {b: 1}\nc: *x")
yaml.safe_dump({"é": ["a", None, 1.5, date(2026, 3, 9)]}, allow_unicode=True)
yaml.safe_dump({"b": 1, "a": "yes"}, sort_keys=False)
yaml.safe_load("!!python/object/apply:os.system [ls]")
yaml.safe_load("a: b: c")
list(yaml.safe_load_all("a: 1\n---\nb: 2"))
yaml.dump("a\nb: 'c'\n", default_style="|")
yaml.__with_libyaml__
tomllib.loads("a = 1\nb = 2026-03-09T07:05:03Z\n[c]\nd = [1.5, 'x']")
tomllib.loads("a = ")
plistlib.loads(plistlib.dumps({"a": [1, b"x", DAY]}))
plistlib.loads(plistlib.dumps({"a": [1, 2.5]}, fmt=plistlib.FMT_BINARY))
[(p := configparser.ConfigParser(), p.read_string("[a]\nx = 1\ny = %(x)s2\n"), p["a"]["y"], p.getint("a", "x"))[2:]]
configparser.ConfigParser().read("/nowhere.ini")
ET.tostring(ET.fromstring("<a b='1'>é<c/>t</a>"), encoding="unicode")
ET.fromstring("<a xmlns:x='u'><x:b>1</x:b></a>").find("x:b", {"x": "u"}).text
ET.fromstring('<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>'.encode("latin-1")).text
ET.fromstring('<?xml version="1.0" encoding="windows-1252"?><a>\x80</a>'.encode("latin-1")).text
ET.fromstring("<a><b></a>")
ET.tostring(ET.fromstring("<a><b>1</b></a>"), xml_declaration=True, encoding="utf-8")
ET.indent(ET.fromstring("<a><b/></a>"))
[e.tag for _, e in ET.iterparse(io.BytesIO(b"<a><b/><c/></a>"))]
ET.fromstring("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>").text
ET.canonicalize("<a z='1' b='2'/>")
defusedxml.ElementTree.fromstring("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>")
xml.dom.minidom.parseString("<a><b>1</b></a>").toprettyxml(indent=" ")
xml.sax.saxutils.escape("<a&b>")
xml.sax.saxutils.quoteattr("a'\"b")
[(h := xml.sax.ContentHandler(), xml.sax.parseString(b"<a/>", h))[1]]
xmltodict.parse("<a x='1'><b>1</b><b>2</b><c/></a>")
xmltodict.parse("<a xmlns='u'><b/></a>", process_namespaces=True)
xmltodict.unparse({"a": {"@x": "1", "#text": "é"}}, pretty=True)
xmltodict.parse("<a><b></a>")
bs4.BeautifulSoup(PAGE, "html.parser").find("p", class_="b").get_text("|")
bs4.BeautifulSoup(PAGE, "html.parser").title.string
str(bs4.BeautifulSoup(PAGE, "html.parser").body)
bs4.BeautifulSoup(PAGE, "html.parser").select_one("a[href]")["href"]
bs4.BeautifulSoup(PAGE, "html.parser").prettify()[:120]
bs4.BeautifulSoup(PAGE.encode("latin-1"), "html.parser").title.string
bs4.BeautifulSoup(b"\xef\xbb\xbf<p>\xc3\xa9", "html.parser").p.text
bs4.BeautifulSoup(b"<meta charset=iso-8859-15><p>\xa4", "html.parser").p.text
bs4.BeautifulSoup("<p>\u4e2d".encode("gb2312"), "html.parser", from_encoding="gb2312").p.text
bs4.BeautifulSoup(PAGE, "lxml")
bs4.BeautifulSoup("<a><b/></a>", "xml")
[e.name for e in bs4.BeautifulSoup("<ul><li>1<li>2</ul>", "html.parser").select("ul > li:nth-of-type(2), li:first-child")]
bs4.BeautifulSoup("<p>a</p>", "html.parser").p.wrap(bs4.BeautifulSoup("", "html.parser").new_tag("div"))
bs4.UnicodeDammit("Sacr\xe9 bleu".encode("latin-1"), ["latin-1"]).unicode_markup
bs4.dammit.EntitySubstitution.substitute_html("é<")
markdown.markdown("# T\n\n* a\n* b\n\n`c` **d** [l](http://x)")
markdown.markdown("|a|b|\n|-|-|\n|1|2|", extensions=["tables"])
markdown.markdown("```py\nx\n```", extensions=["fenced_code"])
markdown.markdown("# A\n[TOC]", extensions=["toc"])
markdown.markdown("a[^1]\n\n[^1]: n", extensions=["footnotes"])
markdown.markdown("x", extensions=["codehilite", "attr_list", "def_list", "smarty", "nl2br", "meta", "sane_lists"])
markdown.markdown("x", extensions=["nosuch"])
markdown.Markdown(output_format="html").convert("a\n---\n<b>")
jinja2.Template("{{ a|default('x') }} {{ '%.2f'|format(b) }} {{ c|tojson }}").render(b=1.005, c={"é": [1]})
jinja2.Environment(autoescape=True).from_string("{{ a }}{{ a|safe }}{{ a|e }}").render(a="<b>")
jinja2.Environment(undefined=jinja2.StrictUndefined).from_string("{{ missing }}").render()
jinja2.Template("{% for k, v in d|dictsort %}{{ loop.index }}{{ k }}={{ v }};{% endfor %}").render(d={"b": 1, "a": 2})
jinja2.Template("{{ 'a b'|title|urlencode }} {{ 'x' * 3 }} {{ [3,1]|sort|join(',') }} {{ 'hello world'|wordwrap(5) }}").render()
jinja2.Template("{{ text|truncate(9) }}{{ 5|round(1) }}{{ 1234567|filesizeformat }}").render(text="the quick brown fox")
jinja2.Template("{% set x %}a{{ 1 }}{% endset %}{{ x|upper }}{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}").render()
jinja2.Environment(loader=jinja2.FileSystemLoader("/nowhere")).get_template("x")
jinja2.Environment(trim_blocks=True, lstrip_blocks=True).from_string("{% if true %}\n  a\n{% endif %}\n").render()
jinja2.Template("{{ when.strftime('%-d.%-m. %P') }}").render(when=DAY)
jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.i18n"]).from_string("{% trans %}a{% endtrans %}")
markupsafe.escape("<é'>")
markupsafe.Markup("<b>%s</b>") % "<i>"
markupsafe.Markup("<b>a &amp; b</b>").striptags()
jmespath.search("a[?b > `1`].c | [0]", {"a": [{"b": 1, "c": 2}, {"b": 2, "c": 3}]})
jmespath.search("sort_by(@, &n)[].n", [{"n": 2}, {"n": 1}])
jmespath.search("length(", {})
jmespath.search("join('-', a)", {"a": ["x", "y"]})
fastjsonschema.compile({"type": "object", "required": ["a"], "properties": {"a": {"format": "email"}}})({"a": "x@y.example"})
fastjsonschema.compile({"type": "string", "format": "date-time"})("nope")
fastjsonschema.compile({"type": "string", "pattern": "^\\d+$"})("12")
fastjsonschema.compile({"type": "number", "multipleOf": 0.1})(0.3)
fastjsonschema.compile({"$ref": "http://nowhere.example/x"})
[c.value for row in workbook([["é", 1.5, DAY, True, None, "=A1"]]).active.iter_rows() for c in row]
workbook([[date(2026, 3, 9)]]).active["A1"].number_format
workbook([["x"]], write_only=True).worksheets[-1]["A1"].value
workbook([[Decimal("1.10"), timedelta(hours=25), time_of_day]]).active["A1"].value
workbook([["a\x01b"]])
workbook([[ "x" * 32768]])
workbook([[SUMMER]])
[one for one in workbook([[1, 2], [3, 4]]).active.values]
openpyxl.utils.get_column_letter(703)
openpyxl.utils.cell.coordinate_from_string("AB12")
openpyxl.utils.datetime.from_excel(46090.5)
openpyxl.utils.datetime.to_excel(DAY)
openpyxl.styles.numbers.is_date_format("dd.mm.yyyy")
openpyxl.load_workbook(io.BytesIO(b"nonsense"))
openpyxl.load_workbook("/nowhere.xlsx")
openpyxl.Workbook().save("/nowhere/x.xlsx")
len(document().pages)
document().metadata.title
document().pages[0].mediabox.width
document().pages[0].extract_text()
pypdf.PdfReader(io.BytesIO(b"nonsense"))
pypdf.PdfReader("/nowhere.pdf")
pypdf.PdfReader(io.BytesIO(PDF_TEXT)).pages[0].extract_text()
pypdf.PdfReader(io.BytesIO(PDF_TEXT)).is_encrypted
[(w := pypdf.PdfWriter(clone_from=io.BytesIO(PDF_TEXT)), o := io.BytesIO(), w.encrypt("x", algorithm="RC4-128"), w.write(o), pypdf.PdfReader(o, password="x").pages[0].extract_text())[-1]]
[(w := pypdf.PdfWriter(clone_from=io.BytesIO(PDF_TEXT)), o := io.BytesIO(), w.encrypt("x", algorithm="AES-256"), w.write(o))[-1]]
[(w := pypdf.PdfWriter(), w.append(io.BytesIO(PDF_TEXT)), w.append(io.BytesIO(PDF_TEXT)), len(w.pages))[-1]]
zipped(("a.txt", "é"), ("b/ü.txt", b"x")).namelist()
zipped(("a.txt", "é" * 100), compression=zipfile.ZIP_DEFLATED).read("a.txt").decode()
zipped(("a.txt", "x"), compression=zipfile.ZIP_BZIP2)
zipped(("a.txt", "x"), compression=zipfile.ZIP_LZMA)
zipped(("a.txt", "x")).infolist()[0].create_system
zipped(("a.txt", "x")).infolist()[0].external_attr
zipfile.is_zipfile(io.BytesIO(b"PK"))
zipfile.ZipFile(io.BytesIO(b"nonsense"))
zipfile.Path(zipped(("a/b.txt", "x"))).joinpath("a").is_dir()
[(f := io.BytesIO(), z := zipfile.ZipFile(f, "w"), z.mkdir("d"), z.close(), zipfile.ZipFile(f).namelist())[-1]]
zlib.crc32(b"hello"), zlib.adler32(b"hello")
zlib.decompress(zlib.compress(b"hello" * 50, 9))
zlib.decompress(b"nonsense")
zlib.decompressobj(-15).decompress(zlib.compress(b"a")[2:-4])
len(zlib.compress(bytes(1000)))
gzip.decompress(gzip.compress(b"hello", mtime=0))
gzip.compress(b"hello", mtime=0)[:10]
gzip.open(io.BytesIO(gzip.compress("é".encode())), "rt").read()
gzip.decompress(b"nonsense")
[(f := io.BytesIO(), t := tarfile.open(fileobj=f, mode="w:gz"), t.addfile(tarfile.TarInfo("é")), t.close(), tarfile.open(fileobj=io.BytesIO(f.getvalue())).getnames())[-1]]
tarfile.open(fileobj=io.BytesIO(b"nonsense"))
tarfile.open(fileobj=io.BytesIO(), mode="w:xz")
tarfile.TarInfo("x").mode
mimetypes.guess_type("a.pdf")
mimetypes.guess_type("a.csv"), mimetypes.guess_type("a.json"), mimetypes.guess_type("a.md")
mimetypes.guess_type("a.xlsx"), mimetypes.guess_type("a.docx")
mimetypes.guess_type("a.tar.gz"), mimetypes.guess_type("a.webp"), mimetypes.guess_type("a.svg")
mimetypes.guess_type("https://x.example/a.html?b=c")
mimetypes.guess_extension("application/pdf"), mimetypes.guess_extension("text/plain"), mimetypes.guess_extension("image/jpeg")
mimetypes.guess_all_extensions("text/html")
mail().as_bytes()[:150]
email.message_from_bytes(mail().as_bytes(), policy=email.policy.default)["subject"]
[part.get_content_type() for part in mail().walk()]
[part.get_filename() for part in mail().iter_attachments()]
mail().get_body(("plain",)).get_content()
email.message_from_string("Subject: =?utf-8?b?w7w=?= =?iso-8859-1?q?=E9?=\n\nx", policy=email.policy.default)["subject"]
email.header.decode_header("=?iso-8859-1?q?p=F6stal?=")
str(email.header.make_header(email.header.decode_header("=?utf-8?q?=C3=BC?= x")))
email.header.Header("Grüße " * 10, "utf-8").encode()
email.mime.text.MIMEText("é").as_string()
email.utils.parseaddr("Jörg <j@example.com>")
email.utils.formataddr(("Jörg", "j@example.com"))
email.utils.getaddresses(["a@x.example, B <b@x.example>"])
email.utils.make_msgid(domain="x.example").endswith("@x.example>")
email.utils.make_msgid()
email.utils.encode_rfc2231("ü.pdf", "utf-8")
http.HTTPStatus(404).phrase
[(c := http.cookies.SimpleCookie("a=1; b=x y"), c["a"].value, c.output())[1:]]
netrc.netrc()
database().execute("select n, a, typeof(a) from t order by n").fetchall()
database().execute("select count(*), sum(a), group_concat(n) from t").fetchone()
database().execute("select json_extract('{\"a\": [1, 2]}', '$.a[1]'), upper('é'), lower('É'), 'É' like 'é'").fetchone()
database().execute("select strftime('%Y-%m-%d', '2026-03-09'), date('2026-01-31', '+1 month'), julianday('2026-03-09')").fetchone()
database().execute("select datetime(0, 'unixepoch', 'localtime')").fetchone()
database().execute("select sqrt(2), pi(), 7 / 2, 7 % 3, round(2.5)").fetchone()
database().execute("with recursive c(x) as (select 1 union all select x + 1 from c where x < 5) select sum(x) from c").fetchone()
database().execute("select row_number() over (order by a desc), n from t").fetchall()
database().execute("insert into t values (1, 'x', 1)")
database().execute("select * from nosuch")
database().execute("create virtual table v using fts5(x)").fetchall()
database().execute("select * from t where n = ?", ("é",)).fetchone()
sqlite3.connect("/nowhere/x.db")
sqlite3.threadsafety
[(d := database(), setattr(d, "row_factory", sqlite3.Row), dict(d.execute("select id, n from t").fetchone()))[-1]]
[(d := database(), d.create_function("twice", 1, lambda x: x * 2), d.execute("select twice(21)").fetchone())[-1]]
[(d := database(), d.create_collation("rev", lambda a, b: (a < b) - (a > b)), d.execute("select n from t order by n collate rev").fetchall())[-1]]
list(database().iterdump())
html.parser.HTMLParser().feed("<a>")
"""
