"""Alerts: what a tenant's people want to hear of once it begins, and once it is over."""

from fastapi import APIRouter

from api.auth.deps import CurrentActor, CurrentRuntime, Reading, Unit
from api.problems import RESPONSES
from api.schemas.webhooks import AlertChange, AlertIn, AlertOut, AlertsOut, LettersIn
from tenants.alerts import alert_rules
from tenants.alerts.alert_rules import Wanted
from tenants.models import AlertRule
from tenants.rights.access import Actor

router = APIRouter(prefix="/api/v1/tenants/{tenant}/alerts", tags=["alerts"], responses=RESPONSES)


@router.get("")
async def list_alerts(actor: CurrentActor, session: Reading, runtime: CurrentRuntime) -> AlertsOut:
    items = [_shown(actor, rule) for rule in await alert_rules.list_rules(session, actor)]
    return AlertsOut(items=items, writes_letters=runtime.mailer is not None)


@router.post("", status_code=201)
async def set_alert(body: AlertIn, actor: CurrentActor, unit: Unit, runtime: CurrentRuntime) -> AlertOut:
    """Webhooks hear of it by `alert.fired` and `alert.over`; letters go to whoever asks for them."""
    wanted = Wanted(body.kind, body.threshold, body.span_minutes, body.tool)
    return _shown(actor, await alert_rules.add_rule(unit, actor, wanted, runtime.mailer, by_letter=body.by_letter))


@router.patch("/{alert_id}")
async def change_alert(alert_id: str, body: AlertChange, actor: CurrentActor, unit: Unit) -> AlertOut:
    """Count otherwise, pause or go on. What fires is judged anew within seconds."""
    given = body.model_dump(exclude_none=True)
    return _shown(actor, await alert_rules.change_rule(unit, actor, alert_id, given))


@router.put("/{alert_id}/letters")
async def ask_for_letters(
    alert_id: str, body: LettersIn, actor: CurrentActor, unit: Unit, runtime: CurrentRuntime
) -> AlertOut:
    """Have letters written to oneself, or no more: nobody asks for another."""
    return _shown(actor, await alert_rules.ask_for_letters(unit, actor, alert_id, runtime.mailer, wanted=body.wanted))


@router.delete("/{alert_id}", status_code=204)
async def remove_alert(alert_id: str, actor: CurrentActor, unit: Unit) -> None:
    await alert_rules.drop_rule(unit, actor, alert_id)


def _shown(actor: Actor, rule: AlertRule) -> AlertOut:
    return AlertOut.of(rule, letters=len(rule.letters_to), letters_to_me=actor.user_id in rule.letters_to)
