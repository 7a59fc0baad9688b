"""Webhooks: other systems told of events, by Standard Webhooks."""

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentPaging, CurrentVault, Reading, Unit
from api.problems import RESPONSES
from api.schemas.pages import PageOut
from api.schemas.webhooks import DeliveryOut, NewWebhookOut, WebhookChange, WebhookIn, WebhookOut
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


@router.patch("/webhooks/{webhook_id}")
async def change_webhook(
    webhook_id: str, body: WebhookChange, actor: CurrentActor, safe: CurrentVault, unit: Unit
) -> WebhookOut:
    """Tell it of other events, or at another address; pause it, or go on."""
    given = body.model_dump(exclude_none=True)
    return WebhookOut.of(await webhooks.change(unit, safe, actor, webhook_id, given))


@router.post("/webhooks/{webhook_id}/key")
async def rotate_webhook_key(webhook_id: str, actor: CurrentActor, safe: CurrentVault, unit: Unit) -> NewWebhookOut:
    """Make a new signing key, at once: what is sent from now on is signed with it alone."""
    webhook, key = await webhooks.rotate(unit, safe, actor, webhook_id)
    return NewWebhookOut.of(webhook, signing_key=key)


@router.post("/webhooks/{webhook_id}/test", status_code=202)
async def test_webhook(webhook_id: str, actor: CurrentActor, unit: Unit) -> DeliveryOut:
    """Send it a notice of the kind `webhook.test`. What comes of it stands in its deliveries."""
    return DeliveryOut.of(await webhooks.probe(unit, actor, webhook_id))


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
