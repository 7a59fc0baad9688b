"""What clients ask for out of habit is left out, and the rest is granted; what must not be stays refused."""

from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from api.oauth.clients import registration
from api.oauth.clients.redirects import fault_of
from tests.api.oauth.party import REDIRECT, boxes, hidden, join, parameters
from tests.api.site import Home

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
DEVICE = registration.DEVICE_GRANT
USUAL = ["authorization_code", "refresh_token"]


async def register(home: Home, body: Any, path: str = "/oauth/register") -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=home.site.origin) as http:
        return await http.post(path, json=body)


# --- registration: what was asked, and what of it is kept ---

KEPT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "claude.ai": (
        {
            "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"],
            "grant_types": ["authorization_code", "refresh_token", JWT_BEARER],
            "token_endpoint_auth_method": "none",
        },
        {"grant_types": USUAL, "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"]},
    ),
    "implicit": ({"grant_types": ["authorization_code", "implicit"]}, {"grant_types": ["authorization_code"]}),
    "the machine's grant beside": ({"grant_types": [*USUAL, "client_credentials"]}, {"grant_types": USUAL}),
    "token exchange": (
        {"grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:token-exchange"]},
        {"grant_types": ["authorization_code"]},
    ),
    "the password grant beside": ({"grant_types": ["password", "authorization_code"]}, {}),
    "ciba": ({"grant_types": ["urn:openid:params:grant-type:ciba", "authorization_code"]}, {}),
    "a grant that is a number": ({"grant_types": ["authorization_code", 5, None, {"a": 1}, ["b"]]}, {}),
    "a grant twice": ({"grant_types": [*USUAL, *USUAL]}, {"grant_types": USUAL}),
    "no grants": ({"grant_types": []}, {"grant_types": USUAL}),
    "null for the grants": ({"grant_types": None}, {"grant_types": USUAL}),
    "one more response type": ({"response_types": ["code", "token"]}, {"response_types": ["code"]}),
    "hybrid response types": ({"response_types": ["code id_token", "code"]}, {"response_types": ["code"]}),
    "none as a response type": ({"response_types": ["none", "code"]}, {"response_types": ["code"]}),
    "null for the response types": ({"response_types": None}, {"response_types": ["code"]}),
    "no response types": ({"response_types": []}, {"response_types": ["code"]}),
    "null for the method": (
        {"token_endpoint_auth_method": None},
        {"token_endpoint_auth_method": "client_secret_basic"},
    ),
    "null everywhere else": (
        {"client_name": None, "client_uri": None, "scope": None, "logo_uri": None, "contacts": None, "jwks": None},
        {"client_name": "An unnamed program"},
    ),
    "scopes that are none": ({"scope": "openid profile email tools:call"}, {"scope": "tools:call"}),
    "only scopes that are none": ({"scope": "openid email"}, {"scope": "runs:read tools:author tools:call"}),
    "a private scheme beside": (
        {"redirect_uris": ["workbuddy://cb", REDIRECT]},
        {"redirect_uris": ["workbuddy://cb", REDIRECT]},
    ),
    "a bad one beside": ({"redirect_uris": ["javascript:alert(1)", REDIRECT]}, {"redirect_uris": [REDIRECT]}),
    "plain http beside": ({"redirect_uris": [REDIRECT, "http://10.0.0.1/cb"]}, {"redirect_uris": [REDIRECT]}),
    "what is no text beside": ({"redirect_uris": [None, 5, {}, REDIRECT]}, {"redirect_uris": [REDIRECT]}),
    "a fragment beside": ({"redirect_uris": ["https://a.example/#x", REDIRECT]}, {"redirect_uris": [REDIRECT]}),
    "one twice": ({"redirect_uris": [REDIRECT, REDIRECT]}, {"redirect_uris": [REDIRECT]}),
    "a device with everything": (
        {"redirect_uris": None, "grant_types": [DEVICE, *USUAL]},
        {"grant_types": ["refresh_token", DEVICE], "redirect_uris": [], "response_types": []},
    ),
    "a device with the implicit response": (
        {"redirect_uris": [], "grant_types": [DEVICE], "response_types": ["token"]},
        {"grant_types": [DEVICE], "response_types": []},
    ),
}


