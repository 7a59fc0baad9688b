"""Written by api/client/generator.py from the OpenAPI document; changes belong there."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class AccountOut(TypedDict):
    address_proved: bool
    app: bool
    fresh_until: str | None
    has_password: bool
    is_own: bool
    passkeys: list[PasskeyOut]
    recovery_codes: int
    sends_letters: bool
    user: UserOut


class ActivityOut(TypedDict):
    errors: list[ErrorKind]
    failing: list[FailingTool]
    parts: list[ActivityPart]
    total: Outcomes


class ActivityPart(TypedDict):
    at: str
    cancelled: int
    exhausted: int
    failed: int
    p50_ms: float | None
    p95_ms: float | None
    refused: int
    returned: int
    trapped: int


class AddressIn(TypedDict):
    email: str


class AgentOut(TypedDict):
    """One connection: a client that may act for this tenant."""
    client_id: str
    client_name: str
    created_at: str
    id: str
    last_used_at: str | None
    scopes: list[str]
    user_email: str


class AlertChange(TypedDict):
    """What is left out stays."""
    active: NotRequired[bool | None]
    span_minutes: NotRequired[int | None]
    threshold: NotRequired[int | None]


class AlertIn(TypedDict):
    by_letter: NotRequired[bool]
    kind: Literal["failures", "slow", "schedules", "uncertain", "budget", "storage"]
    span_minutes: NotRequired[int]
    threshold: int
    tool: NotRequired[str | None]


class AlertOut(TypedDict):
    active: bool
    created_at: str
    created_by: CallerOut
    fired_at: str | None
    id: str
    kind: Literal["failures", "slow", "schedules", "uncertain", "budget", "storage"]
    letters: int
    letters_to_me: bool
    span_minutes: int
    threshold: int
    tool: str | None
    value: int | None


class AlertsOut(TypedDict):
    items: list[AlertOut]
    writes_letters: bool


class AlikeTools(TypedDict):
    tools: list[str]


class AnswerIn(TypedDict):
    approved: bool
    comment: NotRequired[str]


class AnswerToGate(TypedDict):
    answer: str
    question: str


class AnsweredOut(TypedDict):
    """A question of a gate, and what the approver said to it."""
    answer: str
    question: str


class AppOut(TypedDict):
    """What an authenticator app needs to know. `qr_path` is an SVG path in a square of `qr_size` units."""
    qr_path: str
    qr_size: int
    secret: str
    uri: str


class ApproveIn(TypedDict):
    answers: NotRequired[list[AnswerToGate]]
    canary_percent: NotRequired[int | None]
    digest: str
    note: NotRequired[str | None]


class AskReset(TypedDict):
    email: str


class AttentionOut(TypedDict):
    """What waits for people; null is what the caller may not see."""
    keys: list[EndingKey] | None
    left_behind: list[LeftBehind]
    outside: list[FailedOutside]
    questions: WaitingQuestions | None
    schedules: list[FailingSchedule] | None
    secrets: list[EndingKey] | None
    uncertain: int | None
    versions: WaitingVersions
    webhooks: list[FailingWebhook] | None


class AuditOut(TypedDict):
    action: str
    actor: CallerOut
    created_at: str
    details: dict[str, Any]
    hash: str
    seq: int
    subject: str


class BreakEven(TypedDict):
    reached: bool
    runs: int | None


class BrowserOut(TypedDict):
    """A browser that is signed in."""
    created_at: str
    id: str
    is_this: bool
    last_seen_at: str
    network: str
    second_factor: bool
    user_agent: str


class CallerOut(TypedDict):
    id: str
    kind: str
    label: str


class CanaryFigures(TypedDict):
    baseline: Tally
    canary: Tally
    chance: float


class CanaryOut(TypedDict):
    """A newer version that serves a share of the calls, beside the version before it."""
    baseline: int
    ended_at: str | None
    ending: Literal["promoted", "stopped", "rolled_back", "replaced"] | None
    figures: CanaryFigures
    percent: int
    promotes_after: int | None
    rule: str
    since: str
    started_at: str
    started_by: CallerOut
    tool: str
    version: int


class CanaryShareIn(TypedDict):
    percent: int


class CanaryStopIn(TypedDict):
    reason: NotRequired[str | None]


class CheckOut(TypedDict):
    error: RunError | None
    works: bool


class ClientIn(TypedDict):
    name: str
    scopes: list[str]


class CodeIn(TypedDict):
    code: str


class ComparisonOut(TypedDict):
    differences: list[dict[str, Any]]
    run: str
    said: str | None
    same: bool


class ConfirmSignUp(TypedDict):
    password: str
    token: str


class ConnectionIn(TypedDict):
    url: str


class ConnectionOut(TypedDict):
    created_at: str
    name: str
    updated_at: str
    updated_by: CallerOut
    url: str
    version: int


class DailyUsageOut(TypedDict):
    days: list[str]
    others: int
    used: list[UsedOut]


class DecisionOut(TypedDict):
    """A person's yes or no to exactly one digest."""
    actor: dict[str, Any]
    answers: list[AnsweredOut] | None
    created_at: str
    decision: Literal["approve", "reject", "withdraw"]
    digest: str
    reason: str | None


