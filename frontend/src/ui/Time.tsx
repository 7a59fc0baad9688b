import { ago, when } from "./format";

export function Time({ iso }: { iso: string }) {
  return (
    <time dateTime={iso} title={when(iso)} style={{ whiteSpace: "nowrap" }}>
      {ago(iso)}
    </time>
  );
}
