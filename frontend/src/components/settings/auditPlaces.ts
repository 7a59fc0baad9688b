import type { AuditEvent } from "../../api/settings/audit";

/** What events begin with, and what they are about. */
export const KINDS = [
  { value: "", label: "Anything" },
  { value: "version", label: "Versions" },
  { value: "tool", label: "Tools" },
  { value: "canary", label: "Canaries" },
  { value: "policy", label: "Policy" },
  { value: "member", label: "Members" },
  { value: "invitation", label: "Invitations" },
  { value: "key", label: "API keys" },
  { value: "agent", label: "Agents" },
  { value: "client", label: "Clients" },
  { value: "secret", label: "Secrets" },
  { value: "connection", label: "Connections" },
  { value: "file", label: "Files" },
  { value: "value", label: "Saved values" },
  { value: "effect", label: "Effects" },
  { value: "question", label: "Questions" },
  { value: "schedule", label: "Schedules" },
  { value: "webhook", label: "Webhooks" },
  { value: "alert", label: "Alerts" },
  { value: "identity_provider", label: "Identity providers" },
  { value: "outside_cases", label: "Outside cases" },
  { value: "tenant", label: "The tenant" },
];

const SECTIONS: Record<string, string> = {
  policy: "policy",
  member: "members",
  invitation: "members",
  key: "keys",
  agent: "agents",
  client: "agents",
  secret: "secrets",
  secrets: "secrets",
  connection: "connections",
  file: "files",
  value: "data",
  effect: "data",
  webhook: "webhooks",
  alert: "alerts",
  identity_provider: "sign-in",
};

/** Where what an event names is to be seen; undefined where it has no page. */
export function placeOf(tenant: string, event: AuditEvent): string | undefined {
  const root = `/tenants/${tenant}`;
  const kind = event.action.split(".")[0] ?? "";
  const [name = "", number] = event.subject.split("/");
  if ((kind === "version" || kind === "canary") && number) {
    return `${root}/tools/${encodeURIComponent(name)}/versions/${encodeURIComponent(number)}`;
  }
  if (kind === "tool" || kind === "outside_cases") {
    return `${root}/tools/${encodeURIComponent(name)}`;
  }
  if (typeof event.details.run === "string") {
    return `${root}/runs/${encodeURIComponent(event.details.run)}`;
  }
  if (kind === "schedule") {
    return `${root}/schedules`;
  }
  return SECTIONS[kind] && `${root}/settings/${SECTIONS[kind]}`;
}

type Change = { name: string; before?: unknown; after?: unknown };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What an event says, name by name: what was, where it is known, and what became of it. */
export function changesOf({ details }: AuditEvent): Change[] {
  const { before, after, patch, ...rest } = details;
  const now = isObject(patch) ? patch : isObject(after) ? after : {};
  const then = isObject(before) ? before : {};
  const alone: Change[] =
    (before !== undefined && !isObject(before)) || (after !== undefined && !isObject(after))
      ? [{ name: "", before: isObject(before) ? undefined : before, after: isObject(after) ? undefined : after }]
      : [];
  const all = { ...rest, ...now };
  const names = [...new Set([...Object.keys(all), ...Object.keys(then)])];
  return [...alone, ...names.map((name) => ({ name, before: then[name], after: all[name] }))];
}

/** A value of an event as a cell says it. */
export function valueText(value: unknown): string {
  return value === undefined || value === null ? "–" : typeof value === "string" ? value : JSON.stringify(value);
}
