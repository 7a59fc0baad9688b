"""A tenant's name in every URL: what it may look like, and what it may not pass for."""

import re
import secrets
import unicodedata

from tenants.base.errors import InvalidError

_SLUG = re.compile(r"[a-z0-9](?:-?[a-z0-9]){1,38}")
# Our own first words of addresses, now or one day, and names that a stranger could be mistaken for us or a place of
# ours by. Tenants that have one already keep it.
RESERVED = frozenset(
    """
    about abuse access account accounts actions activity admin administrator agent agents alerts analytics any anybody
    anyone api apikey api-key api-keys apis app approve approvals apps asset assets auth authorization authorize
    autoconfig autodiscover billing blog callback cdn cert certs client clients cloud config confirm connect
    connections consent console contact cookies core css dashboard data db debug default delete dev device
    dl dns doc docs documentation download downloads email embed error errors event events example examples export
    faq favicon favicon-ico feed feedback file files fonts forgot ftp get graphql group groups guest health healthz
    help home host hosts hostmaster html http https image images img import index info install internal invitation
    invitations invite invites jobs journal js json jwks keys legal link links live livez localhost log login
    logout logs mail mailer manage manifest mcp me media member members metrics monitor my native new news nil no-reply
    nobody none noreply notifications null oauth oauth2 official oidc onboarding openapi openid operator ops org
    organization owner owners packages page pages passkey passkeys password payments people ping policies policy
    popular portal postmaster press privacy private profile proxy public read readyz redirect redoc
    register registration report reset rest revoke robots robots-txt root rpc rss runs saml schema schedules
    script scripts seal sealwright search secret secrets secure security self server service services session
    sessions settings setup sign-in sign-out sign-up signin signout signup sitemap smtp sql ssl sso staff
    start static stats status store style styles sub support swagger sys system systems team teams tenant tenants
    terms token tokens tool tools totp trust true undefined unsubscribe update updates upload uploads usage
    user users v1 v2 v3 verify version versions vpn wasm web webhook webhooks webmaster websocket well-known wellknown
    worker workers workspace workspaces ws www xml you
    """.split()  # noqa: SIM905 - 250 quotes would say no more
)


def demand(slug: str) -> str:
    """Return a slug that somebody has chosen. Raises InvalidError."""
    if not _SLUG.fullmatch(slug):
        message = "A tenant's slug has 2 to 40 characters: a-z, 0-9 and single hyphens between them."
    elif slug in RESERVED:
        message = f"The name {slug} is kept for the service itself."
    else:
        return slug
    raise InvalidError(problems=[{"path": "/tenant_slug", "message": message, "hint": f"For example {of(slug)}."}])


def of(name: str) -> str:
    """Return a slug that a tenant's name suggests."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-")
    if slug in RESERVED:
        return another(slug)
    return slug if _SLUG.fullmatch(slug) else f"tenant-{secrets.token_hex(3)}"


def another(slug: str) -> str:
    """Return one like it, for when it is taken."""
    return f"{slug[:33].rstrip('-')}-{secrets.token_hex(3)}"
