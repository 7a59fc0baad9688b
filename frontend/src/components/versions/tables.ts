import { isFields } from "../../api/fields.ts";

export type Row = { id: string; cells: { id: string; text: string }[] };

/** Rows with a head, of a list of records or of a list of lists; null where it is no table. */
export function rowsOf(value: unknown): Row[] | null {
  if (!Array.isArray(value) || value.length === 0) {
    return null;
  }
  if (value.every(isFields)) {
    const names = [...new Set(value.flatMap((row) => Object.keys(row)))];
    return [names, ...value.map((row) => names.map((name) => row[name]))].map(rowOf);
  }
  return value.every(Array.isArray) ? value.map(rowOf) : null;
}

/** The lines of a CSV text as lists; whatever is quoted or is no text stays as it is. */
export function rowsOfCsv(content: unknown): unknown {
  if (typeof content !== "string" || content.includes('"')) {
    return content;
  }
  return content
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(","));
}

const rowOf = (values: unknown[], at: number): Row => ({
  id: String(at),
  cells: values.map((value, place) => ({ id: String(place), text: cellOf(value) })),
});

const cellOf = (value: unknown) =>
  typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