class DeliveryOut(TypedDict):
    attempts: int
    created_at: str
    delivered_at: str | None
    event: Literal["run.finished", "run.uncertain", "run.invariant_broken", "question.asked", "version.awaiting_approval", "version.approved", "version.rejected", "version.live", "version.left_behind", "version.rolled_back", "schedule.missed", "schedule.failed", "agent.connected", "agent.disconnected", "alert.fired", "alert.over", "secret.changed"] | Literal["webhook.test"]
    id: str
    last_error: str | None
    last_status: int | None
    next_at: str | None
    state: Literal["waiting", "delivered", "given_up"]
    subject: str


class DeprecateIn(TypedDict):
    ends_at: NotRequired[str | None]
    message: str
    replaced_by: NotRequired[str | None]


class DeprecationOut(TypedDict):
    """What callers are told of a tool that is to go."""
    by: CallerOut
    ends_at: str | None
    message: str
    replaced_by: str | None
    since: str


class DraftIn(TypedDict):
    text: str


class DraftOut(TypedDict):
    """A proposed spec. Nothing has been submitted: edit it and POST it to /tools."""
    problems: list[DraftProblem]
    questions: list[str]
    spec: dict[str, Any] | None


class DraftProblem(TypedDict):
    hint: NotRequired[str | None]
    message: str
    path: str


class EconomicsOut(TypedDict):
    break_even: BreakEven
    method: str
    per_run: PerRun
    runs: int
    saved: Money
    spent: Money
    succeeded: int
    tool: str


class EffectOut(TypedDict):
    claimed_at: str
    done_at: str | None
    key: str
    run: str
    state: str


class EndingKey(TypedDict):
    ends: str
    name: str


class EntryOut(TypedDict):
    capability: str
    concluded_at_ns: int | None
    effect: str
    elapsed_ns: int | None
    fault: RunError | None
    intended_at_ns: int | None
    item: int | None
    operation: str
    request: Any
    seq: int
    state: str
    value: Any


class ErrorKind(TypedDict):
    code: str | None
    count: int
    last_run: str
    outcome: str
    tool: str


class ExchangeOut(TypedDict):
    """One request to the model and its reply."""
    created_at: str
    error: str | None
    finished_at: str | None
    model: str
    reply: list[Any] | None
    request: list[Any]
    round: int
    stop_reason: str | None
    tokens: Tokens
    usd: float


class FailedOutside(TypedDict):
    cases: int
    number: int
    tool: str


class FailingSchedule(TypedDict):
    id: str
    outcome: str | None
    run: str | None
    tool: str


class FailingTool(TypedDict):
    failed: int
    runs: int
    tool: str


class FailingWebhook(TypedDict):
    given_up: int
    url: str


class FieldProblem(TypedDict):
    hint: NotRequired[str | None]
    message: str
    path: str


