"""Edges written by hand: each is a case that differed once, or that some reader is known to stumble over."""

# ruff: noqa: E501, PLR0912, Q003 - a table of cases

from collections.abc import Iterator, Mapping
from typing import Any

from tests.tenants.parity.payloads import HALF, SERVER, b64, made, token

Edge = tuple[str, Mapping[str, Any]]
MESSAGE = {"to": "ann@example.com", "subject": "Hi", "text": "Hello"}
NAMES_OF_FILES = (
    "a.pdf", "ü.pdf", "a b.pdf", "../a.pdf", "a/b", 'a"b', "", ".", "..", ".a", "a.", "x" * 201, "ü" * 101, "a\nb",
    "a\u202eb", "C:\\a", None, 7, HALF,
)  # fmt: skip
ADDRESSES: tuple[Any, ...] = (
    "ann@example.com", "Ann <ann@example.com>", '"Doe, Ann" <ann@example.com>', "ann@example.com, bob@example.com",
    "ann", "@example.com", "ann@", "ann@exa mple.com", "<ann@example.com>", "ann@example.com\r\nBcc: x@e.example", "",
    "Ann@Example.COM", "gone@example.com", "Gone <gone@example.com>", "later@example.com", "a@b..c", "a@" + "x" * 260,
    "ann@example.com ", "(c) ann@example.com", "ann@[127.0.0.1]", 7, None, [], ["ann@example.com"], {"a": 1}, HALF,
    ["ann@example.com", "gone@example.com"], ["gone@example.com", "later@example.com"],
    ["later@example.com", "gone@example.com"], ["ann@example.com", "ann@example.com"], ["ann@example.com", None],
)  # fmt: skip
URLS = (
    f"{SERVER}", f"{SERVER}/", f"{SERVER}/json#part", f"{SERVER}/json?", f"{SERVER}/json?a=1&a=2", f"{SERVER}/./x/../json",
    f"{SERVER}/js%6Fn", f"{SERVER}/a b", f"{SERVER}/%2e%2e/json", f"{SERVER}/%", f"{SERVER}/%zz", f"{SERVER}/ü",
    f"{SERVER}/json?q=ü", f"{SERVER}/json?q=a b", f"{SERVER}/\\json", "ftp://127.0.0.1/", "127.0.0.1/json", "", None, 7,
    "http://", "http:///json", "http://ann:pw@127.0.0.1/json", "http://127.0.0.1:0/", "http://127.0.0.1:99999/",
    "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data", "http://[::1]/", "http://[fe80::1]/", "http://[::zz]/",
    "http://0x7f.1/", "http://2130706433/", "http://127.1/", "http://999.1.1.1/", "http://localhost/", "http://0/",
    "http://a.localhost/", "https://192.168.1.1/x", "http://[::ffff:10.0.0.1]/", "http://100.64.0.1/", "HTTP://127.0.0.1/",
    "http://exa mple.com/", "http://-a.example/", "http://exämple.com/", "http://a..b/", f"{SERVER}/" + "x" * 70_000,
    f"{SERVER}/{HALF}", f"{SERVER}/json?{HALF}", f"{SERVER}/json\r\nX: 1", "//127.0.0.1/json", "javascript:1",
)  # fmt: skip
PARAMS: tuple[Any, ...] = (
    {"limit": 100, "cursor": None}, {"a": [1, None, 2]}, {"a": []}, {"a": True}, {"a": 1.5}, {"a": {"b": 1}}, {"": "x"},
    {"ü": "ä"}, {"a": "a b&c=d"}, {"a": 2**70}, {"a": [[1]]}, {"a": [{"b": 1}]}, {"a": HALF}, {HALF: "a"}, "a=1", ["a"],
    {"a": ""}, {"a": "\n"}, {"a b": "+"}, {"a": float("nan")}, {"a": "x" * 61_000}, {},
)  # fmt: skip
HEADERS: tuple[Any, ...] = (
    {"X-Page": 1}, {"X-A": None}, {"X-A": True}, {"X-A": ["a"]}, {"X-A": "ü"}, {"X-A": "€"}, {"X-Ü": "a"}, {"X A": "a"},
    {"X-A": "a\r\nX-B: c"}, {"X-A": "a\n"}, {"": "a"}, {"X-A": ""}, {"X-A": "  a  "}, {"Host": "x"},
    {"Accept-Encoding": "gzip"}, {"Content-Length": "5"}, {"Transfer-Encoding": "chunked"}, {"Connection": "close"},
    {"X-HTTP-Method-Override": "DELETE"}, {"X-Forwarded-For": "1.1.1.1"}, {"Cookie": "a=b"}, {"User-Agent": "mine"},
    {"Content-Type": "text/csv"}, {"content-type": "a", "Content-Type": "b"}, {"Authorization": "Bearer x"},
    {"Idempotency-Key": "mine"}, {"X-A": "x" * 70_000}, {"X-A": HALF}, "X-A: 1", [["X-A", "1"]], {}, {"X-A\r\n": "a"},
)  # fmt: skip
BODIES: tuple[Any, ...] = (
    {"json": None}, {"json": {}}, {"json": 2**70}, {"json": HALF}, {"json": float("nan")}, {"json": "a\0b"},
    {"json": {HALF: 1}}, {"data": ""}, {"data": {}}, {"data": {"a": None}}, {"data": {"a": [1, None]}}, {"data": 7},
    {"data": {"a": {"b": 1}}}, {"data": {"a": True}}, {"data": HALF}, {"data": {"a": HALF}}, {"data": ["a"]},
    {"data_base64": "!"}, {"data_base64": ""}, {"data_base64": 7}, {"data_base64": "YQ"}, {"json": {}, "data": "x"},
    {"data": "x", "data_base64": "YQ=="}, {"json": {"_method": "DELETE"}}, {"data": "_method=DELETE"},
)  # fmt: skip
KEYS = ("k", "contact/Jörg/Köln", "a b", "a\nb", "", 7, None, True, "x" * 255, "x" * 256, "€", "\t", HALF, ["k"])
_CLIENT: dict[str, Any] = {"token_url": f"{SERVER}/token", "client_id": "a"}
AUTHS: tuple[Any, ...] = (
    {"basic": ["a", "b"]}, {"basic": ["a:b", "c"]}, {"basic": ["a"]}, {"basic": "a:b"}, {"bearer": "x"}, "a", [], {},
    {"basic": ["ü", "ü"]}, {"basic": [HALF, "b"]}, {"basic": [1, 2]}, {"basic": ["a", "b"], "more": 1}, {"basic": ["", ""]},
    {"jwt": {"key": "k", "claims": {}, "algorithm": "RS256"}}, {"jwt": {"key": "k", "claims": {}, "algorithm": "ES256"}},
    {"jwt": {"key": "k", "claims": {}, "algorithm": "PS256"}}, {"jwt": {"key": "", "claims": {}, "algorithm": "ES256"}},
    {"jwt": {"key": "6b", "claims": {}, "algorithm": "RS256", "key_encoding": "hex"}}, {"oauth": {}}, {"oauth": None},
    {"oauth": _CLIENT | {"client_secret": ""}}, {"oauth": _CLIENT | {"client_secret": 5}}, {"oauth": _CLIENT},
    {"oauth": _CLIENT | {"client_secret": "b", "scope": ["a"]}}, {"oauth": _CLIENT | {"client_secret": "b", "in": "query"}},
    {"oauth": _CLIENT | {"client_secret": "b", "token_url": "ftp://a.example/"}}, {"oauth": _CLIENT | {"client_secret": HALF}},
    {"oauth": _CLIENT | {"client_secret": "b", "token_url": f"{SERVER}/{HALF}"}}, {"oauth": _CLIENT | {"more": 1}},
)  # fmt: skip
PATHS_OF_ANSWERS = (
    "json", "text", "bytes", "empty", "latin1", "latin1-json", "bom", "bom-json", "utf16", "nonsense-charset", "redirect",
    "moved", "busy", "unavailable", "later", "later-than-all", "later-in-words", "once-busy", "once-unavailable", "broken-utf8", "teapot", "created", "big",
    "headers", "many-headers", "json-null", "html", "xml-latin1", "nowhere", "quoted-charset", "nothing-in-json",
)  # fmt: skip


