"""What other systems can be told of: every kind of event. One line adds one, for webhooks and REST; the form of
webhooks (frontend/src/forms/settings/WebhookEvents.tsx) has its words for people, and does not compile without."""

# Every kind, and its data. None of them carries arguments, results or values of secrets: a receiver reads more with
# a key of its own.
KINDS = {
    "run.finished": "id, tool, version, outcome, error: {code, message} or null",
    "run.uncertain": "id, tool, version, outcome, done, uncertain, which: [{seq, part, capability, operation, what}]",
    "run.invariant_broken": "id, tool, version, outcome, broken: [numbers, from 0, of what the spec says is always so]",
    "question.asked": "id, run, question",
    "version.awaiting_approval": "tool, version, state, digest",
    "version.approved": "subject: tool/version, actor, digest, and the canary's share if it starts with one",
    "version.rejected": "tool, version, state, digest",
    "version.live": "tool, version, state, digest",
    "version.left_behind": "subject: tool/version, actor; it answers otherwise on this release, so it serves as sealed",
    "version.rolled_back": "subject: tool or tool/version, actor, before, after",
    "schedule.missed": "schedule, tool, planned_at",
    "schedule.failed": "schedule, tool, planned_at, error",
    "agent.connected": "grant, client: {id, name}, scopes, user",
    "agent.disconnected": "subject: the grant, actor",
    "alert.fired": "alert, about, tool or null, threshold, value, counts: what both count; of some span_minutes",
    "alert.over": "the same, once it is over",
    "secret.changed": "subject: its name, actor, change: stored or removed",
}
# What a webhook is told when somebody tries it out; nobody chooses it.
TEST = "webhook.test"
# Those that the audit trail tells of, in its own words. Of the others each has its place in notices.py.
AUDITED = {
    "version.approved": ("version.approved",),
    "version.rolled_back": ("tool.rolled_back", "version.rolled_back", "canary.stopped"),
    "version.left_behind": ("version.left_behind",),
    "agent.disconnected": ("agent.disconnected",),
    "secret.changed": ("secret.stored", "secret.removed"),
}