class FiguresOut(TypedDict):
    broken: int
    p50_ms: float | None
    p95_ms: float | None
    returned: int
    runs: int
    success: float | None


class FileOut(TypedDict):
    path: str
    size: int


class FindingOut(TypedDict):
    gate: str
    hint: str | None
    line: int | None
    message: str
    severity: Literal["error", "question", "warning"]


class FirstSteps(TypedDict):
    """How far a new tenant has come."""
    approved: bool
    called: bool
    connected: bool
    newest: NewestVersion | None
    proposed: bool


class FolderOut(TypedDict):
    files: list[StoredFileOut]
    folders: list[SubfolderOut]
    is_cut: bool


class ForgetIn(TypedDict):
    keys: list[str]


class GateOut(TypedDict):
    name: str
    relaxable: bool
    says: str


class Generate(TypedDict):
    instructions: NotRequired[str]


class GenerationUsed(TypedDict):
    budget_usd: int
    tokens: int
    usd: float


class Health(TypedDict):
    image: str
    status: str


class IdentityProviderIn(TypedDict):
    client_id: str
    client_secret: NotRequired[str | None]
    email_domains: list[str]
    issuer: str
    newcomer_role: NotRequired[Literal["approver", "author", "viewer"] | None]
    second_factor_claims: NotRequired[list[str]]
    title: str


class IdentityProviderOut(TypedDict):
    client_id: str
    created_at: str
    email_domains: list[str]
    issuer: str
    name: str
    newcomer_role: Literal["approver", "author", "viewer"] | None
    redirect_uri: str
    second_factor_claims: list[str]
    sign_in_url: str
    title: str
    updated_at: str
    updated_by: CallerOut


class ImageOut(TypedDict):
    digest: str
    libraries: list[LibraryOut]
    python: str


class InvariantIn(TypedDict):
    """What holds for every call."""
    check: str
    say: str


class InvitationOut(TypedDict):
    created_at: str
    email: str
    expires_at: str
    id: str
    invited_by: CallerOut
    role: Literal["owner", "approver", "author", "viewer"]


class InvitedSignUp(TypedDict):
    name: str
    password: str


class KeyIn(TypedDict):
    expires_at: NotRequired[str | None]
    name: str
    scopes: list[str]


class KeyOut(TypedDict):
    created_at: str
    expires_at: str | None
    id: str
    last_used_at: str | None
    name: str
    prefix: str
    revoked_at: str | None
    scopes: list[str]


class LeftBehind(TypedDict):
    number: int
    tool: str


class LetterSent(TypedDict):
    """The same for every address."""
    detail: NotRequired[str]
    status: NotRequired[str]


class LettersIn(TypedDict):
    wanted: bool


class LibraryOut(TypedDict):
    licence: str
    name: str
    version: str


class LimitOut(TypedDict):
    ceiling: int
    limit: int
    name: str
    used: int | None


class LineCommentIn(TypedDict):
    line: int
    text: str


class LineCommentOut(TypedDict):
    author: CallerOut
    created_at: str
    id: str
    line: int
    settled_at: str | None
    settled_by: CallerOut | None
    text: str


class MemberIn(TypedDict):
    email: str
    role: Literal["owner", "approver", "author", "viewer"]


class MemberOut(TypedDict):
    created_at: str
    email: str
    last_seen_at: str | None
    name: str
    role: Literal["owner", "approver", "author", "viewer"]
    user_id: str


class Money(TypedDict):
    tokens: int
    usd: float


class NewClientOut(TypedDict):
    client_id: str
    client_secret: str
    resource: str
    token_endpoint: str


class NewInvitationOut(TypedDict):
    created_at: str
    email: str
    expires_at: str
    id: str
    invited_by: CallerOut
    link: str | None
    role: Literal["owner", "approver", "author", "viewer"]


class NewKeyOut(TypedDict):
    created_at: str
    expires_at: str | None
    id: str
    last_used_at: str | None
    name: str
    prefix: str
    revoked_at: str | None
    scopes: list[str]
    token: str


class NewPasskeyOut(TypedDict):
    passkey: PasskeyOut
    recovery_codes: list[str]


