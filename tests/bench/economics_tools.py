"""The other side of the comparison: fine-grained MCP tools over the same local services, as an agent finds them today.

Each does one thing, and lists 50 items at a time, as tools for models do. The server is the SDK's fastest form:
stateless, plain JSON answers, no bearer. It keeps one SMTP connection and its HTTP connections open.
"""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import httpx2
from mcp.server import MCPServer

from examples.world import crm, documents, etl, invoicing, records
from examples.world.web import serve_app

PAGE = 50
KEYS = {
    invoicing.PLACE: "inv_test_0123456789",
    crm.PLACE: crm.TEST_KEY,
    records.PLACE: records.TEST_KEY,
    documents.PLACE: documents.TEST_KEY,
}
TEMPLATES = {
    "welcome": {
        "subject": "Welcome to {{ product }}, {{ first_name }}",
        "paragraphs": [
            "Hello {{ first_name }},",
            "your {{ product }} account is ready. Sign in, and invite the colleagues you work with.",
            "The team at Acme",
        ],
    }
}


@asynccontextmanager
async def serve(places: Mapping[str, str], smtp_port: int) -> AsyncGenerator[str]:
    """Serve every tool on loopback and yield the MCP URL; `places` says where each service's name leads."""
    async with httpx2.AsyncClient(timeout=60) as http, aiosmtplib.SMTP(hostname="127.0.0.1", port=smtp_port) as smtp:
        server = MCPServer("fine-grained", log_level="ERROR")
        _mail(server, smtp)
        _invoices(server, Service(http, places, invoicing.PLACE))
        _deals(server, Service(http, places, crm.PLACE))
        _contacts(server, Service(http, places, records.PLACE))
        _contracts(server, Service(http, places, documents.PLACE))
        _warehouse(server, Service(http, places, etl.SOURCE), Service(http, places, etl.WAREHOUSE))
        app = server.streamable_http_app(stateless_http=True, json_response=True)
        async with server.session_manager.run(), serve_app(app) as url:
            yield f"{url}/mcp"


class Service:
    """One of the local services, asked with its key."""

    def __init__(self, http: httpx2.AsyncClient, places: Mapping[str, str], place: str) -> None:
        self._http, self._url = http, f"http://{places[place]}"
        self._headers = {"Authorization": f"Bearer {KEYS[place]}"} if place in KEYS else {}

    async def read(self, path: str, **params: str | int | None) -> str:
        given = {name: value for name, value in params.items() if value is not None}
        answer = await self._http.get(f"{self._url}{path}", params=given, headers=self._headers)
        return answer.raise_for_status().text

    async def write(self, method: str, path: str, key: str, body: Any, **headers: str) -> str:
        sent = {**self._headers, "Idempotency-Key": key, **headers}
        answer = await self._http.request(method, f"{self._url}{path}", json=body, headers=sent)
        return answer.raise_for_status().text


def _mail(server: MCPServer, smtp: aiosmtplib.SMTP) -> None:
    @server.tool(structured_output=False)
    async def get_template(template_id: str) -> str:
        """Read a mail template."""
        return json.dumps(TEMPLATES[template_id])

    @server.tool(structured_output=False)
    async def send_email(to: str, sender: str, subject: str, text: str, html: str | None = None) -> str:
        """Send one message."""
        message = EmailMessage()
        message["To"], message["From"], message["Subject"] = to, sender, subject
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        if not smtp.is_connected:  # the mail server ends a connection that was idle for five minutes
            await smtp.connect()
        await smtp.send_message(message)
        return '{"status":"sent"}'

    del get_template, send_email


