"""Webhooks: other systems told of events, by Standard Webhooks."""

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentPaging, CurrentVault, Reading, Unit
from api.problems import RESPONSES
from api.schemas.pages import PageOut
from api.schemas.webhooks import DeliveryOut, NewWebhookOut, WebhookIn, WebhookOut
from tenants.notifications import webhooks

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["webhooks"], responses=RESPONSES)


@router.post("/webhooks", status_code=201)
async def create_webhook(body: WebhookIn, actor: CurrentActor, safe: CurrentVault, unit: Unit) -> NewWebhookOut:
    webhook, key = await webhooks.create(unit, safe, actor, body.url, body.events)
    return NewWebhookOut.of(webhook, signing_key=key)


@router.get("/webhooks")
async def list_webhooks(actor: CurrentActor, session: Reading) -> PageOut[WebhookOut]:
    items = [WebhookOut.of(webhook) for webhook in await webhooks.list_all(session, actor)]
    return PageOut(items=items, next_cursor=None)


@router.delete("/webhooks/{webhook_id}", status_code=204)
async def remove_webhook(webhook_id: str, actor: CurrentActor, unit: Unit) -> None:
    await webhooks.remove(unit, actor, webhook_id)


@router.get("/webhooks/{webhook_id}/deliveries")
async def list_deliveries(
    webhook_id: str, actor: CurrentActor, session: Reading, page: CurrentPaging
) -> PageOut[DeliveryOut]:
    """Every notice, and what came of its last attempt."""
    found = await webhooks.deliveries(session, actor, webhook_id, page.cursor, page.limit)
    return PageOut(items=[DeliveryOut.of(delivery) for delivery in found.items], next_cursor=found.next_cursor)


@router.post("/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver")
async def redeliver(webhook_id: str, delivery_id: str, actor: CurrentActor, unit: Unit) -> DeliveryOut:
    """Send a notice again, under its own id."""
    return DeliveryOut.of(await webhooks.redeliver(unit, actor, webhook_id, delivery_id))
