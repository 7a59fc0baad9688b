"""Nobody's text pulls a secret out: what looks like a placeholder is planted into everything the six examples read.

Each case of each example runs in the real sandbox. Its canned world answers, with text planted into its strings; and
each of its calls leaves for real as well, with real secrets, towards servers that note what reaches them.
"""

import json
import random
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from examples.world import mail
from examples.world.web import serve_app
from sandbox import Component, Host, HostCall, HostReply, Placeholders, Pool
from sandbox.worlds import World
from tenants.base.db import Database
from tenants.capabilities import Capabilities, Http, MailServer
from tenants.capabilities.secrets import Scrubber, Secret
from tests.examples.packages import PACKAGES

HOSTS = ("crm", "documents", "invoicing", "records", "source", "warehouse")
SECRETS = {
    name: Secret(name, f"LIVE-{name}-9f8e7d6c5b", tuple(f"{host}.acme.internal" for host in HOSTS))
    for name in ("crm_token", "documents_key", "invoicing_api_key", "records_key", "never_granted")
}
ANOTHER_RUN = Placeholders(b"another run".ljust(32))


def looking_like(name: str) -> list[str]:
    mark = f"{{{{secret:{name}:{ANOTHER_RUN.tag(name)}}}}}"
    plain = f"{{{{secret:{name}}}}}"
    return [
        *(
            mark,
            f"Bearer {mark}",
            *(mark.replace(f"{name}:", f"{name}{other}") for other in ("", "?", "\ufffd", "\udbff")),
        ),
        *(plain, f"Bearer {plain}", f"{plain}{plain}", f"{{{{secret:x&y={plain}", f"{{{{secret:{plain}}}}}"),
        *(json.dumps(plain), plain.replace("{", "%7B"), f"secret('{name}')", plain.upper()),
    ]


PLANTS = [text for name in SECRETS for text in looking_like(name)]


class Vault:
    async def all(self) -> dict[str, Secret]:
        return SECRETS


def vault(*run: str) -> Vault:
    del run
    return Vault()


@dataclass
class Outside:
    """What has reached it: of each request the authorization, and all the rest."""

    capabilities: Capabilities
    mailbox: mail.Sink
    authorizations: list[str] = field(default_factory=list[str])
    rest: list[str] = field(default_factory=list[str])

    def leaks(self) -> set[str]:
        scrub = Scrubber(SECRETS.values())
        scrub.text("\n".join(self.rest))
        for message in self.mailbox.messages:
            scrub.content(message.content)
        return scrub.found


@pytest.fixture
async def outside(database: Database) -> AsyncGenerator[Outside]:
    if not database.is_sqlite:
        pytest.skip("what leaves does not depend on the database")

    async def note(request: Request) -> Response:
        body = (await request.body()).decode("latin-1")
        headers = [f"{name}: {value}" for name, value in request.headers.items() if name != "authorization"]
        noted.authorizations.append(request.headers.get("authorization", ""))
        noted.rest.append("\n".join([str(request.url), *headers, body]))
        return JSONResponse({})

    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    async with (
        serve_app(Starlette(routes=[Route("/{path:path}", note, methods=every)])) as url,
        mail.serve() as mailbox,
    ):
        detours = {f"{host}.acme.internal:80": url.removeprefix("http://") for host in HOSTS}
        capabilities = Capabilities(
            database,
            mail=MailServer.parse(f"smtp://127.0.0.1:{mailbox.smtp_port}"),
            http=Http(detours=detours),
            secrets=vault,
            internal_hosts=frozenset(detours),
            mail_domains=["acme.example"],
        )
        noted = Outside(capabilities, mailbox)
        yield noted
        await capabilities.close()


@dataclass
class Planted:
    """A canned world whose every string may have something planted in it; each call leaves for real, too."""

    world: World
    real: Host
    plant: Callable[[Any], Any]

    async def answer(self, call: HostCall) -> HostReply:
        await self.real.answer(call)
        reply = await self.world.answer(call)
        return replace(reply, value=self.plant(reply.value))

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        del done, total, message


# Fields that people write into: what stands there goes on into notes, mails and rows.
WRITTEN = {"name", "title", "text", "note", "first_name", "product", "headline", "summary", "sku"}


def planter(chance: random.Random, share: float | None) -> Callable[[Any], Any]:
    """Plant into that share of all strings; None: into each that people write."""

    def text(given: str, field: str) -> str:
        chosen = field in WRITTEN if share is None else chance.random() < share
        return f"{given} {chance.choice(PLANTS)}".strip() if chosen else given

    def plant(data: Any, field: str = "") -> Any:
        if isinstance(data, str):
            try:  # a body of JSON: into what it holds, as a service would answer
                return json.dumps(plant(json.loads(data))) if data.startswith(("{", "[")) else text(data, field)
            except ValueError:
                return text(data, field)
        if isinstance(data, dict):
            return {name: plant(value, str(name)) for name, value in data.items()}  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
        return [plant(one, field) for one in data] if isinstance(data, list) else data  # pyright: ignore[reportUnknownVariableType]

    return plant


def cases(package: str) -> list[Mapping[str, Any]]:
    return [case for kind in ("examples", "holdouts") for case in PACKAGES[package].spec[kind] if "arguments" in case]


@pytest.mark.parametrize("share", [1.0, 0.3, 0.05, None])
@pytest.mark.parametrize("package", PACKAGES)
async def test_no_text_that_an_example_reads_pulls_a_secret_out(
    pool: Pool, outside: Outside, package: str, share: float | None
) -> None:
    chosen = PACKAGES[package]
    component: Component = await chosen.build(pool)
    plant = planter(random.Random(f"{package} {share}"), share)  # noqa: S311 - the same plants every time
    said: list[str] = []
    for number, case in enumerate(cases(package)):
        world = World(case.get("world"))
        real = outside.capabilities.host("tenant_acme", f"run_{number}", chosen.spec["name"], grant=chosen.grant)
        arguments = plant(case["arguments"])
        execution = await chosen.run(pool, component, arguments, Planted(world, real, plant), world.started_at_ns)
        said.append(f"{execution.log} {execution.outcome}")

    assert outside.leaks() == set()
    own = chosen.spec["capabilities"].get("secret", [])
    assert {one.partition(" ")[2] for one in outside.authorizations} <= {"", *(SECRETS[name].value for name in own)}
    assert not any(secret.value in one for one in said for secret in SECRETS.values())
    if share is None:
        assert any(outside.authorizations) == bool(own), "or this would show nothing"
        mails = [
            str(part.get_content()) for one in outside.mailbox.messages for part in one.parsed.walk() if is_text(part)
        ]
        assert "secret" in "\n".join([*outside.rest, *mails]), "or nothing that was planted went on"


def is_text(part: Any) -> bool:
    return part.get_content_maintype() == "text"