@pytest.mark.parametrize("path", ["/oauth/register", "/register"])
@pytest.mark.parametrize("attempt", KEPT)
async def test_a_registration_keeps_what_is_known_here(home: Home, attempt: str, path: str) -> None:
    body, kept = KEPT[attempt]
    answer = await register(home, {"redirect_uris": [REDIRECT], **body}, path)
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert {name: said.get(name) for name in kept} == kept
    assert set(said["grant_types"]) <= {*USUAL, DEVICE}
    assert set(said["response_types"]) <= {"code"}
    assert None not in said.values()


NOTHING_LEFT: dict[str, tuple[dict[str, Any], str]] = {
    "implicit alone": ({"grant_types": ["implicit"]}, "invalid_client_metadata"),
    "jwt-bearer alone": ({"grant_types": [JWT_BEARER]}, "invalid_client_metadata"),
    "a text of grants": ({"grant_types": "authorization_code"}, "invalid_client_metadata"),
    "an object of grants": ({"grant_types": {"authorization_code": True}}, "invalid_client_metadata"),
    "a grant in other letters": ({"grant_types": ["Authorization_Code"]}, "invalid_client_metadata"),
    "hybrid responses alone": ({"response_types": ["code id_token", "token"]}, "invalid_client_metadata"),
    "a text of responses": ({"response_types": "code"}, "invalid_client_metadata"),
    "a key for the method": ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
    "a list for the method": ({"token_endpoint_auth_method": ["none"]}, "invalid_client_metadata"),
    "null for the redirects": ({"redirect_uris": None}, "invalid_redirect_uri"),
    "bad redirects only": ({"redirect_uris": ["javascript:x", "data:x", None]}, "invalid_redirect_uri"),
    "a bad redirect of a device": (
        {"redirect_uris": ["file:///x"], "grant_types": [DEVICE, "authorization_code"]},
        "invalid_redirect_uri",
    ),
    "twenty-one": ({"redirect_uris": [f"https://a.example/{n}" for n in range(21)]}, "invalid_redirect_uri"),
}


@pytest.mark.parametrize("attempt", NOTHING_LEFT)
async def test_a_registration_of_which_nothing_is_left_is_refused(home: Home, attempt: str) -> None:
    body, error = NOTHING_LEFT[attempt]
    answer = await register(home, {"redirect_uris": [REDIRECT], **body})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]


async def test_a_client_uses_only_what_was_kept(home: Home) -> None:
    party = await join(home, grant_types=["authorization_code", "implicit"], redirect_uris=["ftp://x/y", REDIRECT])
    tokens = await party.tokens()
    assert "refresh_token" not in tokens
    gone = await party.ask(redirect_uri="ftp://x/y")
    assert gone.status_code == 400
    assert "location" not in gone.headers


async def test_a_registration_is_changed_by_the_same_rules(home: Home) -> None:
    party = await join(home)
    headers = {"Authorization": f"Bearer {party.client['registration_access_token']}"}
    body = {
        "redirect_uris": ["blob:x", "kiro://cb"], "grant_types": [*USUAL, JWT_BEARER],
        "token_endpoint_auth_method": "none", "client_name": None,
    }  # fmt: skip
    answer = await party.http.put(party.client["registration_client_uri"], headers=headers, json=body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["redirect_uris"], answer.json()["grant_types"]) == (["kiro://cb"], USUAL)


# --- redirect URIs: a program's own scheme is its own, whatever it is called ---

