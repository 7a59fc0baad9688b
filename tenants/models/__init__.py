"""Every table. Import a table from here; the modules below only group them by noun."""

from tenants.base.db import Base, ContentKey
from tenants.models.allowances import DayUse, RunCharge, UseTally
from tenants.models.authoring import Exchange
from tenants.models.effects import KvEntry, LedgerEntry
from tenants.models.identities import Identity, IdentityProvider, SignIn
from tenants.models.journal import JournalEntry, Question
from tenants.models.notices import AlertRule, Notice
from tenants.models.oauth import (
    OAuthClient,
    OAuthCode,
    OAuthDeviceCode,
    OAuthGrant,
    OAuthRefreshToken,
    SigningKey,
)
from tenants.models.people import ApiKey, Invitation, Membership, Tenant, User, UserSession
from tenants.models.runs import Run, RunStatus
from tenants.models.schedules import Delivery, Schedule, Webhook
from tenants.models.secrets import SecretEntry, TenantKey
from tenants.models.signing_in import (
    Attempt,
    MailToken,
    OutgoingLetter,
    Passkey,
    RecoveryCode,
    SecondStep,
    Totp,
)
from tenants.models.stores import Connection, StoredBytes, StoredFile
from tenants.models.tools import (
    Approval,
    AuditEvent,
    Canary,
    LineComment,
    OutsideCases,
    ServedImage,
    SourceReading,
    Tool,
    ToolText,
    Version,
)

# What is sealed with a tenant's key: it is sealed anew when that key is renewed.
SEALED = (SecretEntry, Webhook, IdentityProvider, Connection)
# What is wrapped by the platform's keys: it is wrapped anew when these change, and tried at each start.
WRAPPED = (TenantKey, ContentKey, SigningKey, Totp, OutgoingLetter)

__all__ = [
    "SEALED",
    "WRAPPED",
    "AlertRule",
    "ApiKey",
    "Approval",
    "Attempt",
    "AuditEvent",
    "Base",
    "Canary",
    "Connection",
    "ContentKey",
    "DayUse",
    "Delivery",
    "Exchange",
    "Identity",
    "IdentityProvider",
    "Invitation",
    "JournalEntry",
    "KvEntry",
    "LedgerEntry",
    "LineComment",
    "MailToken",
    "Membership",
    "Notice",
    "OAuthClient",
    "OAuthCode",
    "OAuthDeviceCode",
    "OAuthGrant",
    "OAuthRefreshToken",
    "OutgoingLetter",
    "OutsideCases",
    "Passkey",
    "Question",
    "RecoveryCode",
    "Run",
    "RunCharge",
    "RunStatus",
    "Schedule",
    "SecondStep",
    "SecretEntry",
    "ServedImage",
    "SignIn",
    "SigningKey",
    "SourceReading",
    "StoredBytes",
    "StoredFile",
    "Tenant",
    "TenantKey",
    "Tool",
    "ToolText",
    "Totp",
    "UseTally",
    "User",
    "UserSession",
    "Version",
    "Webhook",
]
