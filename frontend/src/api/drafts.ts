/** What somebody was writing, kept in this browser alone until it is sent or thrown away. */
export type Draft = { text: string; at: string };

const nameOf = (key: string) => `sealwright draft ${key}`;

export function keptDraft(key: string): Draft | null {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(nameOf(key)) ?? "null");
    const { text, at } = (found ?? {}) as Partial<Draft>;
    return typeof text === "string" && typeof at === "string" ? { text, at } : null;
  } catch {
    return null; // no store, or somebody else's text in it
  }
}

/** False where the browser keeps nothing, or has no room. */
export function keepDraft(key: string, text: string): boolean {
  try {
    localStorage.setItem(nameOf(key), JSON.stringify({ text, at: new Date().toISOString() }));
    return true;
  } catch {
    return false;
  }
}

export function forgetDraft(key: string) {
  try {
    localStorage.removeItem(nameOf(key));
  } catch {
    // Where nothing can be kept there is nothing to forget.
  }
}