APPS = [
    "workbuddy://oauth/callback", "kiro://kiro.oauth/callback", "vscodium://auth", "code-oss://x/y", "trae://cb",
    "antigravity://cb", "cline://saoudrizwan.claude-dev/auth", "codex://cb", "warp://mcp/oauth2callback",
    "jetbrains://idea/oauth", "lmstudio://cb", "cherrystudio://oauth/callback", "obsidian://cb", "opencode://cb",
    "positron://cb", "cursor://anysphere.cursor-mcp/oauth/callback", "vscode://vscode.github-authentication/did",
    "claude://oauth", "zed://cb", "com.example.app:/oauth2redirect", "io.modelcontextprotocol.demo:/cb",
    "my-app+beta://cb", "app2://cb", "raycast://cb?from=mcp", "KIRO://Cb", "librechat:/cb", "boltai://mcp",
    "msteams://x", "javascriptish://cb", "datadog://cb", "fileflow://cb", "httpie://cb", "wsl-agent://cb",
]  # fmt: skip
TAKEN = [
    "javascript:alert(1)", "JavaScript:alert(1)", "JAVASCRIPT://x/%0aalert(1)", "data:text/html,x", "DATA:x",
    "vbscript:x", "livescript:x", "file:///etc/passwd", "FILE://x/y", "blob:https://a.example/x", "filesystem:http://x/y",
    "about:blank", "view-source:https://a.example", "view-source:javascript:x", "jar:https://a.example!/x", "mhtml:x",
    "chrome://settings", "chrome-extension://abc/cb", "chrome-untrusted://x", "moz-extension://x/cb", "edge://flags",
    "resource://x", "ms-msdt:/id", "ms-officecmd:x", "ms-word:ofe|u|x", "search-ms:query=x", "ms-settings:x",
    "ms-appinstaller:?source=x", "intent://x#Intent;end", "intent:x", "android-app://x", "market://x", "content://x",
    "itms-services://?action=x", "x-apple.systempreferences:x", "shell:startup", "ldap://x", "ldaps://x", "smb://x/y",
    "ftp://x/y", "sftp://x", "ws://x", "wss://x/y", "gopher://x", "dict://x", "telnet://x", "ssh://x", "mailto:a@b.c",
    "tel:1", "sms:1", "urn:ietf:wg:oauth:2.0:oob", "http://a.example/cb", "http://127.0.0.1.evil.example/cb",
    "http://localhost@evil.example/cb", "http://[::2]/cb", "http://0.0.0.0/cb", "http://127.0.0.2/cb",
    "https:/cb", "https:cb", "//a.example/cb", "/cb", "cb", "", " ", "c:/x", "C:\\x", "localhost:3000/cb",
    "a.example:8080/cb", "127.0.0.1:3000/cb", "java\tscript:x", " javascript:x", "javascript\n:x", "java%73cript:x",
    "1app://x", "+app://x", "https://a.example/\r\nSet-Cookie:x", "https://a:b@a.example", "app://a@b/cb", "app://x#y",
    "php://filter", "phar://x", "redis://x", "postgres://x", "steam://run/1", "magnet:?x", "cid:x", "res://x",
]  # fmt: skip


@pytest.mark.parametrize("uri", APPS)
async def test_an_apps_own_scheme_goes_all_the_way(home: Home, uri: str) -> None:
    party = await join(home, redirect_uris=[uri])
    page = await party.ask(redirect_uri=uri)
    assert "the app that opens" in page.text
    back = await party.decide(redirect_uri=uri)
    assert back.headers["location"].lower().startswith(uri.lower())
    assert (await party.exchange(parameters(back)["code"], redirect_uri=uri)).status_code == 200


