/** What a page of the guide is made of: its own Markdown, which is ours, with no markup but this. */
export type Block =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "list"; items: string[] };

/** A heading with what stands below it, up to the next heading: what one can be sent to, and what a search finds. */
export type Section = { id: string; level: number; title: string; blocks: Block[]; words: string };

const FENCE = "```";

/** Cut a text into its sections. What stands in fences is code, whatever it begins with. */
export function sectionsOf(markdown: string): Section[] {
  const sections: Section[] = [];
  const taken = new Map<string, number>();
  let lines: string[] = [];
  let isCode = false;
  const close = () => {
    const last = sections.at(-1);
    if (last) {
      last.blocks = blocksOf(lines);
      last.words = `${last.title}\n${lines.join("\n")}`.toLowerCase();
    }
    lines = [];
  };
  for (const line of markdown.split("\n")) {
    isCode = line.startsWith(FENCE) ? !isCode : isCode;
    const heading = isCode ? null : /^(#{1,4}) (.+)$/.exec(line);
    if (heading) {
      close();
      const [, marks = "", title = ""] = heading;
      sections.push({ id: idOf(title, taken), level: marks.length, title, blocks: [], words: "" });
    } else {
      lines.push(line);
    }
  }
  close();
  return sections;
}

/** Those that have every word in them. */
export function found(sections: Section[], typed: string): Section[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return sections.filter((section) => words.every((word) => section.words.includes(word)));
}

function idOf(title: string, taken: Map<string, number>): string {
  const plain = title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  const times = (taken.get(plain) ?? 0) + 1;
  taken.set(plain, times);
  return times === 1 ? plain : `${plain}-${times}`;
}

function blocksOf(lines: string[]): Block[] {
  const blocks: Block[] = [];
  let fenced: string[] | null = null;
  let isApart = true;
  for (const line of lines) {
    const last = blocks.at(-1);
    if (line.startsWith(FENCE)) {
      if (fenced) {
        blocks.push({ kind: "code", text: fenced.join("\n") });
      }
      fenced = fenced ? null : [];
    } else if (fenced) {
      fenced.push(line);
    } else if (line.trim() === "") {
      isApart = true;
      continue;
    } else if (line.startsWith("- ")) {
      if (last?.kind === "list") {
        last.items.push(line.slice(2));
      } else {
        blocks.push({ kind: "list", items: [line.slice(2)] });
      }
    } else if (!isApart && last?.kind === "list") {
      last.items.push(`${last.items.pop() ?? ""} ${line.trim()}`);
    } else if (!isApart && last?.kind === "text") {
      last.text += ` ${line.trim()}`;
    } else {
      blocks.push({ kind: "text", text: line.trim() });
    }
    isApart = false;
  }
  return blocks;
}