class NewWebhookOut(TypedDict):
    active: bool
    created_at: str
    created_by: CallerOut
    events: list[Literal["run.finished", "run.uncertain", "run.invariant_broken", "question.asked", "version.awaiting_approval", "version.approved", "version.rejected", "version.live", "version.left_behind", "version.rolled_back", "schedule.missed", "schedule.failed", "agent.connected", "agent.disconnected", "alert.fired", "alert.over", "secret.changed"]]
    id: str
    signing_key: str
    url: str


class NewestVersion(TypedDict):
    number: int
    tool: str


class OfferOut(TypedDict):
    """What an invitation's link leads to."""
    email: str
    expires_at: str
    invited_by: str
    role: Literal["owner", "approver", "author", "viewer"]
    tenant: str
    tenant_name: str


Order = Literal["newest", "name", "calls", "failures", "slowest"]


class Outcomes(TypedDict):
    cancelled: int
    exhausted: int
    failed: int
    p50_ms: float | None
    p95_ms: float | None
    refused: int
    returned: int
    trapped: int


class OutsideCasesIn(TypedDict):
    """In the form of a spec's."""
    always: NotRequired[list[InvariantIn]]
    holdouts: NotRequired[list[Any]]


class OutsideCasesOut(TypedDict):
    always: NotRequired[list[Any] | None]
    author: CallerOut
    created_at: str
    holdouts: NotRequired[list[Any] | None]
    holds: bool
    id: str
    numbers: dict[str, int]


class OverviewOut(TypedDict):
    activity: ActivityOut | None
    first_steps: FirstSteps
    part_seconds: int
    saved: SavedOut | None
    since: str
    until: str
    waiting: AttentionOut


class PageOfGuide(TypedDict):
    text: str


class AgentOutPage(TypedDict):
    items: list[AgentOut]
    next_cursor: str | None


class AuditOutPage(TypedDict):
    items: list[AuditOut]
    next_cursor: str | None


class BrowserOutPage(TypedDict):
    items: list[BrowserOut]
    next_cursor: str | None


class CanaryOutPage(TypedDict):
    items: list[CanaryOut]
    next_cursor: str | None


class ComparisonOutPage(TypedDict):
    items: list[ComparisonOut]
    next_cursor: str | None


class ConnectionOutPage(TypedDict):
    items: list[ConnectionOut]
    next_cursor: str | None


class DeliveryOutPage(TypedDict):
    items: list[DeliveryOut]
    next_cursor: str | None


class EffectOutPage(TypedDict):
    items: list[EffectOut]
    next_cursor: str | None


class EntryOutPage(TypedDict):
    items: list[EntryOut]
    next_cursor: str | None


class ExchangeOutPage(TypedDict):
    items: list[ExchangeOut]
    next_cursor: str | None


class FileOutPage(TypedDict):
    items: list[FileOut]
    next_cursor: str | None


class IdentityProviderOutPage(TypedDict):
    items: list[IdentityProviderOut]
    next_cursor: str | None


class InvitationOutPage(TypedDict):
    items: list[InvitationOut]
    next_cursor: str | None


class KeyOutPage(TypedDict):
    items: list[KeyOut]
    next_cursor: str | None


class LimitOutPage(TypedDict):
    items: list[LimitOut]
    next_cursor: str | None


class MemberOutPage(TypedDict):
    items: list[MemberOut]
    next_cursor: str | None


class QuestionOutPage(TypedDict):
    items: list[QuestionOut]
    next_cursor: str | None


class RunListedPage(TypedDict):
    items: list[RunListed]
    next_cursor: str | None


class ScheduleOutPage(TypedDict):
    items: list[ScheduleOut]
    next_cursor: str | None


class ScopeOutPage(TypedDict):
    items: list[ScopeOut]
    next_cursor: str | None


class SecretOutPage(TypedDict):
    items: list[SecretOut]
    next_cursor: str | None


class ToolNamePage(TypedDict):
    items: list[ToolName]
    next_cursor: str | None