@pytest.mark.parametrize("uri", TAKEN, ids=ascii)
async def test_what_browsers_and_systems_do_something_with_is_nobodys_own(home: Home, uri: str) -> None:
    assert fault_of(uri) is not None
    answer = await register(home, {"redirect_uris": [uri]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")
    beside = await register(home, {"redirect_uris": [uri, REDIRECT]})
    assert beside.json()["redirect_uris"] == [REDIRECT]


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("http://127.0.0.1:33418", "http://127.0.0.1:33418/"),
        ("http://127.0.0.1:33418/", "http://127.0.0.1:50000"),
        ("http://localhost", "http://localhost:51234/"),
        ("http://localhost/", "http://localhost:51234"),
        ("http://[::1]:1", "http://[::1]:2/"),
        ("http://LOCALHOST/cb", "http://localhost:9/cb"),
        ("http://127.0.0.1/cb?a=1", "http://127.0.0.1:7/cb?a=1"),
    ],
)
async def test_a_loopback_redirect_may_leave_out_an_empty_path(home: Home, registered: str, asked: str) -> None:
    party = await join(home, redirect_uris=[registered])
    code = parameters(await party.decide(redirect_uri=asked))["code"]
    assert (await party.exchange(code, redirect_uri=asked)).status_code == 200


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("http://127.0.0.1:33418", "http://localhost:33418/"),
        ("http://localhost/cb", "http://127.0.0.1/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1/cb/"),
        ("http://127.0.0.1/", "http://127.0.0.1//"),
        ("http://127.0.0.1/", "https://127.0.0.1/"),
        ("http://127.0.0.1/", "http://127.0.0.1/?a=1"),
        ("https://a.example", "https://a.example/"),
        ("https://a.example/cb", "https://a.example:444/cb"),
        ("https://a.example/cb", "https://A.example/cb"),
        ("cursor://cb", "cursor://cb/"),
        ("cursor://cb", "cursor://cb:8080"),
        ("com.example.app:/cb", "com.example.app:/cb/../evil"),
    ],
)
async def test_any_other_redirect_is_the_very_one_that_was_registered(home: Home, registered: str, asked: str) -> None:
    party = await join(home, redirect_uris=[registered])
    answer = await party.ask(redirect_uri=asked)
    assert answer.status_code == 400
    assert "location" not in answer.headers


# --- scopes ---

HABITS = {
    "openid offline_access tools:call": "tools:call",
    "openid profile email tools:call runs:read": "runs:read tools:call",
    "tools:call  tools:call": "tools:call",
    "tools:author mcp mcp:tools read write": "tools:author",
    "https://www.googleapis.com/auth/userinfo.email tools:call": "tools:call",
    "tools:call api://default/.default": "tools:call",
    "offline_access": "runs:read tools:call",
    "Tools:Call tools:call": "tools:call",
    "": "runs:read tools:call",
}


@pytest.mark.parametrize("asked", HABITS)
async def test_scopes_that_are_none_of_ours_are_left_out(home: Home, asked: str) -> None:
    party = await join(home)
    tokens = await party.tokens(scope=asked)
    assert tokens["scope"] == HABITS[asked]
    claims = await home.site.oauth.signer.claims(tokens["access_token"])
    assert claims is not None
    assert claims["scope"] == HABITS[asked]


@pytest.mark.parametrize(
    "asked",
    [
        "openid", "openid profile email", "mcp", "TOOLS:CALL", "tools:*", "*", "tools:call,tools:author",
        "versions:approve", "tools:call versions:approve", "tools:call openid tenant:manage", "secrets:manage openid",
        "tools:call members:manage", "tools:call keys:manage", "tools:call data:write", "tools:call audit:read",
        "runs:cancel tools:call", "tools:read",
    ],
)  # fmt: skip
async def test_scopes_of_which_nothing_is_ours_or_that_only_people_hold_are_refused(home: Home, asked: str) -> None:
    party = await join(home)
    await party.tokens()
    assert parameters(await party.ask(scope=asked))["error"] == "invalid_scope"


REPEATED = {
    "openid offline_access tools:call": (200, "tools:call"),
    "offline_access": (200, "tools:call"),
    "": (200, "tools:call"),
    "openid": (400, "invalid_scope"),
    "openid tools:author": (400, "invalid_scope"),
    "tools:call tools:author": (400, "invalid_scope"),
    "tools:call versions:approve": (400, "invalid_scope"),
}


@pytest.mark.parametrize("asked", REPEATED)
async def test_a_refresh_that_repeats_the_habit_works_and_widens_nothing(home: Home, asked: str) -> None:
    party = await join(home)
    tokens = await party.tokens(scopes=["tools:call"])
    answer = await party.refresh(tokens["refresh_token"], scope=asked)
    status, word = REPEATED[asked]
    assert answer.status_code == status, answer.text
    assert answer.json().get("scope", answer.json().get("error")) == word


