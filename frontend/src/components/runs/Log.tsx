import { TextInput } from "@mantine/core";
import { useState } from "react";
import styles from "./Log.module.css";

const LEVEL = /^(debug|info|warning|error)\b/i;
const SEARCHED_LINES = 8;

/** What a run logged; a long log can be searched, and then shows the lines that have the words. */
export function Log({ text }: { text: string }) {
  const [words, setWords] = useState("");
  const lines = text.trimEnd().split("\n");
  const sought = words.trim().toLowerCase();
  const found = lines.map((line, at) => ({ line, at })).filter(({ line }) => line.toLowerCase().includes(sought));
  return (
    <>
      {lines.length >= SEARCHED_LINES && (
        <div className={styles.search}>
          <TextInput
            size="xs"
            aria-label="Search in the log"
            placeholder="Search in the log"
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
          <span role="status">{sought !== "" && `${found.length} of ${lines.length} lines`}</span>
        </div>
      )}
      <pre className={styles.log} tabIndex={0} aria-label="Log">
        {found.map(({ line, at }) => (
          <span key={at} data-level={LEVEL.exec(line)?.[1]?.toLowerCase()}>
            {line}
            {"\n"}
          </span>
        ))}
      </pre>
    </>
  );
}