class ToolOutPage(TypedDict):
    items: list[ToolOut]
    next_cursor: str | None


class UnsettledOutPage(TypedDict):
    items: list[UnsettledOut]
    next_cursor: str | None


class ValueOutPage(TypedDict):
    items: list[ValueOut]
    next_cursor: str | None


class VersionSummaryPage(TypedDict):
    items: list[VersionSummary]
    next_cursor: str | None


class WaitingOutPage(TypedDict):
    items: list[WaitingOut]
    next_cursor: str | None


class WebhookOutPage(TypedDict):
    items: list[WebhookOut]
    next_cursor: str | None


class PasskeyIn(TypedDict):
    credential: dict[str, Any]
    name: str


class PasskeyOut(TypedDict):
    created_at: str
    id: str
    last_used_at: str | None
    name: str


class PasswordIn(TypedDict):
    current: str
    password: str


class PendingSignUp(TypedDict):
    email: str


class PerRun(TypedDict):
    saved_tokens: float
    saved_usd: float
    steps: float
    stepwise_tokens: float
    tokens: float


Permission = Literal["tools:read", "tools:call", "tools:author", "versions:approve", "runs:read", "runs:cancel", "data:write", "secrets:manage", "members:manage", "keys:manage", "audit:read", "tenant:manage"]


class PolicyOut(TypedDict):
    """What a tenant has decided for itself."""
    always_on_runs: NotRequired[list[str]]
    canary_percent: NotRequired[int]
    canary_promotes_after: NotRequired[int]
    gates: NotRequired[dict[str, str]]
    generation_usd_a_month: NotRequired[int]
    limits: NotRequired[dict[str, int]]
    second_factor: NotRequired[str]
    second_implementation: NotRequired[bool]
    self_approval: bool
    uncertain: NotRequired[dict[str, str]]


class Problem(TypedDict):
    """An RFC 9457 problem document."""
    detail: str
    hint: NotRequired[str | None]
    instance: str
    problems: NotRequired[list[FieldProblem] | None]
    request_id: str
    status: int
    title: str
    type: str


class PromiseOut(TypedDict):
    """What callers of a tool are promised."""
    capabilities: dict[str, Any]
    description: str
    effects: str
    input_schema: dict[str, Any]
    name: str
    output_schema: dict[str, Any] | None
    title: str | None


class QuestionOut(TypedDict):
    answer: dict[str, Any] | None
    answered_at: str | None
    asked_of: Literal["approver", "owner", "caller"]
    created_at: str
    deadline: str | None
    details: Any
    id: str
    question: str
    run: str
    tool: str


class ReauthenticationIn(TypedDict):
    code: NotRequired[str | None]
    passkey: NotRequired[dict[str, Any] | None]
    password: NotRequired[str | None]
    recovery_code: NotRequired[str | None]


class RecoveryCodesOut(TypedDict):
    recovery_codes: list[str]


class RejectIn(TypedDict):
    reason: str


class RenewedOut(TypedDict):
    sealed_anew: int


class ReplayOut(TypedDict):
    differences: list[dict[str, Any]]
    error: RunError | None
    fuel_used: int | None
    host_calls: int | None
    identical: bool
    log: str | None
    meter: str | None
    note: str | None
    outcome: str | None
    result: Any
    run: str
    wall_ms: float | None


class ResetIn(TypedDict):
    password: str
    token: str


class RoleIn(TypedDict):
    role: Literal["owner", "approver", "author", "viewer"]


class RollbackIn(TypedDict):
    version: int


class RunDetail(TypedDict):
    arguments: Any
    arguments_hash: str
    broken_invariants: NotRequired[list[int] | None]
    caller: CallerOut
    component_digest: str
    created_at: str
    digest: str
    error: RunError | None
    executions: int
    finished_at: str | None
    fuel_used: int
    host_calls: int
    id: str
    idempotency_key: str | None
    log: str
    memory_bytes_peak: int
    meter: str | None
    outcome: Literal["returned", "failed", "refused", "exhausted", "trapped", "cancelled"] | None
    parent_run_id: str | None
    progress: dict[str, Any] | None
    result: Any
    status: Literal["queued", "running", "suspended", "finished"]
    tool: str
    version: int
    wall_ms: float


