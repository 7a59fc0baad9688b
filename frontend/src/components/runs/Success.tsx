import styles from "./Success.module.css";

// Below it a tool is not well: one call in twenty comes to nothing.
const WELL = 0.95;

/** The share of calls that came to something, never rounded up to all of them. */
export function Success({ share }: { share: number | null | undefined }) {
  if (share === null || share === undefined) {
    return <span className={styles.none}>none</span>;
  }
  const percent = share === 1 ? "100" : (Math.floor(share * 1_000) / 10).toFixed(1);
  return <span className={share < WELL ? styles.low : undefined}>{percent} %</span>;
}
