"""Everything the authorization server answers, as one router."""

from fastapi import APIRouter

from api.oauth import consent, device, metadata, registering, tokens

router = APIRouter()
for part in (metadata, consent, tokens, registering, device):
    router.include_router(part.router)
