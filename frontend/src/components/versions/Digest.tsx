import { SealFigure } from "../../ui/marks/Seal";
import { Copy } from "../../ui/Copy";
import styles from "./Digest.module.css";

/** A digest as its figure and its first digits; the whole of it is copied. */
export function Digest({ digest, copy = true }: { digest: string; copy?: boolean }) {
  return (
    <span className={styles.digest} title={digest}>
      <SealFigure digest={digest} size={20} />
      <code>{digest.slice(0, 12)}</code>
      {copy && <Copy value={digest} label="Copy the whole digest" />}
    </span>
  );
}

/** The whole digest in groups of eight, to be compared by eye. */
export function WholeDigest({ digest }: { digest: string }) {
  const groups = digest.match(/.{1,8}/g) ?? [];
  return (
    <span className={styles.whole}>
      <SealFigure digest={digest} size={72} />
      <code className={styles.groups} aria-label={`Digest ${digest}`}>
        {groups.map((group, at) => (
          // Groups repeat in theory; their place is what names them.
          // oxlint-disable-next-line react/no-array-index-key
          <span key={at}>{group}</span>
        ))}
      </code>
    </span>
  );
}