async def test_a_machine_and_a_device_may_have_habits_too(home: Home) -> None:
    from tenants.agents import clients

    async with home.site.database.system() as session:
        client, secret = await clients.create(session, home.owner, name="CI", scopes=["tools:call"], resource=home.url)
    party = await join(home, grant_types=[DEVICE], redirect_uris=[])
    form = {"grant_type": "client_credentials", "scope": "openid tools:call"}
    answer = await party.http.post("/oauth/token", data=form, auth=(client.client_id, secret))
    assert answer.json()["scope"] == "tools:call"
    refused = await party.http.post(
        "/oauth/token", data={**form, "scope": "openid tools:author"}, auth=(client.client_id, secret)
    )
    assert refused.json()["error"] == "invalid_scope"
    asked = {**party.named, "scope": "profile runs:read", "resource": f"{home.url}/"}
    device = await party.http.post("/oauth/device_authorization", data=asked)
    assert device.status_code == 200, device.text
    page = await home.browser.get("/oauth/device", params={"user_code": device.json()["user_code"]})
    assert boxes(page.text) == ["runs:read"]
    none = await party.http.post("/oauth/device_authorization", data={**asked, "scope": "profile"})
    assert none.json()["error"] == "invalid_scope"


# --- the resource: one thing under all its spellings ---


def spelled(home: Home) -> dict[str, str]:
    host = home.site.origin.partition("://")[2]
    path = f"/t/{home.tenant.slug}/mcp"
    port = host.rpartition(":")[2]
    return {
        "as it is": home.url, "a slash at its end": f"{home.url}/", "a scheme in capitals": f"HTTP://{host}{path}",
        "a mixed scheme": f"Http://{host}{path}/", "localhost": f"http://localhost:{port}{path}",
        "LOCALHOST": f"http://LOCALHOST:{port}{path}/", "IPv6": f"http://[::1]:{port}{path}",
        "IPv6 at length": f"http://[0:0:0:0:0:0:0:1]:{port}{path}", "the root's dot": f"http://localhost.:{port}{path}",
    }  # fmt: skip


def misspelled(home: Home) -> dict[str, str]:
    host = home.site.origin.partition("://")[2]
    path, port = f"/t/{home.tenant.slug}/mcp", host.rpartition(":")[2]
    return {
        "two slashes": f"{home.url}//", "a query": f"{home.url}?", "a query with something": f"{home.url}?x=1",
        "a fragment": f"{home.url}#", "a user": f"http://x@{host}{path}", "a user named as we are": f"http://{host}@evil.example{path}",
        "another port": f"http://127.0.0.1:{int(port) % 60_000 + 1}{path}", "no port": f"http://127.0.0.1{path}",
        "https": f"https://{host}{path}", "another host": f"http://evil.example:{port}{path}",
        "a longer host": f"http://{host.replace(':', '.evil.example:')}{path}", "a path in capitals": f"http://{host}{path.upper()}",
        "a tenant in capitals": f"http://{host}/t/{home.tenant.slug.upper()}/mcp", "more path": f"{home.url}/x",
        "dots": f"http://{host}/t/x/../{home.tenant.slug}/mcp", "an encoded letter": f"http://{host}/t/{home.tenant.slug}/mc%70",
        "a backslash": f"http://{host}\\t\\x\\mcp", "no scheme": f"{host}{path}", "a space": f"{home.url} ",
        "the server": home.site.origin, "a tenant that is not": f"http://{host}/t/nobody-here/mcp", "a word": "mcp",
    }  # fmt: skip


@pytest.mark.parametrize("spelling", [
    "as it is", "a slash at its end", "a scheme in capitals", "a mixed scheme", "localhost", "LOCALHOST", "IPv6",
    "IPv6 at length", "the root's dot",
])  # fmt: skip
async def test_a_resource_is_the_same_however_it_is_spelled(home: Home, spelling: str) -> None:
    party, url = await join(home), spelled(home)[spelling]
    code = await party.code(resource=url)
    answer = await party.exchange(code, resource=url)
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    claims = await home.site.oauth.signer.claims(tokens["access_token"])
    assert claims is not None
    assert claims["aud"] == home.url
    again = await party.refresh(tokens["refresh_token"], resource=url)
    assert again.status_code == 200
    assert (await party.call(again.json()["access_token"])).status_code == 200


