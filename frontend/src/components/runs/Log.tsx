import styles from "./Log.module.css";

const LEVEL = /^(debug|info|warning|error)\b/i;

export function Log({ text }: { text: string }) {
  return (
    <pre className={styles.log} tabIndex={0} aria-label="Log">
      {text
        .trimEnd()
        .split("\n")
        .map((line, at) => (
          // Lines of a finished text: their place is their name.
          // oxlint-disable-next-line react/no-array-index-key
          <span key={at} data-level={LEVEL.exec(line)?.[1]?.toLowerCase()}>
            {line}
            {"\n"}
          </span>
        ))}
    </pre>
  );
}