def every() -> Iterator[Edge]:
    """Each edge of each operation."""
    yield from _http()
    yield from _email()
    yield from _kept()
    yield from _sql()
    yield from _signatures()


def _signatures() -> Iterator[Edge]:
    right, shared = f"sha256={made('x')}", {"algorithm": "HS256", "key": "hook"}
    for signature in (
        right,
        right[:-1],
        right.upper(),
        f"{right},{right}",
        f" {right}",
        "",
        None,
        7,
        [right],
        HALF,
        "x" * 4_001,
    ):
        yield "signatures.verify", {"scheme": "github", "key": "hook", "body": "x", "signature": signature}
    for key in ("hook", "missing", "token", "elsewhere", "keys", "", "*", "<<hook>>", None, 7, HALF, "x" * 101):
        yield "signatures.verify", {"scheme": "github", "key": key, "body": "x", "signature": right}
        for algorithm in ("HS256", "RS256", "ES256", "none", "hs256", None, ["HS256"]):
            yield "signatures.claims", {"algorithm": algorithm, "key": key, "token": token({"exp": 1 << 40})}
    for timestamp in ("1600000000", "١٦٠٠٠٠٠٠٠٠", "1e9", "-1", "", None, 0, True, 10**20, [1]):
        mark = f"v0={made(f'v0:{timestamp}:x')}"
        yield (
            "signatures.verify",
            {"scheme": "slack", "key": "hook", "body": "x", "signature": mark, "timestamp": timestamp},
        )
        yield (
            "signatures.verify",
            {"scheme": "stripe", "key": "hook", "body": "x", "signature": f"t={timestamp},v1={made(f'{timestamp}.x')}"},
        )
    several: tuple[Any, ...] = (
        {},
        [],
        {"exp": 1},
        {"exp": "1"},
        {"exp": True},
        {"exp": 1 << 60},
        {"exp": 1 << 40, "nbf": 1 << 40},
        {"exp": float("nan")},
        {"exp": 1 << 40, "a": HALF},
    )
    for claims in several:
        yield "signatures.claims", {**shared, "token": token(claims)}
    for head in (
        {"alg": "none"},
        {"alg": "RS256"},
        {"alg": None},
        {"crit": ["x"]},
        {"kid": 7},
        {"typ": "x"},
        {"b64": False},
        {"kid": "x"},
    ):
        yield "signatures.claims", {**shared, "token": token({"exp": 1 << 40}, **head)}
    for name in ("scheme", "algorithms", "verify", "options", "within_s", "issuer", "audience", "key_encoding", "keys"):
        yield "signatures.claims", {**shared, "token": token({"exp": 1 << 40}), name: "hex"}
        yield (
            "signatures.verify",
            {"scheme": "hmac-sha256", "key": "hook", "body": "x", "signature": made("x"), name: "hex"},
        )


