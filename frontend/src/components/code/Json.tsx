import { Code } from "./Code";

/** A JSON value to be read. */
export function Json({ value, label }: { value: unknown; label: string }) {
  return (
    <Code code={JSON.stringify(value, null, 2) ?? "null"} language="json" label={label} maxHeight="420px" />
  );
}
