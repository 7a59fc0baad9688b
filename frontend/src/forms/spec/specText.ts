import { type Document, isMap, isNode, isPair, isScalar, isSeq, parseDocument } from "yaml";
import { isFields } from "../../api/fields.ts";
import type { FieldProblem } from "../../api/generated/types.gen";
import type { Mark } from "../../components/code/CodeEditor";

/** A spec as text: its value when it parses, and where each part of it stands. */
export type SpecText = { value: unknown; marks: Mark[]; document: Document };

// JSON is YAML, so one parser reads both.
export function parseSpec(text: string): SpecText {
  const document = parseDocument(text, { prettyErrors: true });
  const marks = document.errors.map((error) => ({
    from: error.pos[0],
    to: Math.max(error.pos[1], error.pos[0] + 1),
    message: error.message.split("\n")[0] ?? "This does not parse.",
  }));
  return { value: marks.length === 0 ? document.toJS() : undefined, marks, document };
}

type Step = string | number;

/** The text with another value: what did not change stays as it was written, words of the author's in it too. */
export function withValue(text: string, next: unknown): string {
  if (text.trimStart().startsWith("{")) {
    return JSON.stringify(next, null, 2);
  }
  const document = parseDocument(text);
  change(document, [], document.toJS(), next);
  return document.toString({ lineWidth: 0 });
}

function change(document: Document, path: Step[], now: unknown, next: unknown) {
  if (JSON.stringify(now) === JSON.stringify(next)) {
    return;
  }
  if (isFields(now) && isFields(next) && path.length + Object.keys(now).length > 0) {
    for (const name of Object.keys(now).filter((one) => !Object.hasOwn(next, one))) {
      document.deleteIn([...path, name]);
    }
    for (const [name, part] of Object.entries(next)) {
      change(document, [...path, name], Object.hasOwn(now, name) ? now[name] : undefined, part);
    }
  } else if (Array.isArray(now) && Array.isArray(next) && now.length > 0) {
    changeList(document, path, now, next);
  } else {
    // A plain value takes the place of another in what stood there, with the words beside it.
    document.setIn(path, typeof next === "object" && next !== null ? document.createNode(next) : next);
  }
}

/** One that is gone, some that came behind, or some that differ: the others keep their place. */
function changeList(document: Document, path: Step[], now: unknown[], next: unknown[]) {
  let kept = now;
  if (now.length === next.length + 1) {
    const gone = now.findIndex((one, at) => JSON.stringify(one) !== JSON.stringify(next[at]));
    document.deleteIn([...path, gone]);
    kept = now.toSpliced(gone, 1);
  }
  if (kept.length > next.length) {
    document.setIn(path, document.createNode(next));
    return;
  }
  next.forEach((one, at) => change(document, [...path, at], kept[at], one));
}

type Found = Pick<FieldProblem, "path" | "message"> & Partial<Pick<FieldProblem, "hint">>;

const unescape = (part: string) => part.replaceAll("~1", "/").replaceAll("~0", "~");

/** Where a JSON pointer leads: the deepest part of it that the text has. */
function rangeOf(document: Document, pointer: string): [number, number] {
  const parts = pointer.split("/").slice(1).map(unescape);
  let node: unknown = document.contents;
  let range: [number, number] = [0, 1];
  for (const part of parts) {
    if (isMap(node)) {
      const pair = node.items.find((each) => isScalar(each.key) && String(each.key.value) === part);
      if (!isPair(pair) || !isNode(pair.key) || !pair.key.range) {
        break;
      }
      range = [pair.key.range[0], pair.key.range[1]];
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (!isNode(node) || !node.range) {
        break;
      }
      range = [node.range[0], node.range[1]];
    } else {
      break;
    }
  }
  return range;
}

/** The server's problems at the places in the text that they are about. */
export function marksOf(document: Document, problems: Found[]): Mark[] {
  return problems.map(({ path, message, hint }) => {
    const [from, to] = rangeOf(document, path);
    return { from, to, message: `${message}${hint ? ` ${hint}` : ""}` };
  });
}
