/** What a file's bytes may be shown as. A stranger wrote them: by their own signs, and not by what they are called. */
export type Shown =
  | { as: "image"; source: string }
  | { as: "table"; rows: string[][]; isCut: boolean }
  | { as: "text"; text: string; isCut: boolean }
  | { as: "nothing" };

const ROWS_MAX = 100;
const COLUMNS_MAX = 30;
const CHARACTERS_MAX = 20_000;
// Pictures of points alone: an SVG is a document.
const SIGNS: [type: string, at: number, sign: number[]][] = [
  ["image/png", 0, [0x89, 0x50, 0x4e, 0x47]],
  ["image/jpeg", 0, [0xff, 0xd8, 0xff]],
  ["image/gif", 0, [0x47, 0x49, 0x46, 0x38]],
  ["image/webp", 8, [0x57, 0x45, 0x42, 0x50]],
];

export function shownAs(content: ArrayBuffer, path: string): Shown {
  const bytes = new Uint8Array(content);
  const image = SIGNS.find(([, at, sign]) => sign.every((byte, place) => bytes[at + place] === byte));
  if (image) {
    return { as: "image", source: `data:${image[0]};base64,${base64(bytes)}` };
  }
  const text = textOf(bytes);
  if (text === undefined) {
    return { as: "nothing" };
  }
  const separator = /\.csv$/i.test(path) ? "," : /\.tsv$/i.test(path) ? "\t" : undefined;
  if (separator !== undefined) {
    const rows = rowsOf(text, separator, ROWS_MAX + 1);
    return { as: "table", rows: rows.slice(0, ROWS_MAX), isCut: rows.length > ROWS_MAX };
  }
  return { as: "text", text: text.slice(0, CHARACTERS_MAX), isCut: text.length > CHARACTERS_MAX };
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  // So many at a time: a call takes no more arguments than fit on the stack.
  for (let at = 0; at < bytes.length; at += 8_192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  }
  return btoa(binary);
}

/** The first rows of separated values; within quotation marks a separator or a line's end belongs to the cell. */
export function rowsOf(text: string, separator: string, most: number): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  function endCell() {
    if (row.length < COLUMNS_MAX) {
      row.push(cell);
    }
    cell = "";
  }
  function endRow() {
    endCell();
    rows.push(row);
    row = [];
  }
  for (let at = 0; at < text.length && rows.length < most; at += 1) {
    const sign = text[at] ?? "";
    if (isQuoted) {
      if (sign !== '"') {
        cell += sign;
      } else if (text[at + 1] === '"') {
        cell += sign;
        at += 1;
      } else {
        isQuoted = false;
      }
    } else if (sign === '"' && cell === "") {
      isQuoted = true;
    } else if (sign === separator) {
      endCell();
    } else if (sign === "\n") {
      endRow();
    } else if (sign !== "\r") {
      cell += sign;
    }
  }
  if (rows.length < most && (cell !== "" || row.length > 0)) {
    endRow();
  }
  return rows;
}