class RunError(TypedDict):
    code: str
    hint: NotRequired[str | None]
    message: str


class RunErrorBrief(TypedDict):
    """What went wrong, without what a tool adds to it."""
    code: str
    hint: NotRequired[str | None]
    message: str


class RunIn(TypedDict):
    arguments: NotRequired[dict[str, Any]]


class RunListed(TypedDict):
    """A run in a list: what it was called with, what it came to, and its log, are the run's own page."""
    arguments_hash: str
    caller: CallerOut
    component_digest: str
    created_at: str
    digest: str
    error: RunErrorBrief | None
    executions: int
    finished_at: str | None
    fuel_used: int
    host_calls: int
    id: str
    idempotency_key: str | None
    memory_bytes_peak: int
    meter: str | None
    outcome: Literal["returned", "failed", "refused", "exhausted", "trapped", "cancelled"] | None
    parent_run_id: str | None
    progress: dict[str, Any] | None
    status: Literal["queued", "running", "suspended", "finished"]
    tool: str
    version: int
    wall_ms: float


class RunOut(TypedDict):
    """A run, and what it came to."""
    arguments_hash: str
    caller: CallerOut
    component_digest: str
    created_at: str
    digest: str
    error: RunError | None
    executions: int
    finished_at: str | None
    fuel_used: int
    host_calls: int
    id: str
    idempotency_key: str | None
    memory_bytes_peak: int
    meter: str | None
    outcome: Literal["returned", "failed", "refused", "exhausted", "trapped", "cancelled"] | None
    parent_run_id: str | None
    progress: dict[str, Any] | None
    result: Any
    status: Literal["queued", "running", "suspended", "finished"]
    tool: str
    version: int
    wall_ms: float


class SavedOut(TypedDict):
    """Only runs that returned count."""
    method: str
    runs: int
    seconds: int
    tokens: int
    usd: float


class ScheduleChange(TypedDict):
    paused: bool


class ScheduleIn(TypedDict):
    arguments: NotRequired[dict[str, Any]]
    cron: str
    missed: NotRequired[Literal["skip", "once"]]
    tool: str
    zone: NotRequired[str]


class ScheduleOut(TypedDict):
    arguments: dict[str, Any]
    created_at: str
    created_by: CallerOut
    cron: str
    id: str
    last_at: str | None
    last_error: str | None
    last_outcome: Literal["returned", "failed", "refused", "exhausted", "trapped", "cancelled"] | None
    last_run: str | None
    missed: Literal["skip", "once"]
    next_at: str | None
    paused: bool
    tool: str
    words: str
    zone: str


class SchedulePreview(TypedDict):
    times: list[str]
    words: str


class ScopeOut(TypedDict):
    scope: str
    values: int


class SecondFactorAsked(TypedDict):
    """The first factor was right: now show one of these, at POST /api/v1/session/second-factor."""
    second_factor: list[str]


class SecondFactorIn(TypedDict):
    """One of them."""
    code: NotRequired[str | None]
    passkey: NotRequired[dict[str, Any] | None]
    recovery_code: NotRequired[str | None]


class SecretIn(TypedDict):
    expires_at: NotRequired[str | None]
    hosts: list[str]
    value: str


class SecretOut(TypedDict):
    created_at: str
    expires_at: str | None
    hosts: list[str]
    name: str
    updated_at: str
    updated_by: CallerOut
    version: int


class ServedOut(TypedDict):
    """What callers are told of a tool."""
    description: str
    title: str | None
    version: int


class SessionOut(TypedDict):
    tenants: list[TenantOut]
    user: UserOut


class SettleAllIn(TypedDict):
    happened: bool
    keys: list[str]


class SettleIn(TypedDict):
    happened: bool
    key: str


class SettledIn(TypedDict):
    settled: bool


class SharedOut(TypedDict):
    """Something that both this version and a tool that serves may reach, and one of them write."""
    capability: str
    says: str
    tool: str
    what: str