def _http() -> Iterator[Edge]:
    get = {"method": "GET", "url": f"{SERVER}/json"}
    post = {"method": "POST", "url": f"{SERVER}/json"}
    for url in URLS:
        yield "http.request", {**get, "url": url}
        yield "http.send_many", {"requests": [get, {**get, "url": url}]}
    for params in PARAMS:
        yield "http.request", {**get, "params": params}
    for headers in HEADERS:
        yield "http.request", {**get, "headers": headers}
        yield "http.send_many", {"requests": [get, {**post, "headers": headers}]}
    for one in BODIES:
        yield "http.request", {**post, **one}
    for key in KEYS:
        yield "http.request", {**post, "key": key}
    for auth in AUTHS:
        yield "http.request", {**get, "auth": auth}
    for method in ("get", "GET", "TRACE", "CONNECT", "", None, 7, "BREW", "GET\r\n", "OPTIONS", "delete"):
        yield "http.request", {**get, "method": method}
        yield "http.send_many", {"requests": [get, {**get, "method": method}]}
    for timeout_ms in (0, -1, 1, 120_000, 120_001, 1_500.5, "5", True, None, float("nan"), 10**20):
        yield (
            "http.request",
            {
                **get,
                "url": f"{SERVER}/nowhere" if timeout_ms == 1 else get["url"],
                "timeout_ms": 5_000 if timeout_ms == 1 else timeout_ms,
            },
        )
    for path in PATHS_OF_ANSWERS:
        yield "http.request", {**get, "url": f"{SERVER}/{path}"}
        yield "http.request", {**post, "url": f"{SERVER}/{path}"}
        yield "http.request", {**post, "url": f"{SERVER}/{path}", "key": "k"}
        yield "http.request", {"method": "HEAD", "url": f"{SERVER}/{path}"}
        yield "http.send_many", {"requests": [get, {**get, "url": f"{SERVER}/{path}"}]}
    for name in ("follow_redirects", "files", "timeout", "body", "cookies", "verify", "query", "Method"):
        yield "http.request", {**get, name: True}
        yield "http.send_many", {"requests": [{**get, name: True}]}
    several: tuple[Any, ...] = ([], None, "x", {}, [None], [[]], ["GET"], [{}], [get] * 20)
    for requests in several:
        yield "http.send_many", {"requests": requests}
    yield "http.send_many", {"requests": [get], "parallel": 3}
    yield from _secrets(get, post)