async def test_a_resource_that_is_spelled_otherwise_is_another(home: Home) -> None:
    party = await join(home)
    tokens = await party.tokens()
    for spelling, url in misspelled(home).items():
        assert parameters(await party.ask(resource=url))["error"] == "invalid_target", spelling
        refused = await party.refresh(tokens["refresh_token"], resource=url)
        assert refused.json()["error"] == "invalid_target", spelling
    assert (await party.refresh(tokens["refresh_token"], resource="")).status_code == 200


async def test_a_resource_of_another_tenant_stays_another_under_any_name(home: Home) -> None:
    party, other = await join(home), await home.site.home()
    tokens = await party.tokens()
    for url in spelled(other).values():
        assert (await party.refresh(tokens["refresh_token"], resource=url)).json()["error"] == "invalid_target"


async def test_a_parameter_without_a_value_was_not_sent(home: Home) -> None:
    party = await join(home)
    code = await party.code(resource="", scope="", form={"tenant": home.tenant.slug})
    answer = await party.exchange(code, resource="", client_secret="")
    assert answer.status_code == 200, answer.text
    assert answer.json()["scope"] == "runs:read tools:call"
    secretive = await join(home, token_endpoint_auth_method="client_secret_post")
    answer = await secretive.exchange(await secretive.code(), client_secret="")
    assert answer.json()["error"] == "invalid_client"
    for name in ("code_challenge", "client_id", "code_challenge_method"):
        answer = await party.ask(**{name: ""})
        assert answer.status_code in {303, 400}
        assert 'name="csrf"' not in answer.text


# --- redirect_uri at the token endpoint (RFC 6749, 4.1.3) ---


async def test_a_redirect_that_was_not_said_need_not_be_repeated(home: Home) -> None:
    party = await join(home)
    for said in (None, "", REDIRECT):
        code = await party.code(redirect_uri=None)
        answer = await party.exchange(code, redirect_uri=said)
        assert answer.status_code == 200, (said, answer.text)


@pytest.mark.parametrize("said", ["https://evil.example/cb", "http://127.0.0.1:4444/callback", f"{REDIRECT}/", "x"])
async def test_a_redirect_that_is_said_afterwards_is_the_one_that_was_used(home: Home, said: str) -> None:
    party = await join(home)
    answer = await party.exchange(await party.code(redirect_uri=None), redirect_uri=said)
    assert answer.json()["error"] == "invalid_grant"


async def test_a_redirect_that_was_said_has_to_be_repeated(home: Home) -> None:
    party = await join(home)
    for said in (None, "", "http://127.0.0.1:4444/callback"):
        assert (await party.exchange(await party.code(), redirect_uri=said)).json()["error"] == "invalid_grant"


async def test_with_several_redirects_one_has_to_be_said(home: Home) -> None:
    party = await join(home, redirect_uris=[REDIRECT, "https://a.example/cb"])
    answer = await party.ask(redirect_uri=None)
    assert answer.status_code == 400
    assert "location" not in answer.headers


# --- the consent page ---


async def test_a_person_can_become_another_on_the_consent_page_and_comes_back_to_it(home: Home) -> None:
    party = await join(home)
    page = await party.ask()
    back = f"/login?next={quote(f'/oauth/authorize?{party.query()}', safe='')}"
    assert f'href="{back}"' in page.text.replace("&amp;", "&").replace("&#39;", "'")
    other = await home.site.home()
    refused = await party.ask(other.browser)
    assert refused.status_code == 403
    assert f'href="{back}"' in refused.text.replace("&amp;", "&")


async def test_a_person_can_become_another_on_the_devices_page(home: Home) -> None:
    party = await join(home, grant_types=[DEVICE], redirect_uris=[])
    device = (await party.http.post("/oauth/device_authorization", data={**party.named, "resource": home.url})).json()
    page = await home.browser.get("/oauth/device", params={"user_code": device["user_code"]})
    assert f'href="/login?next=%2Foauth%2Fdevice%3Fuser_code%3D{device["user_code"]}"' in page.text
    assert hidden(page.text)["query"] == f"device={device['user_code']}"
