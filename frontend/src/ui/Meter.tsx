import styles from "./Meter.module.css";

type MeterProps = {
  label: string;
  value: number;
  limit: number | undefined;
  format: (value: number) => string;
};

/** How much of a limit was used. */
export function Meter({ label, value, limit, format }: MeterProps) {
  const share = limit ? Math.min(1, value / limit) : 0;
  return (
    <div className={styles.meter}>
      <div className={styles.label}>{label}</div>
      <div className={`${styles.value} num`}>
        {format(value)}
        {limit !== undefined && <span className={styles.limit}> of {format(limit)}</span>}
      </div>
      {limit !== undefined && (
        <div className={styles.track} aria-hidden="true">
          <div
            className={styles.fill}
            data-high={share > 0.8}
            style={{ width: `${Math.max(share * 100, value > 0 ? 1 : 0)}%` }}
          />
        </div>
      )}
    </div>
  );
}
