"""What happens in a tenant, as it happens."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.auth.deps import CurrentActor, CurrentRuntime, CurrentStanding
from api.problems import RESPONSES
from tenants.rights import audience

# An access that ended is noticed with the next event, and without one after so long.
_LOOK_EVERY_S = 5.0
LastEventId = Annotated[str | None, Header(description="The id of the last event that was heard, to go on from it.")]
router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["tenant"], responses=RESPONSES)


@router.get("/events", response_class=EventSourceResponse)
async def watch_events(
    actor: CurrentActor, standing: CurrentStanding, runtime: CurrentRuntime, last_event_id: LastEventId = None
) -> AsyncIterator[ServerSentEvent]:
    """Builds, runs and approvals as they happen, of what you may read. It ends with your access.

    Whoever was cut off goes on from the last event's id; where that cannot be, `events.missed` says so.
    """
    with runtime.events.subscribe(actor.tenant_id, last_event_id) as events:
        if last_event_id is None:
            # No event, only its id: there is somewhere to go on from before anything has happened.
            yield ServerSentEvent(id=runtime.events.place, comment="from here on")
        while True:
            try:
                event = await events.until(lambda _: True, _LOOK_EVERY_S)
            except StopAsyncIteration:  # this process ends
                return
            reader = await standing()
            if reader is None:
                return
            data = audience.shown(reader, event) if event is not None else None
            if event is not None and data is not None:
                yield ServerSentEvent(event=event.kind, data=data, id=event.id)
