"""Email for tests: of a tenant that may send from any domain, or from these."""

from typing import Any

from tenants.capabilities import Email
from tenants.capabilities.email.messages import Carrier
from tenants.rules.allotments import Domains


def email_of(carrier: Carrier, *rest: Any, domains: tuple[str, ...] = ("*",)) -> Email:
    allowed = Domains.parse(domains)

    async def senders(tenant_id: str) -> Domains:
        del tenant_id
        return allowed

    return Email(carrier, senders, *rest)
