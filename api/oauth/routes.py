"""Everything the authorization server answers, as one router."""

from fastapi import APIRouter

from api.oauth import consent, device, metadata, registering, signin, tokens

router = APIRouter()
for part in (metadata, consent, tokens, registering, device, signin):
    router.include_router(part.router)
