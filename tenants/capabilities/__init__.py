"""The real world of a running tool: every capability behind the sandbox's Host, bound to one run."""

import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec

from sandbox import CAPABILITIES, Fault, Grant, Host, HostCall, HostReply, hosts_named
from tenants.base.db import Database
from tenants.capabilities.bound import Bound, Implementation, Operation, Parts, Unable, Unkept, admitted
from tenants.capabilities.email.email import Email, NoMail
from tenants.capabilities.email.messages import Carrier
from tenants.capabilities.email.provider import MailProvider, Posting
from tenants.capabilities.email.smtp import MailServer, Smtp
from tenants.capabilities.files.files import Files
from tenants.capabilities.http.http import Http
from tenants.capabilities.ledger import Ledger
from tenants.capabilities.secrets import Granted, NoSecrets, Scrubber, Secrets
from tenants.capabilities.sql.sql import Sql
from tenants.rules.allotments import Domains, domains_of
from tenants.rules.repeats import repeated
from tenants.telemetry import spans

SecretsOf = Callable[[str, str, str], Secrets]

__all__ = [
    "Bound",
    "Capabilities",
    "Email",
    "Http",
    "MailProvider",
    "MailServer",
    "Parts",
    "SecretsOf",
    "Stores",
    "Unable",
]


def _no_secrets(tenant_id: str, run_id: str, tool_name: str) -> Secrets:
    del tenant_id, run_id, tool_name
    return NoSecrets()


def _carrier(mail: MailServer | MailProvider) -> Carrier:
    return Posting(mail) if isinstance(mail, MailProvider) else Smtp(mail)


@dataclass(frozen=True, slots=True)
class Stores:
    """What is the tenants' own outside of our database; without one of them, tools are told so."""

    files: Files | None = None
    sql: Sql | None = None


class Capabilities:
    """One process's connections to the world, shared by its runs. Close it when the process ends.

    mail: where mail leaves; without one, tools are told so. secrets: given tenant, run and tool, what that run
    may use. mail_domains: what every tenant may send from, besides those that the operator gave to it.
    internal_hosts: `host:port` that the operator opens to tools though their addresses are not public.
    """

    def __init__(  # noqa: PLR0913 - what of the world an installation has
        self,
        database: Database,
        *,
        mail: MailServer | MailProvider | None = None,
        http: Http | None = None,
        secrets: SecretsOf = _no_secrets,
        internal_hosts: frozenset[str] = frozenset(),
        stores: Stores | None = None,
        mail_domains: Iterable[str] = (),
    ) -> None:
        self.http = http or Http()
        ledger = Ledger(database)

        async def repeats(tenant_id: str) -> bool:
            return "email" in await repeated(database, tenant_id)

        senders = domains_of(database, Domains.parse(mail_domains))
        self._email = Email(_carrier(mail), senders, ledger, repeats) if mail else None
        self._secrets = secrets
        self.internal_hosts = internal_hosts
        self.stores = stores or Stores()
        self._operations = _operations(
            database,
            {
                "http": self.http,
                "email": self._email or NoMail(),
                "ledger": ledger,
                "files": self.stores.files,
                "sql": self.stores.sql,
            },
        )

    @classmethod
    @asynccontextmanager
    async def open(  # noqa: PLR0913, PLR0917 - from settings, one by one
        cls,
        database: Database,
        smtp_url: str | None = None,
        internal_hosts: Iterable[str] = (),
        secrets: SecretsOf = _no_secrets,
        provider: MailProvider | None = None,
        stores: Stores | None = None,
        mail_domains: Iterable[str] = (),
    ) -> AsyncGenerator["Capabilities"]:
        """From settings: a mail server's URL (see MailServer.parse) and the `host:port` that tools may reach.

        With a provider, mail goes there instead of a server.

        `host:port=elsewhere:port` opens a name and says where it is: tools and grants keep the name.
        Raises ValueError.
        """
        mail = provider or (MailServer.parse(smtp_url) if smtp_url else None)
        opened = [entry.partition("=") for entry in internal_hosts]
        if bad := [part for one in opened for part in one[::2] if part and not part.rpartition(":")[2].isdigit()]:
            raise ValueError(f"{bad[0]!r} must be host:port.")
        detours = {name: there for name, _, there in opened if there}
        # Where a detour leads is opened too, but only to those who come by the name: see Http.
        names = frozenset(name for name, _, _ in opened)
        capabilities = cls(
            database,
            mail=mail,
            http=Http(detours=detours),
            secrets=secrets,
            internal_hosts=names,
            stores=stores,
            mail_domains=mail_domains,
        )
        try:
            yield capabilities
        finally:
            await capabilities.close()

    def host(
        self, tenant_id: str, run_id: str, tool_name: str, parts: Parts | None = None, grant: Grant | None = None
    ) -> Host:
        """Return the host of one run. `parts` is its journal, where it has one.

        Of the secrets it is given those that `grant` names; without a grant, those that `secrets` gives.
        """
        held = self._secrets(tenant_id, run_id, tool_name)
        secrets, keys = (
            held if grant is None else Granted(held, grant, capability) for capability in ("secret", "signatures")
        )
        named = frozenset[str]() if grant is None or spans.current() is None else _hosts_named(grant)
        bound = Bound(tenant_id, run_id, tool_name, secrets, self.internal_hosts, parts or Unkept(), named, keys)
        return _RunHost(self._operations, bound)

    async def close(self) -> None:
        await self.http.close()
        if self._email:
            await self._email.close()
        if self.stores.sql:
            await self.stores.sql.close()


@dataclass(frozen=True, slots=True)
class _RunHost:
    operations: Mapping[tuple[str, str], Operation]
    bound: Bound

    async def answer(self, call: HostCall) -> HostReply:
        started = time.monotonic_ns()
        try:
            operation = self.operations.get((call.capability, call.operation))
            if operation is None:
                raise _missing(call)
            value, fault = await operation(admitted(call), self.bound), None
        except Unable as unable:
            value, fault = None, await self._clean(unable.fault)
        return HostReply(value, fault, time.monotonic_ns() - started)

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        """Nobody in the world outside hears of it; whoever keeps the run's record wraps this host."""

    async def _clean(self, fault: Fault) -> Fault:
        """What went wrong may quote what a server said, and a server may say anything."""
        scrub = Scrubber((await self.bound.secrets.all()).values())
        return replace(fault, message=scrub.text(fault.message), details=scrub.data(fault.details))


def _operations(database: Database, given: Mapping[str, Implementation | None]) -> Mapping[tuple[str, str], Operation]:
    """Every operation that this installation offers. What needs settings is `given`; None: it was not set up.

    Calls of tools and questions to people are answered where runs are carried: they have no module here.
    """
    table: dict[tuple[str, str], Operation] = {}
    for name in CAPABILITIES:
        made = given[name] if name in given else _implemented(name, database)
        if made is not None:
            table |= {(name, operation): do for operation, do in made.operations.items()}
    return table


def _implemented(name: str, database: Database) -> Implementation | None:
    where = f"{__name__}.{name}"
    return None if find_spec(where) is None else import_module(where).implement(database)


def _hosts_named(grant: Grant) -> frozenset[str]:
    return hosts_named(permit for reach in grant.reaches.values() for permit in reach.permits)


def _missing(call: HostCall) -> Unable:
    return Unable("not_set_up", f"This installation offers no {call.capability}.{call.operation}.")
