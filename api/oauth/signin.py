"""The way to a tenant's identity provider and back, as a browser goes it."""

import re
import secrets
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.auth.cookies import keep_second_step, keep_session, keep_sign_in, sign_in_name
from api.html import page
from api.logs import log
from api.oauth.metadata import of
from api.oauth.openid import ProviderError, Registered, Said
from api.oauth.service import OAuth
from api.proxies import browser_of, caller
from tenants.base.errors import NotFoundError, SignInRefusedError
from tenants.models import IdentityProvider
from tenants.sign_in import identity_providers, openid_sign_ins
from tenants.sign_in.entrances import Browser, Entrance

router = APIRouter(include_in_schema=False)
_OURS = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,2000}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


@router.get("/t/{slug}/sign-in")
async def choose(slug: str, next: str | None = None) -> Response:  # noqa: A002 - the parameter's public name
    """A link that people can be given; the dashboard shows the tenant's ways in."""
    back = f"&next={quote(next, safe='')}" if next else ""
    return RedirectResponse(f"/login?tenant={quote(slug, safe='')}{back}", 303)


@router.get("/t/{slug}/sign-in/{name}")
async def leave(slug: str, name: str, request: Request, next: str | None = None) -> Response:  # noqa: A002
    """Send the browser to the provider."""
    oauth = of(request)
    if oauth.departures.wait_s(caller(request)) is not None:
        return _refused(slug, 429, "too_many", "Too many sign-ins were begun from here. Wait a few minutes.")
    browser = request.cookies.get(sign_in_name(oauth.issuer), "")
    if not _SECRET.fullmatch(browser):
        browser = secrets.token_urlsafe(32)
    try:
        provider, us = await _registered(oauth, slug, name)
        # Asked before anything is written down: a provider that is not there leaves nothing behind.
        await oauth.openid.discover(us.issuer)
        async with oauth.database.unit(provider.tenant_id) as session:
            leaving = await openid_sign_ins.depart(session, provider, browser, _back(slug, next))
        url = await oauth.openid.address(us, leaving.state, leaving.nonce, leaving.verifier)
    except NotFoundError:
        return _unknown(slug)
    except ProviderError as error:
        return _failed(slug, name, error)
    response = RedirectResponse(url, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    keep_sign_in(response, oauth.issuer, browser, int(openid_sign_ins.LIFETIME.total_seconds()))
    return response


@router.get("/t/{slug}/sign-in/{name}/callback")
async def arrive(slug: str, name: str, request: Request) -> Response:
    """Take the browser back, and sign the person in."""
    oauth, given = of(request), dict(request.query_params)
    browser = request.cookies.get(sign_in_name(oauth.issuer), "")
    try:
        provider, us = await _registered(oauth, slug, name)
        async with oauth.database.unit(provider.tenant_id) as session:
            begun = await openid_sign_ins.take(session, provider, given.get("state", ""), browser)
        if begun is None:
            text = "This sign-in was used already, is too old, or began in another browser."
            return _refused(slug, 400, "state_unknown", text)
        said = await oauth.openid.redeem(us, given, begun.nonce, begun.verifier)
        entrance = await _enter(oauth, provider, said, browser_of(request))
    except NotFoundError:
        return _unknown(slug)
    except ProviderError as error:
        return _failed(slug, name, error)
    except SignInRefusedError as error:
        log.info("sign-in refused", tenant=slug, provider=name, reason=error.reason)
        return _refused(slug, 403, error.reason, f"{error.message} {error.hint or ''}")
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    if entrance.is_open:
        response = RedirectResponse(begun.next, 303, headers)
        keep_session(response, oauth.issuer, entrance.token)
    else:
        response = RedirectResponse(f"/login?step=second&next={quote(begun.next, safe='')}", 303, headers)
        keep_second_step(response, oauth.issuer, entrance.token)
    return response


async def _enter(oauth: OAuth, asked: IdentityProvider, said: Said, browser: Browser) -> Entrance:
    vouched = openid_sign_ins.Vouched(
        asked.issuer, said.subject, said.email, said.email_verified, said.name, said.methods
    )
    async with oauth.database.unit(asked.tenant_id) as session:
        # As it is now: it may have been changed or removed while the browser was away.
        provider = await identity_providers.find(session, asked.tenant_id, asked.name)
        if provider.issuer != asked.issuer:
            raise NotFoundError
        return await openid_sign_ins.enter(session, provider, vouched, browser)


async def _registered(oauth: OAuth, slug: str, name: str) -> tuple[IdentityProvider, Registered]:
    tenant = await oauth.tenant_called(slug)
    if tenant is None:
        raise NotFoundError
    async with oauth.database.reading(tenant.id) as session:
        provider = await identity_providers.find(session, tenant.id, name)
        secret = await identity_providers.secret_of(session, oauth.vault, provider)
    address = oauth.callback(slug, name)
    return provider, Registered(provider.issuer, provider.client_id, secret, address)


def _back(slug: str, wanted: str | None) -> str:
    """Where to go afterwards: a place of ours, never a stranger's."""
    return wanted if wanted and _OURS.fullmatch(wanted) else f"/tenants/{slug}/tools"


def _failed(slug: str, name: str, error: ProviderError) -> Response:
    log.warning("sign-in failed", tenant=slug, provider=name, code=error.code, cause=repr(error.__cause__))
    status = 502 if error.code in ("provider_unreachable", "provider_broken", "address_refused") else 403
    return _refused(slug, status, error.code, error.message)


def _unknown(slug: str) -> Response:
    return _refused(slug, 404, "not_found", "There is no such way to sign in here.")


def _refused(slug: str, status: int, code: str, text: str) -> Response:
    link = {"url": f"/login?tenant={quote(slug, safe='')}", "text": "Back to the sign-in page"}
    return page("message", status, title="You are not signed in", text=text, code=code, link=link)