def _secrets(get: Mapping[str, Any], post: Mapping[str, Any]) -> Iterator[Edge]:
    """`<<NAME>>` stands for what `secret(NAME)` gives."""
    for name in ("token", "elsewhere", "missing"):
        held = f"<<{name}>>"
        yield "http.request", {**get, "headers": {"Authorization": f"Bearer {held}"}}
        yield "http.request", {**get, "params": {"key": held}}
        yield "http.request", {**get, "url": f"{SERVER}/json?key={held}"}
        yield "http.request", {**post, "json": {"deep": [held]}}
        yield "http.request", {**post, "data": {"key": held}}
        yield "http.request", {**get, "auth": {"basic": ["ann", held]}}
        yield "http.request", {**get, "url": f"{SERVER}/bot{held}/send"}
        yield "http.request", {**get, "headers": {"X-A": f"a {held} b"}}
        yield "http.request", {**get, "headers": {"X-A": f"key={held}"}}
        yield "http.request", {**post, "data": f"key={held}"}
        yield "http.request", {**post, "json": {held: 1}}
        yield "http.request", {**post, "key": held}
        yield "http.request", {**get, "params": {"key": f"x{held}"}}
        yield "http.send_many", {"requests": [get, {**get, "headers": {"X-A": held}}]}
        yield "kv.set", {"key": "k", "value": held}
        yield "email.send", {**MESSAGE, "text": held}
        yield "ledger.claim", {"keys": [held]}
        yield "files.write", {"path": "out/a", "base64": held}


def _email() -> Iterator[Edge]:
    for to in ADDRESSES:
        yield "email.send", {**MESSAGE, "to": to}
        yield "email.send_many", {"messages": [MESSAGE, {**MESSAGE, "to": to}]}
        yield "email.send", {**MESSAGE, "sender": to}
        yield "email.send", {**MESSAGE, "reply_to": to}
    for field in ("cc", "bcc", "headers", "from", "body", "attachment", "To"):
        yield "email.send", {**MESSAGE, field: "x"}
        yield "email.send_many", {"messages": [MESSAGE, {**MESSAGE, field: "x"}]}
    for subject in ("a\nb", "a\r\nBcc: x", "", "x" * 2_000, "ü", None, 7, HALF, "\0", "\t", "\u2028"):
        yield "email.send", {**MESSAGE, "subject": subject}
        yield "email.send_many", {"messages": [MESSAGE, {**MESSAGE, "subject": subject}]}
    for text in ("", None, 7, HALF, "\0", "x" * 100_000, ["a"], ".\n.\n"):
        yield "email.send", {**MESSAGE, "text": text}
        yield "email.send", {**MESSAGE, "html": text}
    for key in (*KEYS, "x" * 480, "x" * 481, "a\0b"):
        yield "email.send", {**MESSAGE, "key": key}
    for sender in (
        "Bank <x@acme.example>",
        "ceo@bank.example <x@acme.example>",
        "x" * 200 + " <x@acme.example>",
        "bank.example <x@acme.example>",
        "x@other.example",
        "Ä <x@acme.example>",
    ):
        yield "email.send", {**MESSAGE, "sender": sender}
        yield "email.send_many", {"messages": [MESSAGE, {**MESSAGE, "sender": sender}]}
    for name in NAMES_OF_FILES:
        yield "email.send", {**MESSAGE, "attachments": [{"filename": name, "text": "x"}]}
    for kind in (
        "text/csv",
        "text/calendar; method=REQUEST",
        "multipart/mixed",
        "message/rfc822",
        "x",
        "",
        7,
        None,
        "A/B",
    ):
        yield "email.send", {**MESSAGE, "attachments": [{"filename": "a", "content_type": kind, "text": "x"}]}
    for one in (
        {},
        None,
        "x",
        {"filename": "a"},
        {"filename": "a", "text": "x", "base64": ""},
        {"filename": "a", "text": 7},
        {"filename": "a", "base64": "!"},
        {"filename": "a", "text": "x", "content_id": "logo"},
        {"filename": "a", "content": "x"},
        {"filename": "a", "text": HALF},
        {"filename": "a", "base64": 7},
    ):
        yield "email.send", {**MESSAGE, "attachments": [one]}
        yield "email.send_many", {"messages": [{**MESSAGE, "attachments": [one]}]}
    yield "email.send", {**MESSAGE, "attachments": [{"filename": "a", "text": "x"}] * 21}
    yield "email.send", {**MESSAGE, "attachments": {"filename": "a", "text": "x"}}
    yield (
        "email.send",
        {**MESSAGE, "attachments": [{"filename": "a", "text": "x" * (10 << 20)}, {"filename": "b", "text": "x"}]},
    )
    batches: tuple[Any, ...] = ([], None, "x", {}, [None], [{}], [MESSAGE] * 12)
    for messages in batches:
        yield "email.send_many", {"messages": messages}
    yield "email.send_many", {"messages": [{**MESSAGE, "key": "twice"}, {**MESSAGE, "key": "twice"}]}


