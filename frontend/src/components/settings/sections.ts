/** The sections of the settings, by their addresses, in their order. */
export const SECTIONS = {
  members: "Members",
  "sign-in": "Sign-in",
  keys: "API keys",
  agents: "Connected agents",
  secrets: "Secrets",
  connections: "Connections",
  data: "Saved data",
  files: "Files",
  webhooks: "Webhooks",
  alerts: "Alerts",
  policy: "Policy",
  usage: "Usage",
  audit: "Audit trail",
} as const;

export type Section = keyof typeof SECTIONS;

export const isSection = (name: string): name is Section => Object.hasOwn(SECTIONS, name);