class SignIn(TypedDict):
    email: str
    password: str


class SignUp(TypedDict):
    email: str
    name: str
    password: str
    tenant_name: str
    tenant_slug: NotRequired[str | None]


class SpecIn(TypedDict):
    """What a tool must do. tenants/confined/spec_rules.py checks it whole and reports every problem at once."""
    always: NotRequired[list[InvariantIn]]
    capabilities: NotRequired[dict[str, Any]]
    description: str
    effects: NotRequired[Literal["read", "idempotent", "destructive"]]
    examples: NotRequired[list[Any]]
    holdouts: NotRequired[list[Any]]
    input_schema: dict[str, Any]
    limits: NotRequired[dict[str, Any]]
    name: str
    output_schema: NotRequired[dict[str, Any] | None]
    title: NotRequired[str | None]


Standing = Literal["live", "waiting", "not_live", "deprecated", "retired"]


class StoredFileOut(TypedDict):
    content_type: str
    path: str
    size: int
    updated_at: str
    written_by: CallerOut | None


class SubfolderOut(TypedDict):
    bytes: int
    files: int
    path: str


class Tally(TypedDict):
    calls: int
    failed: int


class TenantOut(TypedDict):
    name: str
    permissions: list[Permission]
    role: Literal["owner", "approver", "author", "viewer"]
    second_factor_needed: NotRequired[bool]
    slug: str


class TenantPage(TypedDict):
    generates: bool
    mcp_url: str
    name: str
    permissions: list[Permission]
    policy: PolicyOut
    slug: str


class TidyOut(TypedDict):
    alike: list[AlikeTools]
    unused: list[UnusedTool]
    unused_days: int


class TokenIn(TypedDict):
    token: str


class Tokens(TypedDict):
    cache_read: int
    cache_write: int
    input: int
    output: int


class ToolFiguresOut(TypedDict):
    figures: FiguresOut
    latest: list[str]
    tool: str
    versions: list[VersionFiguresOut]


class ToolName(TypedDict):
    live_version: int | None
    name: str
    title: str | None


class ToolOut(TypedDict):
    created_at: str
    created_by: dict[str, Any]
    deprecation: NotRequired[DeprecationOut | None]
    description: str
    last_run_at: NotRequired[str | None]
    last_version: int
    live_version: int | None
    name: str
    newest_state: NotRequired[Literal["draft", "generating", "checking", "rejected", "awaiting_approval", "live", "retired"] | None]
    retired_at: str | None
    runs_last_7_days: NotRequired[int | None]
    served: NotRequired[ServedOut | None]
    spec: dict[str, Any]
    title: str | None
    unserved: NotRequired[str | None]
    updated_at: str


class ToolsFiguresOut(TypedDict):
    days: int
    runs_max: int
    tools: list[ToolFiguresOut]


class TriedOut(TypedDict):
    """What came of a draft that was tried. Nothing was submitted."""
    findings: list[dict[str, Any]]
    runs: list[TriedRun]


class TriedRun(TypedDict):
    """One call of one case, in its canned world."""
    case: str
    done: dict[str, Any]
    error: NotRequired[dict[str, Any] | None]
    fuel_used: int
    host_calls: int
    log: str
    memory_bytes_peak: int
    missing: list[str]
    otherwise: list[str]
    outcome: str
    result: NotRequired[Any]
    wall_ms: float


class TryIn(TypedDict):
    cases: NotRequired[list[dict[str, Any]]]
    source: str
    spec: NotRequired[dict[str, Any] | None]


class UnsettledOut(TypedDict):
    claimed_at: str
    key: str
    run: str


class UnusedTool(TypedDict):
    last_run_at: str | None
    tool: str


class UsageOut(TypedDict):
    """Since the month began, in UTC."""
    fuel_used: int
    generation: GenerationUsed
    host_calls: int
    meter: str | None
    runs: int
    since: str
    wall_ms: float