def _kept() -> Iterator[Edge]:
    for key in (
        "a",
        "",
        "x" * 500,
        "x" * 501,
        "Jörg/Köln",
        "a\0b",
        "a\nb",
        HALF,
        7,
        None,
        "claimed",
        "finished",
        ["a"],
    ):
        yield "ledger.claim", {"keys": [key, "other"]}
        yield "ledger.done", {"keys": [key, "yet another"]}
        yield "ledger.release", {"keys": [key]}
        yield "ledger.is_done", {"key": key}
        yield "kv.get", {"key": key}
        yield "kv.set", {"key": key, "value": 1}
    yield "ledger.claim", {"keys": ["same", "same"]}
    yield "ledger.done", {"keys": ["claimed", "finished", "fresh"]}
    yield "ledger.claim", {"keys": []}
    yield "ledger.claim", {"keys": "a"}
    yield "ledger.claim", {"keys": [f"many/{n}" for n in range(1_200)]}
    values: tuple[Any, ...] = (
        None, 0, 1, 1.0, -0.0, 0.1, 1e300, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**70), 10**100, True, False, "", "a\0b",
        "\\u0000", HALF, "7", "1e5", [], {}, [2**64], {"a": 2**64}, {"a": 1.0}, "x" * 65_534, "x" * 65_535, "ü" * 32_767,
        "ü" * 32_768, float("nan"), {"": 1}, {"a": {"b": [None]}}, "{}", 1e-320, 1.7976931348623157e308, 123456789.12345678,
    )  # fmt: skip
    for value in values:
        yield "kv.set", {"key": "edge", "value": value}
        yield "kv.get", {"key": "edge"}
        yield "kv.compare_and_set", {"key": "edge", "expected": value, "value": value}
        yield "kv.compare_and_set", {"key": "edge", "expected": True, "value": 1}
        yield "kv.get", {"key": "edge"}
        yield "kv.delete", {"key": "edge"}
    for scope in ("tool", "tenant", "", None, "Tool", 7, ["tool"], "all"):
        yield "kv.set", {"key": "s", "value": 1, "scope": scope}
        yield "kv.get", {"key": "s", "scope": scope}
    for path in (
        "in/a.txt", "out/new.txt", "", "/a", "a/../b", "a//b", "a\\b", "a\nb", "x" * 500, "x" * 501, "./a", "a/", "..", ".",
        "ü/ß.txt", "a b.txt", HALF, "a\0b", 7, None, "A.TXT", "in/A.txt", "a*b",
    ):  # fmt: skip
        yield "files.write", {"path": path, "base64": b64("x")}
        yield "files.read", {"path": path}
        yield "files.exists", {"path": path}
        yield "files.link", {"path": path}
        yield "files.list", {"prefix": path}
        yield "files.delete", {"path": path}
    for content in ("!", "", 7, None, "YQ", "YQ==", b64("x" * 100_000), "YQ==\n"):
        yield "files.write", {"path": "out/d", "base64": content}
        yield "files.read", {"path": "out/d"}
    yield "files.write", {"path": "out/e", "base64": b64(b"x" * ((8 << 20) + 1))}
    yield "files.write", {"path": "in/a.txt", "base64": b64("x"), "create_only": True}
    for kind in (
        "text/csv",
        "text/plain; charset=utf-8",
        "text",
        "a/b\r\nx: y",
        "",
        7,
        "text/plain;charset=utf-8; x=y",
    ):
        yield "files.write", {"path": "out/f", "base64": b64("x"), "content_type": kind}
    for only in (True, False, 1, "yes", None):
        yield "files.write", {"path": "out/g", "base64": b64("x"), "create_only": only}
    for expires_s in (1, 0, -1, 604_800, 604_801, 1.5, "60", True, None):
        yield "files.link", {"path": "in/a.txt", "expires_s": expires_s}
    for prefix in ("in/*", "in", "../", "*", "IN/", "%", "_", "x" * 501, 7, "nothing/"):
        yield "files.list", {"prefix": prefix}
    for seconds in (0, 0.001, -1, "1", None, True, float("nan"), float("inf"), 10**9, 10**30):
        yield "clock.sleep", {"seconds": seconds}


