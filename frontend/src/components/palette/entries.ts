import type { ToolName } from "../../api/generated/types.gen";
import { SECTIONS } from "../settings/sections.ts";

/** Something that can be gone to: `kind` says what it is. */
export type Entry = { name: string; kind: string; href: string; words: string };

const SHOWN_MAX = 50;
const PLACES = {
  Home: "",
  Tools: "/tools",
  Reviews: "/reviews",
  Runs: "/runs",
  Questions: "/questions",
  Schedules: "/schedules",
  Connect: "/connect",
  Guide: "/guide",
};

const entry = (name: string, kind: string, href: string, more = ""): Entry => ({
  name,
  kind,
  href,
  words: `${name} ${kind} ${more}`.toLowerCase(),
});

export function entriesOf(tenant: string, tools: ToolName[]): Entry[] {
  const root = `/tenants/${encodeURIComponent(tenant)}`;
  return [
    ...Object.entries(PLACES).map(([name, path]) => entry(name, "page", `${root}${path}`)),
    entry("New tool", "something to do", `${root}/tools/new`, "write spec create"),
    ...Object.entries(SECTIONS).map(([section, name]) => entry(name, "settings", `${root}/settings/${section}`)),
    entry("Profile and security", "settings", "/profile", "password passkey second factor sessions"),
    ...tools.map(({ name, title }) => entry(name, title ?? "tool", `${root}/tools/${name}`, "tool")),
    ...tools
      .filter((tool) => tool.live_version !== null)
      .map(({ name }) => entry(`Call ${name}`, "something to do", `${root}/tools/${name}?tab=call`)),
  ];
}

/** Those that have every word in them, what begins with the first one before the others. */
export function found(entries: Entry[], typed: string): Entry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = entries.filter((one) => words.every((word) => one.words.includes(word)));
  const begins = (one: Entry) => words[0] !== undefined && one.words.startsWith(words[0]);
  return [...fitting.filter(begins), ...fitting.filter((one) => !begins(one))].slice(0, SHOWN_MAX);
}