class UsedOut(TypedDict):
    broken: int
    by_day: list[int]
    fuel_used: int
    host_calls: int
    id: str
    kind: str
    meter: str | None
    name: str
    runs: int
    wall_ms: float


class UserOut(TypedDict):
    email: str
    id: str
    name: str


class ValueIn(TypedDict):
    key: str
    revision: int
    scope: str
    text: str | None


class ValueOut(TypedDict):
    key: str
    revision: int
    text: str
    updated_at: str


class VerifiedOut(TypedDict):
    """A whole audit trail that was gone through."""
    events: int
    last_hash: str | None
    problems: list[str]


class VersionFiguresOut(TypedDict):
    figures: FiguresOut
    version: int


class VersionIn(TypedDict):
    """Either the source, or what a model is to generate."""
    generate: NotRequired[Generate | None]
    source: NotRequired[str | None]


class VersionOut(TypedDict):
    approval: DecisionOut | None
    author: CallerOut
    changes: dict[str, Any] | None
    component_digest: str | None
    created_at: str
    digest: str | None
    findings: list[FindingOut]
    generate: dict[str, Any] | None
    grant: dict[str, Any]
    image: str | None
    independent_holdouts: int | None
    left_behind: bool
    limits: dict[str, int]
    number: int
    report: dict[str, Any]
    shares: list[SharedOut]
    source: str | None
    spec: dict[str, Any]
    spec_by: dict[str, Any] | None
    state: Literal["draft", "generating", "checking", "rejected", "awaiting_approval", "live", "retired"]
    tool: str
    updated_at: str


class VersionSummary(TypedDict):
    author: CallerOut
    component_digest: str | None
    created_at: str
    digest: str | None
    findings: list[FindingOut]
    left_behind: bool
    number: int
    state: Literal["draft", "generating", "checking", "rejected", "awaiting_approval", "live", "retired"]
    tool: str
    updated_at: str


class WaitingOut(TypedDict):
    """A version that awaits approval, as a list of them tells it."""
    author: CallerOut
    created_at: str
    effects: Literal["read", "idempotent", "destructive"]
    number: int
    questions: int
    title: str | None
    tool: str
    updated_at: str
    warnings: int


class WaitingQuestion(TypedDict):
    question: str
    run: str
    since: str
    tool: str


class WaitingQuestions(TypedDict):
    count: int
    items: list[WaitingQuestion]


class WaitingVersion(TypedDict):
    author: str
    number: int
    since: str
    tool: str


class WaitingVersions(TypedDict):
    count: int
    items: list[WaitingVersion]


class WayInOut(TypedDict):
    """One button of the sign-in page."""
    title: str
    url: str


class WaysInOut(TypedDict):
    providers: list[WayInOut]


class WebhookChange(TypedDict):
    """What is left out stays."""
    active: NotRequired[bool | None]
    events: NotRequired[list[Literal["run.finished", "run.uncertain", "run.invariant_broken", "question.asked", "version.awaiting_approval", "version.approved", "version.rejected", "version.live", "version.left_behind", "version.rolled_back", "schedule.missed", "schedule.failed", "agent.connected", "agent.disconnected", "alert.fired", "alert.over", "secret.changed"]] | None]
    url: NotRequired[str | None]


class WebhookIn(TypedDict):
    events: list[Literal["run.finished", "run.uncertain", "run.invariant_broken", "question.asked", "version.awaiting_approval", "version.approved", "version.rejected", "version.live", "version.left_behind", "version.rolled_back", "schedule.missed", "schedule.failed", "agent.connected", "agent.disconnected", "alert.fired", "alert.over", "secret.changed"]]
    url: str


class WebhookOut(TypedDict):
    active: bool
    created_at: str
    created_by: CallerOut
    events: list[Literal["run.finished", "run.uncertain", "run.invariant_broken", "question.asked", "version.awaiting_approval", "version.approved", "version.rejected", "version.live", "version.left_behind", "version.rolled_back", "schedule.missed", "schedule.failed", "agent.connected", "agent.disconnected", "alert.fired", "alert.over", "secret.changed"]]
    id: str
    url: str