def _invoices(server: MCPServer, service: Service) -> None:
    @server.tool(structured_output=False)
    async def list_overdue_invoices(due_before: str, cursor: str | None = None) -> str:
        """List open invoices that were due before a day, 50 at a time."""
        return await service.read("/v1/invoices", status="open", due_before=due_before, limit=PAGE, cursor=cursor)

    @server.tool(structured_output=False)
    async def record_reminder(invoice: str, stage: str, sent_on: str) -> str:
        """Record that an invoice was reminded of."""
        body = {"stage": stage, "sent_on": sent_on}
        return await service.write("POST", f"/v1/invoices/{invoice}/reminders", f"{invoice}/{stage}", body)

    @server.tool(structured_output=False)
    async def escalate_invoice(invoice: str, amount: str, currency: str, on: str) -> str:
        """Hand an invoice over to a person."""
        body = {"invoice": invoice, "amount": amount, "currency": currency, "on": on}
        return await service.write("POST", "/v1/escalations", f"{invoice}/escalated", body)

    del list_overdue_invoices, record_reminder, escalate_invoice


def _deals(server: MCPServer, service: Service) -> None:
    @server.tool(structured_output=False)
    async def list_people() -> str:
        """List who works here."""
        return await service.read("/v3/people")

    @server.tool(structured_output=False)
    async def list_open_deals(cursor: str | None = None) -> str:
        """List open deals, 50 at a time."""
        return await service.read("/v3/deals", status="open", limit=PAGE, cursor=cursor)

    @server.tool(structured_output=False)
    async def create_task(deal: str, owner: str, kind: str, due_on: str, note: str) -> str:
        """Create a task for a deal."""
        body = {"deal": deal, "owner": owner, "kind": kind, "due_on": due_on, "note": note}
        return await service.write("POST", "/v3/tasks", f"{deal}/{kind}", body)

    del list_people, list_open_deals, create_task


def _contacts(server: MCPServer, service: Service) -> None:
    @server.tool(structured_output=False)
    async def list_contacts(cursor: str | None = None) -> str:
        """List contacts, 50 at a time."""
        return await service.read("/v1/contacts", limit=PAGE, cursor=cursor)

    @server.tool(structured_output=False)
    async def keep_trail(entries: list[dict[str, Any]]) -> str:
        """Keep what is about to be changed, so that it can be undone."""
        return await service.write("POST", "/v1/trails", json.dumps(entries), {"entries": entries})

    @server.tool(structured_output=False)
    async def update_contact(contact: str, version: str, changes: dict[str, Any]) -> str:
        """Change fields of a contact, unless it has another version by now."""
        key = f"{contact}/{version}"
        return await service.write("PATCH", f"/v1/contacts/{contact}", key, changes, **{"If-Match": version})

    del list_contacts, keep_trail, update_contact


def _contracts(server: MCPServer, service: Service) -> None:
    @server.tool(structured_output=False)
    async def list_contracts(cursor: str | None = None) -> str:
        """List contracts with their texts, 50 at a time."""
        return await service.read("/v1/documents", kind="contract", limit=PAGE, cursor=cursor)

    del list_contracts


def _warehouse(server: MCPServer, source: Service, warehouse: Service) -> None:
    @server.tool(structured_output=False)
    async def list_changes(stream: str, updated_since: str, cursor: str | None = None) -> str:
        """List what changed in a stream since a moment, 50 at a time."""
        return await source.read(f"/v2/{stream}", updated_since=updated_since, limit=PAGE, cursor=cursor)

    @server.tool(structured_output=False)
    async def load_rows(table: str, rows: list[dict[str, Any]]) -> str:
        """Load rows into a table of the warehouse."""
        return await warehouse.write("POST", f"/v1/tables/{table}/rows", _key(rows), {"rows": rows})

    @server.tool(structured_output=False)
    async def quarantine(records: list[dict[str, Any]]) -> str:
        """Put records aside that cannot be loaded."""
        return await warehouse.write("POST", "/v1/quarantine", _key(records), {"records": records})

    del list_changes, load_rows, quarantine


def _key(rows: list[dict[str, Any]]) -> str:
    return "/".join(str(row.get("key") or row.get("id")) for row in rows)