def _sql() -> Iterator[Edge]:
    read, write = "SELECT id FROM deals WHERE name = :v", "UPDATE deals SET name = :v WHERE id = 1"
    for value in (  # pyright: ignore[reportUnknownVariableType]  (JSON of any kind)
        "a",
        "",
        "a\0b",
        HALF,
        None,
        True,
        1,
        1.5,
        2**63 - 1,
        2**63,
        -(2**63),
        2**70,
        float("nan"),
        float("inf"),
        [],
        {},
    ):
        yield "sql.query", {"database": "crm", "statement": read, "parameters": {"v": value}}
        yield "sql.execute", {"database": "crm", "statement": write, "parameters": {"v": value}}
        yield "sql.query", {"database": "crm", "statement": "SELECT :v AS v", "parameters": {"v": value}}
    for statement in (
        "SELECT 1", "select 1;", "SELECT 1; SELECT 2", "SELECT 1 -- c", "SELECT /* c */ 1", "", " ", None, 7, "DROP TABLE deals",
        "PRAGMA table_list", "ATTACH 'x' AS y", "SELECT nonsense FROM deals", "SELECT * FROM nowhere", "SELECT 'a :b' AS t",
        "SELECT '12:30' AS t", "SELECT :a AS a", "SELECT 1 WHERE 1 = :a AND 2 = :b", "DELETE FROM deals WHERE id = 99",
        "INSERT INTO deals (id, name) VALUES (1, 'x')", "INSERT INTO deals (id, name) VALUES (7, 'x') RETURNING id",
        "WITH x AS (SELECT 1 AS a) SELECT a FROM x", "VALUES (1), (2)", "SELECT $1", "SELECT ?", "SELECT @a", "SELECT 'x", "SELECT `id` FROM deals",
        "SELECT \"id\" FROM deals", "SELECT $$a$$", "SELECT E'a\\'b'", "x" * 10_001, "SELECT\n1", "SELECT 1\0", "SELECT 9223372036854775807 AS n",
        "SELECT 9223372036854775808 AS n", "SELECT 1e999 AS n", "SELECT x'00ff' AS b", "SELECT NULL AS n", "EXPLAIN SELECT 1",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 10001) SELECT i FROM n",
    ):  # fmt: skip
        yield "sql.query", {"database": "crm", "statement": statement}
        yield "sql.execute", {"database": "crm", "statement": statement}
    for database in ("crm", "hr", "", None, 7, "CRM", "c r m", "x" * 65, "../crm", HALF):
        yield "sql.query", {"database": database, "statement": "SELECT 1"}
    for parameters in (None, {}, {"a": 1}, [], [1], "x", {"a": 1, "b": 2}, {"A": 1}, {"": 1}):
        yield "sql.query", {"database": "crm", "statement": "SELECT :a AS a", "parameters": parameters}
        yield "sql.query", {"database": "crm", "statement": "SELECT 1 AS a", "parameters": parameters}
