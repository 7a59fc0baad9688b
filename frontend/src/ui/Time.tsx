import { ago, when } from "./format";

/** When it was, as one says it, with the exact time under the pointer; of null, that it never was. */
export function Time({ iso }: { iso: string | null }) {
  if (iso === null) {
    return "never";
  }
  return (
    <time dateTime={iso} title={when(iso)} style={{ whiteSpace: "nowrap" }}>
      {ago(iso)}
    </time>
  );
}
